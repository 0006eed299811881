"""Faults in the logs of ten real systems: `scenarios` and `auto`.

`scenarios` judges twelve hours against a healthy day: messages of a new type behind a real header, surges,
a ramp, a drop, and three times the traffic, which is no fault of any message. `auto` lets loggen choose:
two days in one log, the first learned, faults in the second among messages that the first never held.
An alert belongs to the message whose constant words it shows; it is false if no fault of that message is on.
"""
import json
import os
import subprocess
from datetime import datetime

from report import Figure, Section, fraction, rate_text
from setting import Missing, alerts_in
from systems import DAY, DAY_BEFORE, STAMPS, day_before, described, loggen, seeds_of_days

HOUR, SECONDS = 3600, 12 * 3600
# An alert may come this much later than the end of what it is about, as with the streams.
SLACK_S = 600
# ... and what follows from a fault (a surge's end seen as a silence) this much later.
FALLOUT_S = 3600
FITS = {"new": {"new", "surge"}, "surge": {"surge"}, "ramp": {"surge"}, "drop": {"gone"}}
MESSAGES = [
    ("X-fatal", "FATAL cannot open <PATH>: code <NUM> after <NUM> ms from <IP>", 2 * HOUR,
     dict(count=3, to=2 * HOUR + 60)),
    ("X-mild", "cache of tenant <NUM> warmed in <NUM> ms", 3 * HOUR, dict(rate=0.5, to=3 * HOUR + 1200)),
    ("X-refused", "upstream <IP> refused the handshake, attempt <NUM>", 4 * HOUR, dict(count=10, to=4 * HOUR + 600)),
]


class Judge:
    """Says which message an alert is about: the one whose constant words stand in its sample, the longest first."""

    def __init__(self, templates):
        parts = [(which, [" ".join(part.split()) for part in wild(text).split("<*>")])
                 for which, text in templates.items()]
        self.templates = sorted(parts, key=lambda found: -sum(map(len, found[1])))

    def message(self, alert):
        """The id of the message, or None."""
        # An alert about all traffic has no sample.
        sample = " ".join((alert.get("sample") or "").split())
        return next((which for which, parts in self.templates if stand_in(parts, sample)), None)


def wild(template):
    """A template of a scenario with `<*>` for all its places."""
    for place in ("<NUM>", "<PATH>", "<IP>"):
        template = template.replace(place, "<*>")
    return template


def stand_in(parts, sample):
    """Whether the parts stand in the sample in this order, the last one at its end."""
    at = 0
    for part in parts:
        at = sample.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return sample.endswith(parts[-1])


def listed(setting, system):
    """The system's messages: id → (count, text), the commonest first."""
    done = subprocess.run([setting.python, os.path.join(setting.tools, "loggen.py"), "--dataset",
                           os.path.join(setting.data, system), "--list"], capture_output=True, text=True, check=True)
    rows = (line.split("\t", 2) for line in done.stdout.splitlines())
    return {which: (int(count), text) for which, count, text in rows}


