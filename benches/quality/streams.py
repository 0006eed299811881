"""Simulated streams of 300 messages with injected faults: `week`, `day`, `nothing` and `knob`.

The streams and their truth are surge_bench's, and so is the judgement, which is called here as a
library. The seeds of a part are pooled into one long stream, so that medians and rates are those of
all injections together and not means of means.
"""
import json
import os
from collections import Counter, namedtuple

from report import Figure, Section, fraction, poisson_range, rate_text
from setting import SEEDS_TUNING, Missing

TEMPLATES = 300
Kind = namedtuple("Kind", "folder base_hours test_hours")
WEEK = Kind("W", 168, 72)
DAY = Kind("D", 24, 72)
NOTHING = Kind("Z", 0, 96)
# Further apart than any slack of the judge's, so that no stream's alert reaches another's truth.
PANES_BETWEEN = 10_000


class Run:
    """A stream and what was said about it."""

    def __init__(self, seed, truth, alerts):
        self.seed, self.truth, self.alerts = seed, truth, alerts


def stream(setting, kind, seed):
    """The folder of a stream: `W101` in the work folder is the week of seed 101."""
    folder = setting.path("%s%d" % (kind.folder, seed))
    if not os.path.exists(os.path.join(folder, "truth.json")):
        if os.path.exists(folder):
            raise Missing("%s is not whole: wait for it, or remove it" % folder)
        bench = os.path.join(setting.tools, "surge_bench.py")
        setting.generate(folder, lambda out: [
            setting.python, bench, "emit", "--out", out, "--templates", str(TEMPLATES), "--max-rate", "0.5",
            "--base-hours", str(kind.base_hours), "--test-hours", str(kind.test_hours), "--seed", str(seed)])
    return folder


def judged(setting, kind, seed, false_alerts=None):
    """Learns the stream's past, if it has one, and scans the rest."""
    folder = stream(setting, kind, seed)
    name, options = "%s%d" % (kind.folder, seed), []
    baseline = setting.learn(name, [os.path.join(folder, "baseline.log")]) if kind.base_hours else None
    if false_alerts:
        name, options = "%s-F%g" % (name, false_alerts), ["--false-alerts", "%g" % false_alerts]
    alerts = setting.scan(name, os.path.join(folder, "test.log"), baseline, options)
    with open(os.path.join(folder, "truth.json")) as file:
        return Run(seed, json.load(file), alerts)


class Pool:
    """The runs of several seeds as one stream; `span` cuts hours out of each, as the judge's --from and --to do."""

    def __init__(self, setting, runs, span=(0, 1e9)):
        self.bench, self.truth, self.templates = setting.tool("surge_bench"), [], []
        self.alerts, self.told, self.unmatched, self.days, start = [], [], 0, 0.0, 0
        for run in runs:
            pane, panes = run.truth["pane"], run.truth["test_panes"]
            first, last = (min(panes, int(hour * 3600 / pane)) for hour in span)
            for found in run.truth["truth"]:
                outside = not first <= found["start"] < last
                self.truth.append(self._moved(found, start, outside, pane))
            for notes, into in ((False, self.alerts), (True, self.told)):
                alerts, unmatched = self.bench.load_alerts(run.alerts, run.truth, notes)
                into += [(self._template(which), at + start, what) for which, at, what in alerts
                         if first <= at < last]
                self.unmatched += 0 if notes else unmatched
            self.templates += run.truth["templates"]
            self.pane, self.days = pane, self.days + (last - first) * pane / 86400
            start += panes + PANES_BETWEEN
        self.score = self._score(self.alerts, self.truth)
        self.false = self.score["false_list"]

    def _template(self, which):
        return which + len(self.templates) if which >= 0 else which

    def _moved(self, found, start, outside, pane):
        moved = dict(found, template=self._template(found["template"]))
        moved.update(start=found["start"] + start, end=found["end"] + start)
        if outside:
            # The judge's word for "true, but not counted".
            moved["natural"] = True
        moved.update(outside=outside, hour=found["start"] * pane / 3600)
        return moved

    def _score(self, alerts, truth):
        return self.bench.score_alerts(alerts, truth, self.pane, round(self.days * 86400 / self.pane), by_level=True)

    def group(self, name):
        """`n`, `hit`, `recall` and `delay_median` of a group of injections."""
        return self.score["groups"].get(name, dict(n=0, hit=0, recall=None, delay_median=None))

    def told_new(self, natural, from_hour=0.0):
        """(told, all) of the new messages: an alert or a note counts. `natural` are those nobody injected."""
        truth = []
        for found in self.truth:
            if found["kind"] == "new":
                wanted = not found["outside"] and natural == bool(found.get("natural")) and found["hour"] >= from_hour
                found = dict(found, natural=not wanted)
                del found["level"]
            truth.append(found)
        new = self._score(self.told, truth)["groups"].get("new", dict(n=0, hit=0))
        return new["hit"], new["n"]

    def labelled(self, label):
        """Recall of surges and bursts in groups of one's own: `label(injection, template)` is the group's name."""
        truth = [dict(found, level=label(found, self.templates[found["template"]])) if found["template"] >= 0 else found
                 for found in self.truth]
        return self._score(self.alerts, truth)["groups"]

    def false_kinds(self):
        """How many false alerts of each kind."""
        return Counter(what for _, _, what in self.false)


