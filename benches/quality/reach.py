"""What could be found at all in the streams of a week: `reach`.

An oracle knows each message's true mean rate, takes its lines for evenly random, looks at every window that
begins with the fault, and speaks at the chance that one false alert a day allows. It is wrong about messages
that come in lumps (it would cry wolf all day), so it is not a rival; but what it misses nobody finds, and
where it needs minutes nobody needs seconds.
"""
import json
import math
import os
import re
from datetime import datetime, timezone

import streams
from report import Section, fraction
from setting import Missing

SPEAKER = re.compile(r"([a-z]+-service) (\w+) (\w+) with (\w+)")
# A tail for each of 300 messages, 8640 panes and 4 tests a day: the detector's own threshold.
THRESHOLD = math.log10(300 * 8640 * 4)


def lines_by_pane(folder, truth):
    """Lines of each injected message: message → pane → count."""
    index = {tuple(one["words"][:3] + one["words"][4:]): one["id"] for one in truth["templates"]}
    counts = {found["template"]: {} for found in truth["truth"] if found["kind"] in ("surge", "burst")}
    second, pane = None, 0
    with open(os.path.join(folder, "test.log")) as log:
        for line in log:
            which = index.get(SPEAKER.search(line).groups())
            if which not in counts:
                continue
            if line[:19] != second:
                second = line[:19]
                at = datetime.fromisoformat(second).replace(tzinfo=timezone.utc).timestamp()
                pane = int((at - truth["test_start"]) // truth["pane"])
            counts[which][pane] = counts[which].get(pane, 0) + 1
    return counts


def crossed(bench, lines, found, mean):
    """Panes until the oracle speaks, or None; `mean` is lines a pane."""
    total = 0
    for panes, pane in enumerate(range(found["start"], found["end"] + 60), 1):
        total += lines.get(pane, 0)
        if total > mean * panes and bench.poisson_power(total, mean * panes) >= THRESHOLD:
            return panes - 1
    return None


def reach(setting):
    """The oracle's figures, kind by kind."""
    bench = setting.tool("surge_bench")

    def looked_at(seed):
        folder = streams.stream(setting, streams.WEEK, seed)
        with open(os.path.join(folder, "truth.json")) as file:
            truth = json.load(file)
        counts, seen = lines_by_pane(folder, truth), []
        for found in truth["truth"]:
            if found["template"] in counts and found["kind"] in ("surge", "burst"):
                lines = counts[found["template"]]
                mean = truth["templates"][found["template"]]["rate"] * truth["pane"]
                came = any(found["start"] <= pane < found["end"] for pane in lines)
                name = found["kind"] + ("x%g" % found["factor"] if "factor" in found else "")
                seen.append((name, came, crossed(bench, lines, found, mean)))
        return seen

    seen = [one for seeds in setting.each(looked_at, setting.seeds) for one in seeds]
    if not seen:
        raise Missing("no stream of a week")
    rows = []
    for name in ("surgex1.5", "surgex2", "surgex5", "surgex20", "burst"):
        mine = [one for one in seen if one[0] == name]
        delays = sorted(delay for _, _, delay in mine if delay is not None)
        found, median = (fraction(len(delays) / len(mine)), delays[len(delays) // 2]) if delays else ("–", "–")
        rows.append([streams.NAMES[name], len(mine), sum(not came for _, came, _ in mine), found, median])
    section = Section("What could be found at all")
    section.say("The streams of a week (seeds as above), and an oracle: it knows the true mean rate of each message, "
                "takes its lines for evenly random, and speaks at −log10 P ≥ %.2f." % THRESHOLD)
    section.table(["injected", "of them", "without any line", "oracle finds", "its median delay, panes"], rows)
    return section
