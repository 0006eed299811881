#!/usr/bin/env python3
"""What old messages with new values cost: alerts of kind `value` in real logs that nothing happened to.

Each of loghub's samples is cut at some line; what is before is learned, what is behind is judged. Prints
a Markdown table; exits with 1 if the mean over the logs is above the bound.

    python3 benches/quality/values.py --bin target/release/logsurge --cuts 3 --list

With --live it is the other side: a shop's access log of 20 lines a second, live on a pipe, in which one
answer in 5,000 is a failure, and then one in fifty: seconds until that is on the output. A run takes three
minutes, all runs side by side.

    python3 benches/quality/values.py --bin target/release/logsurge --live --runs 5
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ALERTS_MOST = 1.0
"""Alerts of kind `value` in 10,000 lines, in the mean over the logs."""
EXACT = ["--tz", "UTC", "--year", "2015", "-q"]


def options():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=PROJECT / "target" / "release" / "logsurge", help="the logsurge to measure")
    parser.add_argument("--data", type=Path, default=PROJECT.parent / "shared" / "data" / "loghub2k",
                        help="folder of loghub's systems")
    parser.add_argument("--cuts", type=int, default=1, help="cut at so many places, evenly; 1 is the middle")
    parser.add_argument("--list", action="store_true", help="also print the alerts and notes of kind value")
    parser.add_argument("--live", action="store_true", help="measure seconds on a live pipe instead")
    parser.add_argument("--runs", type=int, default=5, help="with --live: so many of each kind")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def judged(binary, place, before, after):
    """What a scan of the lines after says, opened alerts and notes, with a baseline of those before."""
    paths = [place / name for name in ("before.log", "after.log", "before.base")]
    paths[0].write_bytes(before)
    paths[1].write_bytes(after)
    subprocess.run([binary, "learn", *EXACT, "-o", paths[2], paths[0]], check=True, stderr=subprocess.DEVNULL)
    command = [binary, "scan", *EXACT, "--json", "-b", paths[2], paths[1]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        sys.exit("values: status %d from: %s" % (done.returncode, " ".join(map(str, command))))
    alerts = [json.loads(line) for line in done.stdout.splitlines()]
    return [alert for alert in alerts if alert.get("phase") == "open"]


def counted(alerts):
    """Alerts and notes of kind value, alerts of any other kind."""
    of_values = [alert for alert in alerts if alert["kind"] == "value"]
    notes = sum(alert["note"] for alert in of_values)
    others = sum(not alert["note"] for alert in alerts if alert["kind"] != "value")
    return len(of_values) - notes, notes, others


def real_logs(args, binary):
    """Prints the table; whether the bound is kept."""
    logs = sorted(args.data.glob("*/*_2k.log"))
    if not logs:
        sys.exit("values: no system is in %s (--data)" % args.data)
    print("| log | lines judged | value alerts | value notes | other alerts | alerts per 10,000 |")
    print("|---|---|---|---|---|---|")
    listed, rates = [], []
    with tempfile.TemporaryDirectory() as place:
        for log in logs:
            lines = log.read_bytes().splitlines(keepends=True)
            sums = [0, 0, 0, 0]
            for turn in range(1, args.cuts + 1):
                cut = len(lines) * turn // (args.cuts + 1)
                alerts = judged(binary, Path(place), b"".join(lines[:cut]), b"".join(lines[cut:]))
                sums = [a + b for a, b in zip(sums, (len(lines) - cut, *counted(alerts)))]
                listed += [(log.parent.name, cut, alert) for alert in alerts if alert["kind"] == "value"]
            rates.append(sums[1] * 10_000 / sums[0])
            print("| %s | %d | %d | %d | %d | %.1f |" % (log.parent.name, *sums, rates[-1]))
    mean = sum(rates) / len(rates)
    print("\nMean: %.2f value alerts per 10,000 lines, at most %g wanted" % (mean, ALERTS_MOST))
    if args.list:
        for name, cut, alert in listed:
            note = "note" if alert["note"] else "ALERT"
            print("\n%s, cut at %d: %s %s %s\n  %s" % (name, cut, note, alert["level"], alert["summary"], alert["sample"]))
    return mean <= ALERTS_MOST


def main():
    args = options()
    binary = Path(args.bin).resolve()
    if args.live:
        import values_live
        kept = values_live.measure(binary, args.runs, args.seed)
    else:
        kept = real_logs(args, binary)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
