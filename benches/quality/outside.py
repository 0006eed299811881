"""Figures that other programs of the project measure: `cost` and `live`."""
import os
import re
import shutil
import subprocess
import sys

from report import Figure, Section
from setting import PROJECT, Missing

NANOSECONDS_MOST = 100


def cost(_setting):
    """What closing a pane costs, as `cargo bench --bench rooms` measures it."""
    if not shutil.which("cargo"):
        raise Missing("cargo is not there")
    command = ["cargo", "bench", "--locked", "--bench", "rooms"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    found = re.findall(r"^(close of a pane.*?)\s+\S+\s+([\d.]+) ns/", done.stdout, re.M)
    if done.returncode or not found:
        raise Missing("the bench of the rooms shows no row about panes")
    section = Section("What closing a pane costs")
    section.say("`cargo bench --bench rooms`; nanoseconds for each message that has a line in the pane.")
    section.table(["", "ns", "bound", "kept"],
                  [[name, Figure(float(figure), most=NANOSECONDS_MOST, digits=0)] for name, figure in found])
    return section


def live(setting):
    """Seconds on a live pipe, as `live.py` beside this file measures them."""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "live.py")
    if not os.path.exists(program):
        raise Missing("benches/quality/live.py is not there")
    command = [sys.executable, program, "--bin", setting.binary, "--runs", "5"]
    done = subprocess.run(command, capture_output=True, text=True)
    section = Section("Seconds on a live pipe")
    section.say("`python3 benches/quality/live.py --bin target/release/logsurge --runs 5`", "", done.stdout.strip())
    if done.returncode:
        section.failed.append("%s: status %d" % (section.title, done.returncode))
    return section
