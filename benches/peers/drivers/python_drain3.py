"""Mines a file with Drain3 as it is by default: no masks, no snapshots."""
import sys

from drain3 import TemplateMiner

miner = TemplateMiner()
lines = 0
with open(sys.argv[1], encoding="utf-8", errors="replace", newline="\n") as log:
    for line in log:
        miner.add_log_message(line.rstrip("\n"))
        lines += 1
print("%d clusters in %d lines" % (len(miner.drain.clusters), lines))