def events_of(messages):
    """The faults for a system: which message surges or stops is decided by rank alone."""
    # Of 2,000 lines 10: three lines a minute.
    frequent = [which for which, (count, _) in messages.items() if count >= 10]
    events = [dict(type="new", id=name, template=text, like=frequent[0], **{"from": start}, **more)
              for name, text, start, more in MESSAGES]
    ranks = [len(frequent) - 1, len(frequent) // 2, 1, len(frequent) // 3 + 1]
    chosen = list(dict.fromkeys(frequent[rank] for rank in ranks))
    shapes = [dict(type="surge", factor=10, **{"from": 5 * HOUR}, to=5 * HOUR + 360),
              dict(type="ramp", factor=10, **{"from": 6 * HOUR}, to=6 * HOUR + 1800),
              dict(type="drop", **{"from": 8 * HOUR}, to=10 * HOUR),
              dict(type="surge", factor=20, **{"from": 7 * HOUR}, to=7 * HOUR + 120)]
    events += [dict(shape, id=which) for shape, which in zip(shapes, chosen)]
    return events + [dict(type="volume", factor=3, **{"from": 11 * HOUR}, to=11 * HOUR + 900)]


class Outcome:
    """What was said about one log with faults."""

    def __init__(self, system, messages, truth, alerts):
        self.system, self.days = system, 0.0
        self.found, self.events, self.false, self.in_volume = {}, [], [], 0
        start = truth["start"]
        self.volume = [(start + event["from"], start + event["to"] + SLACK_S)
                       for event in truth["events"] if event["type"] == "volume"]
        for number, event in enumerate(truth["events"]):
            # A message that was to come and by chance never came is nobody's to find.
            if event["type"] != "volume" and (event["lines_in_interval"] or event["type"] == "drop"):
                self.events.append((number, event, start + event["from"], start + event["to"]))
        texts = {which: text for which, (_, text) in messages.items()}
        texts.update({event["id"]: event["template_text"] for event in truth["events"] if "template_text" in event})
        judge = Judge(texts)
        for alert in alerts:
            self.take(alert, judge.message(alert))

    def take(self, alert, message):
        """Puts an alert to its fault, or among the false ones."""
        at = datetime.fromisoformat(alert["time"].replace("Z", "+00:00")).timestamp()
        kind, known = alert["kind"], False
        for number, event, begins, ends in self.events:
            lasts = float("inf") if event["type"] == "new" else ends + SLACK_S
            if event["id"] != message or not begins <= at:
                continue
            if kind in FITS[event["type"]] and at <= lasts:
                place = self.found.setdefault(number, dict(alerted=None))
                if not alert["note"] and place["alerted"] is None:
                    # From the first line of a new message; its stamp may know seconds only.
                    place["alerted"] = max(0, at - (event["first_time"] if event["type"] == "new" else begins))
                return
            known = known or at <= lasts + FALLOUT_S
        if alert["note"] or known:
            return
        if any(begins <= at <= ends for begins, ends in self.volume):
            # That all traffic has grown may be said; that each message has may not.
            self.in_volume += kind not in ("volume", "traffic")
        else:
            self.false.append(alert)


def outcome(setting, system, name, log, truth_path, baseline):
    """Scans a log with faults and holds the alerts against its truth."""
    with open(truth_path) as file:
        truth = json.load(file)
    alerts = alerts_in(setting.scan(name, log, baseline, STAMPS))
    return Outcome(system, listed(setting, system), truth, alerts)


def scenarios(setting):
    """Twelve hours with faults chosen by us, against a healthy day."""
    def judged(system):
        seed, messages = seeds_of_days(setting)[1], listed(setting, system)
        plan = setting.path("made", system + "-scenario.json")
        with open(plan, "w") as file:
            json.dump({"events": events_of(messages)}, file)
        made = loggen(setting, "%s-faults-%d" % (system, seed), system, seed, DAY, SECONDS, extra=["--scenario", plan])
        return outcome(setting, system, system + "-faults", made.log, made.truth, day_before(setting, system))

    section = Section("Faults in ten systems")
    section.say("loggen as above, twelve hours after the healthy day; the faults are those of `events_of` in "
                "`benches/quality/scenarios.py`.")
    return told(section, setting.each(judged, setting.systems), 0.5)


def auto(setting):
    """Two days with faults chosen by loggen; the first day is learned."""
    def judged(system):
        seed = seeds_of_days(setting)[1]
        made = loggen(setting, "%s-auto-%d" % (system, seed), system, seed, DAY_BEFORE, 2 * 86400, rate=5,
                      extra=["--auto-scenario", "3,3,2", "--files", "2"])
        baseline = setting.learn(system + "-auto", [made.log + ".000"], STAMPS)
        return outcome(setting, system, system + "-auto", made.log + ".001", made.truth, baseline)

    section = Section("Faults that loggen chose")
    section.say("loggen `--seconds 172800 --rate 5 --jitter 5 --diurnal 0.5 --auto-scenario 3,3,2 --files 2`: the "
                "first half learned, the second judged. New are messages of the system that the first day lacks.")
    return told(section, setting.each(judged, setting.systems), 1.0)


def told(section, outcomes, days):
    """The tables of found and false."""
    if not outcomes:
        raise Missing("no system")
    groups = {}
    for found in outcomes:
        for number, event, _, _ in found.events:
            name = event["type"] + ("" if "factor" not in event else " ×%g" % event["factor"])
            name += " " + event["id"] if event["id"].startswith("X-") else ""
            groups.setdefault(name, []).append((found, event, found.found.get(number)))
    rows, misses = [], []
    for name, members in groups.items():
        alerted = sorted(place["alerted"] for _, _, place in members if place and place["alerted"] is not None)
        heard = sum(place is not None for _, _, place in members)
        must = 1 if name in ("new X-fatal", "new X-refused") else None
        text = "%s (%d of %d)" % (fraction(len(alerted) / len(members)), len(alerted), len(members))
        rows.append([name, Figure(len(alerted) / len(members), least=must, text=text),
                     share_of(heard, len(members), name.startswith("new")),
                     "%.0f s" % alerted[len(alerted) // 2] if alerted else "–"])
        misses += ["* %s, %s: %s, `%s`" % (found.system, name, "only a note" if place else "nothing",
                                          event["template_text"].replace("`", "'")[:80])
                   for found, event, place in members if not place or place["alerted"] is None]
    section.table(["fault", "alerted", "bound", "kept", "alerted or noted", "bound", "kept", "median delay"], rows)
    false, days = sum(len(found.false) for found in outcomes), days * len(outcomes)
    rows = [["false alerts, a day and system", Figure(false / days, text=rate_text(false, days))]]
    if any(found.volume for found in outcomes):
        in_volume = sum(found.in_volume for found in outcomes)
        rows.insert(0, ["alerts about a message while all traffic is ×3, all systems (not counted below)",
                        Figure(in_volume, most=0)])
    section.table(["", "measured", "bound", "kept"], rows)
    by_system = ["* %s: %s" % (found.system, described(alert)) for found in outcomes for alert in found.false[:4]]
    if by_system:
        section.say("False, without those about the traffic (four of a system at most):", "", *by_system)
    if misses:
        section.say("Not alerted:", "", *misses[:40])
    return section


def share_of(heard, all_of_them, must):
    """The figure for what was alerted or noted; new messages must be one of them."""
    return Figure(heard / all_of_them, least=1 if must else None,
                  text="%s (%d of %d)" % (fraction(heard / all_of_them), heard, all_of_them))
