#!/usr/bin/env python3
"""Makes every file below testdata/{shop,odd,loglike}. Standard library only, fixed seeds.

    python3 make_samples.py            write the files beside this script
    python3 make_samples.py --facts    also print times and line numbers of the injected faults

Every stream of events has its own generator seeded by its name, and only `random()` is drawn from
it, so a new kind of message moves no other line and the text does not depend on Python's version.
(The bytes of the .gz files may depend on the zlib at hand; what they unpack to does not.)

The shop is invented. Names are first names, hosts are example.com/net, addresses are RFC 5737 and
RFC 3849 ones.
"""
import math
import random
import struct
import sys
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = "shop-1"
DAY = 86_400.0
START = datetime(2026, 2, 27, tzinfo=timezone.utc)  # Friday; the incident is on Monday, 2 March
BASELINE_END = 3 * DAY
MONDAY = 3 * DAY


def at(day, clock):
    """Seconds since START of a clock time such as 14:02:31.417 on that day (0 = Friday)."""
    hours, minutes, seconds = clock.split(":")
    return day * DAY + int(hours) * 3600 + int(minutes) * 60 + float(seconds)


CALM = (at(3, "10:00:00"), at(3, "11:00:00"))
INCIDENT = (at(3, "12:00:00"), at(3, "16:00:00"))
ROTATED = [at(0, "22:00:00"), at(1, "22:00:00"), at(2, "22:00:00")]
RESTARTS = [at(0, "04:00:00"), at(1, "04:00:00"), at(2, "04:00:00"), at(3, "04:00:00"), at(3, "14:00:00")]
DEPLOYMENT = RESTARTS[-1]
DOWN_SECONDS = 11  # between two ticks of the heartbeat, so a healthy restart does not interrupt it
FIRST_FAILURE = at(3, "14:02:31.417")
FIRST_FAILED_ORDER = 8812
SURGE = (at(3, "14:03:00"), at(3, "14:15:00"))
SURGE_FACTOR = 20
LAST_TICK = at(3, "14:01:00")
RETRIES_A_DAY = 400

USERS = """maria kofi ines jonas amira pavel lucia tomas noor erik hana diego wanda felix aisha bruno
clara dmitri elena farid greta hugo irina jamal katja leon mona nils olga paulo rosa samir tilda umar
vera willem yara zoltan""".split()


class Dice:
    """Draws from `random()` alone, which is the same in every Python."""

    def __init__(self, name):
        self.random = random.Random(f"{SEED}/{name}").random

    def between(self, low, high):
        return low + int(self.random() * (high - low + 1))

    def pick(self, things):
        return things[int(self.random() * len(things))]

    def chance(self, share):
        return self.random() < share

    def wait(self, rate):
        return -math.log(1.0 - self.random()) / rate

    def hexes(self, count):
        """A hex id that begins with a digit and holds a letter, as ids of this service do."""
        digits = [self.pick("0123456789abcdef") for _ in range(count - 2)]
        return self.pick("123456789") + self.pick("abcdef") + "".join(digits)

    def address(self):
        return self.pick(["192.0.2.", "198.51.100.", "203.0.113."]) + str(self.between(1, 60))


def rhythm(second):
    """The mild daily rhythm: 0.7 at three in the morning, 1.3 at three in the afternoon."""
    return 1.0 + 0.3 * math.cos(2 * math.pi * (second / 3600 - 15) / 24)


def arrivals(dice, a_day):
    """Times of a Poisson stream that follows the rhythm."""
    second, peak = 0.0, a_day / DAY * 1.3
    while (second := second + dice.wait(peak)) < MONDAY + DAY:
        if dice.chance(rhythm(second) / 1.3):
            yield second


def is_down(second):
    return any(0.5 <= second - restart < DOWN_SECONDS for restart in RESTARTS)


# ---- the shop -----------------------------------------------------------------------------------

