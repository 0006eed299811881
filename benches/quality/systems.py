"""A healthy day of each of ten real systems against the day before it: `systems`.

loggen makes days out of loghub's samples: the same messages at the same rates, each line with other ids,
numbers and names, up to five seconds out of order, busier at some hours than at others. Nothing is wrong
in them, so whatever is said is false.
"""
import os
from collections import namedtuple

from report import Figure, Section, tight
from setting import Missing, alerts_in

SYSTEMS = "Android Apache HDFS HPC HealthApp Mac OpenSSH Proxifier Thunderbird Zookeeper".split()
DAY_BEFORE, DAY = "2024-05-13 00:00:00", "2024-05-14 00:00:00"
# What loggen's stamps leave open; `scan` and `learn` are told so.
STAMPS = ["--year", "2024", "--tz", "UTC"]
ALERTS_MOST = 1

Made = namedtuple("Made", "log truth")


def loggen(setting, name, system, seed, start, seconds, rate=10, extra=()):
    """A log of loggen's with its truth file."""
    folder = setting.path("logs", name)
    data = os.path.join(setting.data, system)
    if not os.path.isdir(folder):
        if not os.path.isdir(data):
            raise Missing("%s is not there (--data)" % data)
        os.makedirs(os.path.dirname(folder), exist_ok=True)

        def command(out):
            os.makedirs(out)
            return [setting.python, os.path.join(setting.tools, "loggen.py"), "--dataset", data,
                    "--out", os.path.join(out, "log"), "--truth-json", os.path.join(out, "truth.json"),
                    "--rate", tight(rate), "--seconds", str(seconds), "--jitter", "5", "--diurnal", "0.5",
                    "--start", start, "--seed", str(seed), *extra]
        setting.generate(folder, command)
    return Made(os.path.join(folder, "log"), os.path.join(folder, "truth.json"))


def seeds_of_days(setting):
    """The seed of the day before and that of the day: the first two of the run."""
    return (setting.seeds + [setting.seeds[0] + 1])[:2]


def day_before(setting, system):
    """The baseline of a system's healthy day."""
    seed, _ = seeds_of_days(setting)
    made = loggen(setting, "%s-before-%d" % (system, seed), system, seed, DAY_BEFORE, 86400)
    return setting.learn("%s-before" % system, [made.log], STAMPS)


def systems(setting):
    """A healthy day of each system against the day before."""
    section, rows, said = Section("A healthy day of ten systems"), [], []

    def healthy(system):
        seed = seeds_of_days(setting)[1]
        made = loggen(setting, "%s-day-%d" % (system, seed), system, seed, DAY, 86400)
        return system, alerts_in(setting.scan(system + "-day", made.log, day_before(setting, system), STAMPS))

    for system, alerts in setting.each(healthy, setting.systems):
        loud = [alert for alert in alerts if not alert["note"]]
        rows.append([system, Figure(len(loud), most=ALERTS_MOST), len(alerts) - len(loud)])
        said += ["* %s: %s" % (system, described(alert)) for alert in loud[:5]]
    if not rows:
        raise Missing("no system")
    learned, judged = seeds_of_days(setting)
    section.say("loggen `--rate 10 --seconds 86400 --jitter 5 --diurnal 0.5`, seed %d on %s learned, seed %d on %s "
                "judged; `scan --year 2024 --tz UTC`." % (learned, DAY_BEFORE[:10], judged, DAY[:10]))
    section.table(["system", "alerts", "bound", "kept", "notes"], rows)
    if said:
        section.say("The alerts (five of a system at most):", "", *said)
    return section


def described(alert):
    """An alert in a line."""
    sample = " ".join((alert.get("sample") or "").split())
    return "%s at %s, %s: `%s`" % (alert["kind"], alert["time"][11:19], alert["summary"],
                                  sample.replace("`", "'")[:90])
