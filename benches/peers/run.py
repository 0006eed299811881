#!/usr/bin/env python3
"""Logsurge beside its peers on one log: how long each takes, how much it uses, and what it finds.

    cargo build --release && benches/peers/install.sh
    benches/peers/run.sh /var/log/syslog --runs 5

Every tool that is installed reads the same log, from memory (it was read just before). The rounds go
through all tools in turn, so that a noisy minute hits all of them, and the figures are medians over the
rounds; ratios are taken within a round. `--only logsurge,wc` runs the rows whose names begin so (wc -l is
always there, since all is measured by it). A tool that fails or takes too long keeps its row.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import measure
import report
import tools
from inputs import Inputs

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))


def options():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="any log, not compressed")
    parser.add_argument("--runs", type=int, default=5, help="rounds; the figures are medians (default 5)")
    parser.add_argument("--logsurge", default=os.path.join(PROJECT, "target", "release", "logsurge"), help="the binary")
    parser.add_argument("--options", default="", help="options that every logsurge gets, such as '--year 2024'")
    parser.add_argument("--peers", default=os.path.join(PROJECT, "target", "peers"), help="install.sh's folder")
    parser.add_argument("--only", default="", help="rows whose names begin like this: logsurge,rg,logdelta")
    parser.add_argument("--slow", type=int, default=50, metavar="MB", help="size of the log for slow tools (50)")
    parser.add_argument("--crawling", type=int, default=5, metavar="MB", help="and for very slow ones (5)")
    parser.add_argument("--timeout", type=int, default=120, metavar="S", help="after which a tool is ended (120)")
    parser.add_argument("--work", help="where the inputs are made (default: a folder that is taken away)")
    parser.add_argument("--title", help="heading of the section (default: the file's name)")
    parser.add_argument("--write", nargs=2, metavar=("FILE", "SECTION"), help="also put it into this document")
    return parser.parse_args()


def tell(text):
    """What goes on, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def places(tool, inputs, chosen):
    """What stands for the names in a tool's command."""
    quoted = {"file": inputs.pieces[tool.size], "logsurge": chosen.logsurge, "drivers": os.path.join(HERE, "drivers"),
              "bin": os.path.join(chosen.peers, "bin"), "python": os.path.join(chosen.peers, "venv", "bin", "python"),
              "python_bin": os.path.join(chosen.peers, "venv", "bin")}
    if "{gzip}" in tool.command:
        quoted["gzip"] = inputs.gzip()
    if "{baseline}" in tool.command:
        quoted["baseline"] = inputs.baseline(chosen.logsurge, shlex.split(chosen.options))
    if "{before}" in tool.command:
        quoted["before"], quoted["after"] = inputs.both_halves(tool.size)
    return {name: shlex.quote(path) for name, path in quoted.items()} | {"options": chosen.options}


def programs(command):
    """The files and programs that a command needs, its inputs aside."""
    parts = [shlex.split(part) for part in command.split(" | ")]
    return [part[0] for part in parts] + [word for part in parts for word in part[1:2] if "/venv/bin/" in word]


def is_installed(command, chosen):
    """Whether all of a command's programs are there; of a Python driver, its package too."""
    if not all(shutil.which(program) for program in programs(command)):
        return False
    if "python_drain3" not in command:
        return True
    python = os.path.join(chosen.peers, "venv", "bin", "python")
    return subprocess.run([python, "-c", "import drain3"], capture_output=True).returncode == 0


def version_of(tool, chosen):
    """The first line that a tool says about itself, cut to its name and number."""
    if tool.version.startswith("="):
        return tool.version[1:]
    command = tool.version.format(logsurge=shlex.quote(chosen.logsurge), bin=os.path.join(chosen.peers, "bin"))
    said = subprocess.run(shlex.split(command), capture_output=True, text=True).stdout
    match = re.match(r"(\S+).*?(\d+(?:\.\d+)+)", said)
    return "%s %s" % match.groups() if match else command


def chosen_tools(chosen, inputs):
    """The rows that can be run with their commands, and what is missing for the others."""
    wanted = [begin.strip() for begin in chosen.only.split(",") if begin.strip()]
    runnable, missing = {}, []
    for tool in tools.TOOLS:
        if wanted and tool.name != "wc -l" and not tool.name.startswith(tuple(wanted)):
            continue
        # The names of inputs do not matter for whether a program is there.
        probe = tool.command.replace("{options}", "")
        probe = re.sub(r"\{(file|gzip|before|after|baseline)\}", "x", probe)
        probe = probe.format(**{name: path for name, path in places(
            tools.Tool("", "", "", None), inputs, chosen).items() if name != "options"})
        if is_installed(probe, chosen):
            runnable[tool] = tool.command.format(**places(tool, inputs, chosen))
        else:
            missing.append("%s (%s)" % (tool.name, tool.install))
    return runnable, missing


def rounds(runnable, chosen):
    """Runs each tool once a round; one that failed or took too long has had its chance."""
    environment = dict(os.environ, LC_ALL="C", NO_COLOR="1", HOME=chosen.work, TERM="dumb")
    rows = {tool.name: [] for tool in runnable}
    out = set()
    for turn in range(chosen.runs):
        for tool, command in runnable.items():
            if tool.name in out:
                continue
            tell("round %d of %d: %s" % (turn + 1, chosen.runs, tool.name))
            run = measure.run(command, chosen.timeout, environment)
            if run.overdue:
                rows[tool.name] = []
            else:
                rows[tool.name].append(run)
            if run.overdue or run.status not in tool.statuses:
                out.add(tool.name)
                tell("  %s\n%s" % ("took too long" if run.overdue else "status %d" % run.status, run.err[-400:]))
    return rows


def bench(chosen):
    """Makes the inputs, runs the rounds, prints the section."""
    inputs = Inputs(chosen.file, chosen.work, {"slow": chosen.slow, "crawling": chosen.crawling})
    runnable, missing = chosen_tools(chosen, inputs)
    for name in missing:
        tell("not installed: " + name)
    versions = dict.fromkeys(version_of(tool, chosen) for tool in runnable if tool.version)
    inputs.warm()
    rows = rounds(runnable, chosen)
    sizes = {tool.name: inputs.bytes_of(tool.size) for tool in runnable}
    tables = [report.table(runnable, rows, sizes, chosen.timeout), report.ratios(tools.RATIOS, rows, sizes)]
    title = chosen.title or os.path.basename(chosen.file)
    text = report.section(title, chosen, versions, missing, tables)
    print(text)
    if chosen.write:
        report.write(*chosen.write, text)


def main():
    chosen = options()
    with open(chosen.file, "rb") as log:
        if log.read(2) == b"\x1f\x8b":
            raise SystemExit("%s is compressed: what is measured begins with text" % chosen.file)
    if chosen.work:
        os.makedirs(chosen.work, exist_ok=True)
        return bench(chosen)
    with tempfile.TemporaryDirectory() as chosen.work:
        return bench(chosen)


if __name__ == "__main__":
    main()