def recall_table(section, pool, bounds):
    """A row for each kind of injection: the part found and the median delay, each with its bound."""
    rows = []
    for name, least, most in bounds:
        group = pool.group(name)
        text = "–" if not group["n"] else "%s (%d of %d)" % (fraction(group["recall"]), group["hit"], group["n"])
        found, delay = Figure(group["recall"], least=least, text=text), Figure(group["delay_median"], most=most)
        rows.append([NAMES[name], found, delay])
    section.table(["injected", "found", "bound", "kept", "median delay, panes", "bound", "kept"], rows)


NAMES = {"surgex1.5": "×1.5", "surgex2": "×2", "surgex5": "×5", "surgex20": "×20",
         "burst": "burst of a rare message", "vanished": "vanished",
         "new ERROR": "new at ERROR", "new INFO": "new at INFO"}
HEAD = ["", "measured", "bound", "kept"]


def share(told, all_of_them):
    """A figure for "every one of them was told"."""
    text = "%s (%d of %d)" % (fraction(told / all_of_them), told, all_of_them) if all_of_them else "–"
    return Figure(told / all_of_them if all_of_them else 1.0, least=1, text=text)


def false_row(pool, most, kinds=None):
    """False alerts a day, with their exact range; `kinds` counts only these."""
    count = sum(n for kind, n in pool.false_kinds().items() if kinds is None or kind in kinds)
    return Figure(count / pool.days, most=most, text=rate_text(count, pool.days))


def judged_kind(setting, kind, false_alerts=None):
    """The runs of all seeds of a kind that can be had."""
    runs = setting.each(lambda seed: judged(setting, kind, seed, false_alerts), setting.seeds)
    if not runs:
        raise Missing("no stream of this kind")
    return runs


def seeds_text(runs):
    """Which seeds stand behind the figures, and what they are for."""
    tuned = any(run.seed in SEEDS_TUNING for run in runs)
    seeds = ", ".join(str(run.seed) for run in runs)
    return "Seeds %s (%s), pooled." % (seeds, "tuned on" if tuned else "not tuned on")


def commands_text(kind):
    """What could be typed to get one seed's figures."""
    learn, with_it = ("logsurge learn -o base OUT/baseline.log; ", " -b base") if kind.base_hours else ("", "")
    emit = "surge_bench.py emit --out OUT --templates %d --base-hours %d --test-hours %d --max-rate 0.5 --seed SEED" % (
        TEMPLATES, kind.base_hours, kind.test_hours)
    score = "surge_bench.py score --truth OUT/truth.json --alerts alerts --by-level"
    return "`%s; %slogsurge scan --json%s OUT/test.log > alerts; %s` (and `--notes`)." % (emit, learn, with_it, score)


def with_past(setting, title, kind, false_most, bounds, whole):
    """The section of a stream that is judged against a past."""
    runs = judged_kind(setting, kind)
    pool, section = Pool(setting, runs), Section(title)
    section.say(seeds_text(runs) + " " + commands_text(kind))
    rows = [["false alerts a day", false_row(pool, false_most)]]
    if whole:
        rows.append(["false alerts about a message inside a global change",
                     Figure(pool.score["false_in_global"], most=0)])
    rows.append(["every injected new message alerted or noted", share(*pool.told_new(False)) if whole else
                 Figure(None, text="%d of %d" % pool.told_new(False))])
    rows.append(["what one reads a day: alerts, true and false", Figure(len(pool.alerts) / pool.days, digits=1)])
    section.table(HEAD, rows)
    recall_table(section, pool, bounds)
    analysis(section, pool)
    return section


def week(setting):
    """A week learned, three days judged."""
    bounds = [("surgex1.5", None, None), ("surgex2", .25, None), ("surgex5", .60, None), ("surgex20", .75, 7),
              ("burst", .60, 3), ("vanished", .90, None), ("new ERROR", 1, 1), ("new INFO", None, 1)]
    return with_past(setting, "A week learned", WEEK, 1.0, bounds, True)