class Log:
    """Events by time; an event is one record, which may hold several lines."""

    def __init__(self):
        self.events = []

    def add(self, second, level, component, text, fault=None, forced=False):
        if forced or not is_down(second):
            self.events.append((round(second, 3), len(self.events), level, component, text, fault))

    def between(self, start, end):
        """(lines, facts): the lines of a stretch and (fault, line number, line) of what was injected."""
        lines, facts = [], []
        for second, _, level, component, text, fault in sorted(self.events):
            if start <= second < end:
                stamp = (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
                record = f"{stamp}Z {level:<5} {component:<7} {text}".split("\n")
                if fault:
                    facts.append((fault, len(lines) + 1, record[0]))
                lines.extend(record)
        return lines, facts


def add_heartbeat(log):
    dice = Dice("heartbeat")
    second = 12.4
    while second < LAST_TICK:
        log.add(second + dice.between(0, 9) / 1000, "INFO", "worker", "scheduler tick ok")
        second += 15


def add_restarts(log):
    """The same start-up lines every night; the deployment has one harmless line more."""
    dice = Dice("restarts")
    for restart in RESTARTS:
        deployed = restart == DEPLOYMENT
        version, build = ("4.18.0", "8c41d7e") if deployed else ("4.17.2", "3f9a02c")
        steps = [
            (1.2, "main", "stopping, 4 workers to finish"),
            (3.9, "main", f"starting shop {version} (build {build})"),
            (4.6, "config", "read 37 keys from /etc/shop/shop.toml"),
            (5.8, "db", "connected to db-1.example.net:5432, schema 112"),
            *((6.3 + 0.2 * n, "worker", f"worker-{n} started") for n in (1, 2, 3, 4)),
            (7.9, "orders", "gateways eu-1, eu-2 and eu-3 ready"),
            (8.4, "http", "listening on port 8080"),
            (8.5, "main", f"ready in {dice.between(4300, 4900)} ms"),
        ]
        for seconds, component, text in steps:
            log.add(restart + seconds + dice.random() / 10, "INFO", component, text, forced=True,
                    fault="start-up" if deployed else None)
        if deployed:
            log.add(restart + 8.2, "INFO", "config", "feature express-checkout enabled for 10 % of users",
                    fault="new INFO", forced=True)


def add_orders(log):
    """One order is six lines: received, reserved, charged, answered, confirmed, shipped."""
    dice, depots = Dice("orders"), Dice("depots")
    first_failed = FIRST_FAILURE - 2.6
    times = [t for t in arrivals(dice, 500) if not is_down(t) and abs(t - first_failed) > 20]
    times = sorted([*times, first_failed])
    base = FIRST_FAILED_ORDER - times.index(first_failed)
    stuck = []
    for number, t in enumerate(times, base):
        user = dice.pick(USERS)
        items = dice.between(1, 6)
        price = f"{dice.between(4, 180)}.{dice.pick(['00', '50', '90', '95'])}"
        log.add(t, "INFO", "orders", f"order {number} received from user {user}, {items} items, {price} EUR")
        log.add(t + 0.02, "DEBUG", "stock", f"reserved {items} items for order {number} in depot "
                + depots.pick(["north", "north", "south", "harbour"]))
        fails = FIRST_FAILURE - 3 < t < SURGE[1] and (number == FIRST_FAILED_ORDER or dice.chance(0.6))
        charged, request = t + 0.05 + dice.between(20, 90) / 1000, dice.hexes(8)
        millis, answer = dice.between(20, 90), dice.between(90, 240)
        declined, cancelled = dice.chance(0.024), dice.chance(0.02)
        wait, carrier = dice.wait(1 / 5400), dice.pick(["parcel", "parcel", "bike", "pickup"])
        if fails:
            stuck.append((t, number))
        elif declined:
            log.add(charged, "WARN", "orders", f"charge declined for order {number}: insufficient funds")
        else:
            log.add(charged, "INFO", "orders", f"charge accepted for order {number} in {millis} ms")
        log.add(t + answer / 1000, "INFO", "http", f"POST /orders 201 in {answer} ms req={request}")
        if fails or declined:
            continue
        log.add(t + 1.2, "INFO", "mail", f"confirmation for order {number} queued on mail-{number % 3 + 1}")
        if cancelled:
            log.add(t + 300 + wait / 20, "INFO", "orders", f"order {number} cancelled by user {user}")
        else:
            log.add(t + 900 + wait, "INFO", "orders", f"order {number} shipped by {carrier}")
    add_failures(log, stuck)


def add_failures(log, stuck):
    """A few in the first half minute, then many: each stuck order is tried again and again."""
    dice = Dice("failures")
    text = "charge failed for order {}: gateway eu-3 returned 504"
    earlier = [FIRST_FAILED_ORDER - n for n in (2, 5, 6, 9, 11, 14)]  # second instalments
    few = [(FIRST_FAILURE, FIRST_FAILED_ORDER), (at(3, "14:02:38.902"), earlier[0]),
           (at(3, "14:02:46.118"), FIRST_FAILED_ORDER), (at(3, "14:02:55.640"), earlier[1])]
    for n, (t, number) in enumerate(few):
        log.add(t, "ERROR", "orders", text.format(number), fault="new ERROR (first)" if n == 0 else "new ERROR")
    for start, end, a_minute in ((*SURGE, 18), (SURGE[1], at(3, "14:20:00"), 2)):
        t = start
        while (t := t + dice.wait(a_minute / 60)) < end:
            number = dice.pick(earlier + [order for since, order in stuck if since < t])
            log.add(t, "ERROR", "orders", text.format(number), fault="new ERROR")


def add_retries(log):
    """Always there, mostly eu-3; in the surge the same message comes twenty times as often."""
    dice = Dice("retries")
    for t in arrivals(dice, RETRIES_A_DAY / 1.3):
        gateway = dice.pick(["eu-3", "eu-3", "eu-3", "eu-1", "eu-2"])
        log.add(t, "WARN", "orders", f"retrying upstream {gateway} (attempt 2)")
        if dice.chance(0.25):
            log.add(t + 2 + dice.random(), "WARN", "orders", f"retrying upstream {gateway} (attempt 3)")
            if dice.chance(0.2):
                log.add(t + 6 + dice.random(), "WARN", "orders", f"retrying upstream {gateway} (attempt 4)")
    dice, t = Dice("surge"), SURGE[0]
    rate = (SURGE_FACTOR - 1) * RETRIES_A_DAY / DAY * rhythm(SURGE[0])
    while (t := t + dice.wait(rate)) < SURGE[1]:
        attempt = dice.pick([2, 2, 2, 3, 3, 4])
        log.add(t, "WARN", "orders", f"retrying upstream eu-3 (attempt {attempt})", fault="surging WARN")


def add_visits(log):
    dice = Dice("sessions")
    for t in arrivals(dice, 300):
        user, lasts = dice.pick(USERS), 30 + dice.wait(1 / 400)
        log.add(t, "DEBUG", "http", f"session opened for user {user} from {dice.address()}")
        log.add(t + lasts, "DEBUG", "http", f"session of user {user} closed after {int(lasts)} s")
    dice = Dice("pages")
    for t in arrivals(dice, 1100):
        path = dice.pick(["/articles/{}", "/articles/{}", "/articles/{}/images", "/carts/{}"])
        status = dice.pick([200] * 16 + [304] * 3 + [404])
        log.add(t, "INFO", "http", f"GET {path.format(dice.between(100, 4900))} {status} in {dice.between(3, 140)} ms")
    dice = Dice("logins")
    for t in arrivals(dice, 25):
        log.add(t, "WARN", "http", f"login refused for user {dice.pick(USERS)} from {dice.address()}")
    dice = Dice("slow pages")
    for t in arrivals(dice, 40):
        log.add(t, "WARN", "http", f"slow request GET /articles/{dice.between(100, 4900)} took {dice.between(1000, 3900)} ms")


def every(log, name, period, phase, jitter, line):
    """A timer of the service: `line(dice, t)` gives level, component and text."""
    dice, t = Dice(name), phase
    while t < MONDAY + DAY:
        log.add(t + dice.random() * jitter, *line(dice, t))
        t += period


def add_housekeeping(log):
    every(log, "heap", 300, 41, 0.2, lambda dice, t: (
        "DEBUG", "worker", f"heap {dice.between(310, 620)} MB of 1024 MB, {dice.between(12, 19)} threads"))
    every(log, "cache", 600, 95, 0.5, lambda dice, t: (
        "DEBUG", "stock", f"cache refreshed: {1180 + int(t / 7200)} articles in {dice.between(60, 190)} ms"))
    every(log, "report", 3600, 420, 2.0, lambda dice, t: (
        "INFO", "report", "hourly report written to /var/lib/shop/reports/"
        + (START + timedelta(seconds=t)).strftime("%Y-%m-%d-%H") + f".csv, {dice.between(8, 40)} orders"))
    every(log, "clean-up", DAY, at(0, "03:10:00"), 5.0, lambda dice, t: (
        "INFO", "worker", f"night clean-up removed {dice.between(300, 900)} carts older than 30 days"))
    for name, a_day, level, component, line in (
        ("jobs", 250, "DEBUG", "worker", lambda d: f"job {d.hexes(8)} done by worker-{d.between(1, 4)} in {d.between(40, 900)} ms"),
        ("pool", 200, "DEBUG", "db", lambda d: f"pool main: {d.between(1, 9)} of 20 connections in use"),
        ("slow queries", 25, "WARN", "db", lambda d: f"slow query on table {d.pick(['order_items', 'articles'])}: {d.between(800, 2900)} ms"),
        ("low stock", 30, "WARN", "stock", lambda d: f"article {d.between(100, 4900)} is low, {d.between(1, 5)} left"),
    ):
        dice = Dice(name)
        for t in arrivals(dice, a_day):
            log.add(t, level, component, line(dice))


TRACE = """cannot book delivery {delivery}: row is locked
com.example.shop.stock.BookingException: delivery {delivery} not booked
\tat com.example.shop.stock.DeliveryDesk.book(DeliveryDesk.java:118)
\tat com.example.shop.stock.DeliveryDesk.lambda$run$0(DeliveryDesk.java:74)
\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)
\tat java.base/java.lang.Thread.run(Thread.java:833)
Caused by: java.sql.SQLTimeoutException: no lock on table deliveries after {millis} ms
\tat com.example.shop.db.Session.execute(Session.java:203)
\tat com.example.shop.stock.DeliveryDesk.book(DeliveryDesk.java:112)
\t... 3 more"""


def add_rare_errors(log):
    """Known errors, hours apart; the two healthy stretches of Monday hold one of each."""
    monday = {"label": ["10:41:10.233", "13:17:42.870"], "trace": ["10:23:41.502", "12:48:05.119"],
              "mail": ["10:08:55.031", "13:39:20.644"]}
    for name, a_day in (("label", 4), ("trace", 4), ("mail", 3)):
        dice = Dice("rare " + name)
        slot = DAY / a_day
        times = [(n + 0.2 + 0.6 * dice.random()) * slot for n in range(3 * a_day)]
        for t in times + [at(3, clock) for clock in monday[name]]:
            if name == "label":
                component = "orders"
                number = 6900 + int(t / DAY * 500)
                text = f"cannot print label for order {number}: printer {dice.between(1, 2)} is out of paper"
            elif name == "trace":
                component = "stock"
                text = TRACE.format(delivery=dice.between(5100, 5900), millis=dice.between(5000, 5090))
            else:
                component = "mail"
                text = f"giving up on message {dice.hexes(8)} after 5 attempts: mailbox full"
            log.add(t, "ERROR", component, text)


def make_shop():
    log = Log()
    for add in (add_heartbeat, add_restarts, add_orders, add_retries, add_visits, add_housekeeping, add_rare_errors):
        add(log)
    edges = [0.0, *ROTATED, BASELINE_END]
    names = ["shop.log.4.gz", "shop.log.3.gz", "shop.log.2.gz", "shop.log.1"]
    for name, start, end in zip(names, edges, edges[1:]):
        body = text_of(log.between(start, end)[0])
        write("shop/baseline/" + name, gzip(body, unix(end)) if name.endswith("gz") else body)
    write("shop/calm.log", text_of(log.between(*CALM)[0]))
    lines, facts = log.between(*INCIDENT)
    write("shop/incident.log", text_of(lines))
    write("shop/incident.log.gz", gzip(text_of(lines), unix(INCIDENT[1])))
    ticks = [(n, line) for n, line in enumerate(lines, 1) if line.endswith("scheduler tick ok")]
    return facts + [("last heartbeat", *ticks[-1])]


# ---- writing ------------------------------------------------------------------------------------

def unix(second):
    return int(START.timestamp() + second)


def text_of(lines):
    return "".join(line + "\n" for line in lines).encode()


def gzip(body, mtime=0):
    """One gzip member, its header written by hand so that only zlib decides about the bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(body) + packer.flush()
    return (struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, 0, mtime, 2, 255) + packed
            + struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF))


def write(name, body):
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def main():
    from samples_odd import make_odd
    from samples_loglike import make_loglike
    facts = make_shop()
    make_odd(write, gzip)
    make_loglike(write, Dice)
    if "--facts" in sys.argv:
        for fault, number, line in facts:
            print(f"{number}\t{fault}\t{line}")


if __name__ == "__main__":
    main()
