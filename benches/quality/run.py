#!/usr/bin/env python3
"""How good the alerts are, end to end on log lines: the evaluation in one command.

    cargo build --release
    python3 benches/quality/run.py --write docs/QUALITY.md

Each part makes its logs (once: they stay in the work folder), learns, scans and scores with the release
binary at its default options, and prints a table with a bound beside each figure. The exit status is 1
if a bound is missed. What is needed beside Python's own library: surge_bench.py and loggen.py (--tools),
numpy for the Python that makes surge_bench's streams (--python), loghub's samples for loggen (--data).
A part whose needs are not there is left out, and that is said.
"""
import argparse
import os
import sys

import outside
import reach
import report
import scenarios
import streams
import systems
from setting import PROJECT, SEEDS_REPORT, SEEDS_TUNING, Missing, Setting, tell

PARTS = {
    "week": streams.week, "day": streams.day, "nothing": streams.nothing, "knob": streams.knob, "reach": reach.reach,
    "systems": systems.systems, "scenarios": scenarios.scenarios, "auto": scenarios.auto,
    "cost": outside.cost, "live": outside.live,
}


def options():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = os.path.join(os.path.dirname(PROJECT), "shared")
    parser.add_argument("--bin", default=os.path.join(PROJECT, "target", "release", "logsurge"), help="the binary")
    parser.add_argument("--work", default=os.path.join(PROJECT, "target", "quality"), help="the work folder")
    parser.add_argument("--tools", default=os.path.join(beside, "tools"), help="folder of surge_bench.py and loggen.py")
    parser.add_argument("--data", default=os.path.join(beside, "data", "loghub2k"), help="folder of loghub's systems")
    parser.add_argument("--python", help="a Python with numpy, for surge_bench's streams (or LOGSURGE_PYTHON)")
    parser.add_argument("--only", help="these parts: %s" % ",".join(PARTS))
    parser.add_argument("--seeds", help="such as 101,102 or 101-105 (the default); these are never tuned on")
    parser.add_argument("--tuning", action="store_true", help="seeds 1-5, those to tune on; not for a report")
    parser.add_argument("--systems", default=",".join(systems.SYSTEMS), help="loghub's systems that take part")
    parser.add_argument("--jobs", type=int, default=1, help="seeds or systems at a time")
    parser.add_argument("--no-generate", action="store_true", help="use the logs that are there and leave out the rest")
    parser.add_argument("--write", metavar="FILE", help="also put the tables into this document")
    chosen = parser.parse_args()
    chosen.seeds = numbers(chosen.seeds) if chosen.seeds else SEEDS_TUNING if chosen.tuning else SEEDS_REPORT
    chosen.systems = chosen.systems.split(",")
    chosen.only = chosen.only.split(",") if chosen.only else list(PARTS)
    unknown = [part for part in chosen.only if part not in PARTS]
    if unknown:
        parser.error("no part is named %s" % ", ".join(unknown))
    return chosen


def numbers(text):
    """`1,2,5-7` as a list."""
    found = []
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def command_line(chosen, part):
    """How to do the same again, without the paths of this machine."""
    words = ["python3 benches/quality/run.py --only " + part]
    words += ["--seeds " + ",".join(map(str, chosen.seeds))] if chosen.seeds != SEEDS_REPORT else []
    words += ["--systems " + ",".join(chosen.systems)] if chosen.systems != systems.SYSTEMS else []
    return " ".join(words)


def main():
    chosen = options()
    setting = Setting(chosen)
    failed = []
    for part in chosen.only:
        tell(part)
        try:
            section = PARTS[part](setting)
        except Missing as why:
            tell("%s is left out: %s" % (part, why))
            continue
        print("\n".join(["## " + section.title, "", *section.text]), flush=True)
        if chosen.write:
            report.write(chosen.write, part, section, setting.version(), command_line(chosen, part))
        failed += section.failed
    for fault in failed:
        tell("missed: " + fault)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
