"""Where things stand and how programs are started.

Everything generated lies in the work folder and is made once: a log is there or
it is not, because it is written under another name and renamed when it is whole.
What the binary under test makes of it (baselines, alerts) is made anew each time.
"""
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

SEEDS_REPORT, SEEDS_TUNING = [101, 102, 103, 104, 105], [1, 2, 3, 4, 5]
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Missing(Exception):
    """Something that a part needs is not there; the part is left out, and said."""


class Setting:
    """The options of a run, and what the parts share."""

    def __init__(self, options):
        self.binary = os.path.abspath(options.bin)
        self.work = os.path.abspath(options.work)
        self.tools = options.tools
        self.data = options.data
        self.python = options.python or os.environ.get("LOGSURGE_PYTHON") or sys.executable
        self.seeds = options.seeds
        self.systems = options.systems
        self.jobs = options.jobs
        self.generates = not options.no_generate
        self._modules = {}
        # What this run has made: the binary may be another one than the last time.
        self._learned, self._scans = {}, {}
        self._lock = threading.Lock()
        os.makedirs(self.path("made"), exist_ok=True)

    def path(self, *names):
        """A path in the work folder."""
        return os.path.join(self.work, *names)

    def tool(self, name):
        """A tool as a module: `surge_bench` or `loggen`."""
        with self._lock:
            if name not in self._modules:
                path = os.path.join(self.tools, name + ".py")
                if not os.path.exists(path):
                    raise Missing("%s.py is not in %s (--tools)" % (name, self.tools))
                spec = importlib.util.spec_from_file_location(name, path)
                self._modules[name] = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(self._modules[name])
            return self._modules[name]

    def generate(self, target, command):
        """Runs `command(path)` for a path that becomes `target` when it has succeeded."""
        if not self.generates:
            raise Missing("%s is not there (--no-generate)" % os.path.basename(target))
        part = "%s.part%d" % (target, os.getpid())
        tell("making %s" % os.path.basename(target))
        try:
            run(command(part))
            if not os.path.exists(target):
                os.rename(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def learn(self, name, logs, options=()):
        """The path of a baseline of these logs; learned once in a run."""
        with self._lock:
            if name in self._learned:
                return self._learned[name]
        baseline = self.path("made", name + ".base")
        run([self.binary, "learn", "-q", "-o", baseline, *options, *logs])
        with self._lock:
            self._learned[name] = baseline
        return baseline

    def scan(self, name, log, baseline=None, options=()):
        """The path of the JSON lines that `scan` prints about this log; once in a run."""
        with self._lock:
            if name in self._scans:
                return self._scans[name]
        alerts = self.path("made", name + ".jsonl")
        with_baseline = ["-b", baseline] if baseline else []
        with open(alerts, "w") as out:
            run([self.binary, "scan", "-q", "--json", *with_baseline, *options, log], out, fine=(0, 1))
        with self._lock:
            self._scans[name] = alerts
        return alerts

    def each(self, work, items):
        """`work` of every item, at most `--jobs` at a time; what is missing is left out and told."""
        def guarded(item):
            try:
                return work(item)
            except Missing as why:
                tell("left out: %s" % why)
                return None
        with ThreadPoolExecutor(self.jobs) as pool:
            return [found for found in pool.map(guarded, items) if found is not None]

    def version(self):
        """What `--version` prints."""
        return subprocess.run([self.binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def run(command, out=subprocess.DEVNULL, fine=(0,)):
    """Runs a command; one that fails ends the evaluation with what it said."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, text=True)
    if done.returncode not in fine:
        sys.exit("quality: status %d from: %s\n%s" % (done.returncode, " ".join(command), done.stderr))


def alerts_in(path):
    """The alerts that were opened, notes among them, as `scan --json` printed them."""
    with open(path) as lines:
        found = [json.loads(line) for line in lines if line.strip()]
    return [alert for alert in found if alert.get("phase", "open") == "open" and "kind" in alert]


def tell(text):
    """Progress, on stderr."""
    print("quality: " + text, file=sys.stderr, flush=True)
