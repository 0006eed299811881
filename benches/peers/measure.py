"""One run of one command: how long, how much processor, how much memory, and what it said."""
import dataclasses
import os
import shlex
import signal
import shutil
import subprocess
import tempfile
import threading
import time

# Its `%M` is the peak of the command itself. What this process is told of its child would begin at its own size.
GNU_TIME = shutil.which("time")


@dataclasses.dataclass
class Run:
    """Seconds of the clock, seconds of processors (user and system), peak memory in bytes; 0 where unknown."""

    wall: float
    cpu: float
    memory: int
    status: int
    out: str
    err: str
    overdue: bool


def run(command, timeout_seconds, environment):
    """Runs a command to its end, its output into files: nobody waits for a reader."""
    argv = ["bash", "-c", "set -o pipefail; " + command] if " | " in command else shlex.split(command)
    with tempfile.TemporaryDirectory() as folder:
        peak = os.path.join(folder, "peak")
        if GNU_TIME:
            argv = [GNU_TIME, "-q", "-f", "%M", "-o", peak] + argv
        with open(os.path.join(folder, "out"), "w+b") as out, open(os.path.join(folder, "err"), "w+b") as err:
            begin = time.perf_counter()
            # A session of its own, so that all of a pipeline can be ended.
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment,
                                     start_new_session=True)
            overdue = threading.Event()
            alarm = threading.Timer(timeout_seconds, end, (child.pid, overdue))
            alarm.start()
            _, status, used = os.wait4(child.pid, 0)
            wall = time.perf_counter() - begin
            alarm.cancel()
            child.returncode = os.waitstatus_to_exitcode(status)
            said = [text_of(stream) for stream in (out, err)]
        memory = peak_bytes(peak)
    return Run(wall, used.ru_utime + used.ru_stime, memory, child.returncode, *said, overdue.is_set())


def end(leader, overdue):
    """Ends a command and all that it started."""
    overdue.set()
    os.killpg(leader, signal.SIGKILL)


def text_of(stream):
    """All that was written into a file."""
    stream.seek(0)
    return stream.read().decode(errors="replace")


def peak_bytes(path):
    """What GNU time wrote, in kilobytes; in a pipeline the peak of its largest process."""
    try:
        with open(path) as file:
            return int(file.read().split()[-1]) * 1024
    except (OSError, ValueError, IndexError):
        return 0