def day(setting):
    """A day learned, three days judged."""
    bounds = [("surgex1.5", None, None), ("surgex2", None, None), ("surgex5", .45, None), ("surgex20", .60, None),
              ("burst", None, None), ("vanished", None, None), ("new ERROR", None, None), ("new INFO", None, None)]
    return with_past(setting, "A day learned", DAY, 2.0, bounds, False)


def nothing(setting):
    """Nothing learned: one stream of four days, in parts."""
    runs = judged_kind(setting, NOTHING)
    section = Section("Nothing learned")
    section.say(seeds_text(runs) + " One stream of four days. " + commands_text(NOTHING)
                + " Spans are cut with `--from` and `--to`.")
    whole, numbers = Pool(setting, runs), ("surge", "burst", "vanished", "traffic")
    hour, first, later = (Pool(setting, runs, span) for span in ((0, 1), (0, 24), (24, 96)))
    rows = [["false surges and gones in the first hour, all seeds",
             Figure(sum(hour.false_kinds()[kind] for kind in numbers), most=0)],
            ["false surges and gones in the first 24 h, a seed", false_row(first, 5, numbers)],
            ["false surges and gones a day after", false_row(later, 1.5, numbers)],
            ["other false alerts, all seeds", Figure(len(whole.false) - sum(whole.false_kinds()[k] for k in numbers))]]
    rows.append(["injected new messages alerted or noted", share(*whole.told_new(False))])
    # A warm-up lasts half an hour at most.
    rows.append(["messages first seen by nature after 30 min, alerted or noted", share(*whole.told_new(True, 0.5))])
    rows.append(["what one reads a day: alerts, true and false", Figure(len(whole.alerts) / whole.days, digits=1)])
    section.table(HEAD, rows)
    section.say("First 24 h:")
    recall_table(section, first, [("surgex2", None, None), ("surgex5", .3, None), ("surgex20", .6, None),
                                  ("burst", None, None), ("vanished", None, None), ("new ERROR", None, None)])
    section.say("After:")
    recall_table(section, later, [("surgex2", None, None), ("surgex5", .45, None), ("surgex20", .65, None),
                                  ("burst", None, None), ("vanished", None, None), ("new ERROR", .9, None)])
    section.say("All four days:")
    analysis(section, whole)
    return section


def knob(setting):
    """What `--false-alerts` asks for, and what comes."""
    section, rows, runs = Section("The knob `--false-alerts`"), [], []
    for asked in (0.1, 1, 10, 100):
        runs = judged_kind(setting, WEEK, asked)
        pool = Pool(setting, runs)
        count = sum(pool.false_kinds()[kind] for kind in ("surge", "burst", "vanished"))
        recalls = [pool.group(name)["recall"] for name in ("surgex2", "surgex5", "surgex20", "burst", "vanished")]
        # Judged by the range: a rate asked for is kept if the count does not say otherwise.
        keeps = poisson_range(count)[0] / pool.days <= asked
        rows.append(["%g" % asked, rate_text(count, pool.days), "yes" if keeps else "**no**",
                     *("–" if recall is None else fraction(recall) for recall in recalls)])
        if not keeps:
            section.failed.append("%s: %g asked, %.2f came" % (section.title, asked, count / pool.days))
    section.say(seeds_text(runs) + " The streams of a week. False surge and gone alerts a day, and the part "
                "of the injections found. Kept means: the 95 % range reaches down to what was asked for.")
    section.table(["asked", "came", "kept", "×2", "×5", "×20", "burst", "vanished"], rows)
    return section


def analysis(section, pool):
    """Where the false alerts come from and which faults are missed, by the nature of the message."""
    def nature(which):
        return pool.templates[which]["cls"] if which >= 0 else "no message of the stream"

    falses = Counter((what, nature(which)) for which, _, what in pool.false)
    if falses:
        section.say("False alerts by kind and by the nature of the message: " +
                    ", ".join("%s of %s %d" % (*key, n) for key, n in falses.most_common()) + ".")
    natures = [nature for nature in pool.bench.CLASSES]
    by_nature = pool.labelled(lambda found, template: template["cls"])
    minutes = lambda found: (found["end"] - found["start"]) * pool.pane // 60
    by_minutes = pool.labelled(lambda found, template: "%d min" % minutes(found))
    lengths = ["1 min", "5 min", "20 min", "60 min"]

    def cells(groups, name, labels):
        found = [groups.get("%s %s" % (name, label)) for label in labels]
        return ["%d/%d" % (group["hit"], group["n"]) if group else "" for group in found]

    names = ["surgex2", "surgex5", "surgex20", "burst", "vanished"]
    section.say("Found, by the nature of the message, and surges by their length:")
    section.table(["", *natures, *lengths],
                  [[NAMES[name], *cells(by_nature, name, natures),
                    *(cells(by_minutes, name, lengths) if name.startswith("surge") else [""] * 4)] for name in names])
