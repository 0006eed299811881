"""Seconds until failures in an access log are told, on a live pipe: `values.py --live`."""
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path

from live import Watched, first, learn

# Lines a second, and seconds of past.
RATE = 20.0
PAST = 3600
BOUND = 90
USUAL, FAILING = 0.0002, 0.02
SHARES = ((0.04, 304), (0.025, 404), (0.004, 301), (0.0005, 302))
PAGES = ("/", "/cart", "/login", "/account", "/search?q={word}&page={n}", "/products/{word}-{n}", "/category/{word}",
         "/help/{word}", "/api/v1/products/{n}", "/api/v1/products/{n}/reviews", "/api/v1/cart/{hex}",
         "/api/v1/cart/{hex}/items", "/api/v1/orders/{n}", "/api/v1/users/{n}", "/api/v1/suggest?q={word}",
         "/api/v1/checkout", "/api/v2/events", "/export/{n}.csv", "/blog/2026/{word}-{word}", "/about")
FILES = ("/favicon.ico", "/static/js/main.3f9a1c2e.js", "/static/css/app.91bc44e0.css", "/img/{word}_{n}.webp",
         "/img/thumb/{n}.jpg", "/static/fonts/inter.woff2", "/robots.txt")
WORDS = "lamp chair table shelf sofa desk rug mirror clock vase oak pine steel glass linen white black green".split()
AGENTS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
          "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4",
          "okhttp/4.12.0", "curl/8.4.0", "-")
LAYOUTS = {
    "CLF": "{client} - - [{clf}] \"{method} {path} HTTP/1.1\" {status} {bytes}\n",
    "JSON": "{{\"time\":\"{iso}\",\"remote_addr\":\"{client}\",\"method\":\"{method}\",\"uri\":\"{path}\","
            "\"status\":{status},\"bytes\":{bytes},\"request_time\":{taken:.3f},\"agent\":\"{agent}\"}}\n",
}
STATUS_IN = {"CLF": "\" 500 ", "JSON": "\"status\":500,"}


def request(at, layout, failing, dice):
    """One line of the log."""
    status, place = 200, dice.random()
    for share, answer in ((failing, 500), *SHARES):
        if place < share:
            status = answer
            break
        place -= share
    files = status == 304 or status == 200 and dice.random() < 0.4
    path = dice.choice(FILES if files else PAGES)
    word = dice.choice(WORDS) if dice.random() < 0.9 else "".join(dice.choices("abcdefghiklmnoprstuv", k=6))
    whole = time.gmtime(int(at))
    return LAYOUTS[layout].format(
        client=".".join(str(dice.randint(1, 254)) for _ in range(4)), status=status,
        clf=time.strftime("%d/%b/%Y:%H:%M:%S +0000", whole),
        iso=time.strftime("%Y-%m-%dT%H:%M:%S", whole) + ".%03dZ" % (at % 1 * 1000),
        method="GET" if files else dice.choice(("GET", "GET", "GET", "POST")),
        path=path.format(word=word, n=dice.randint(1, 2_000_000), hex="%024x" % dice.getrandbits(96)),
        bytes=0 if status == 304 else dice.randint(120, 90_000), taken=dice.expovariate(12),
        agent=dice.choice(AGENTS).format(v=dice.randint(118, 126)))


def hour(now, layout, dice):
    """The lines of the hour until now."""
    at = now - PAST
    while at < now:
        yield request(at, layout, USUAL, dice)
        at += dice.expovariate(RATE)


def play(binary, past, layout, baseline, seed, results):
    """One run on a pipe of its own."""
    dice = random.Random(seed)
    watched = Watched(binary, baseline)
    pipe = watched.process.stdin
    if not baseline:
        # As `tail -n 100000 -F` brings it: a stream that began an hour ago.
        pipe.writelines(hour(time.time(), layout, dice))
        pipe.flush()
    begun = time.time()
    event = begun + 20 + dice.random() * 30
    at = begun
    while at < event + BOUND + 15:
        at += dice.expovariate(RATE)
        time.sleep(max(0.0, at - time.time()))
        pipe.write(request(time.time(), layout, FAILING if at >= event else USUAL, dice))
        pipe.flush()
    said = watched.end()

    def wanted(alert):
        return alert["kind"] == "value" and not alert["note"] and STATUS_IN[layout] in alert["sample"]
    seconds = first(said, event, wanted)
    others = [alert["summary"] for _, alert in said if not alert["note"] and not wanted(alert)]
    results.append((past, layout, seconds, others))


def measure(binary, runs, seed):
    """Prints the table; whether every run kept the bound."""
    results, threads = [], []
    with tempfile.TemporaryDirectory() as place:
        now, dice = time.time(), random.Random(seed)
        baselines = {layout: learn(binary, Path(place), layout, hour(now, layout, dice)) for layout in LAYOUTS}
        for run in range(runs):
            for number, layout in enumerate(LAYOUTS):
                pasts = {"a baseline of an hour": baselines[layout], "a stream of an hour": None}
                threads += [threading.Thread(target=play, args=(
                    binary, past, layout, baseline, "%d %d %d" % (seed, run, number), results))
                    for past, baseline in pasts.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return report(results, runs)


def report(results, runs):
    """Prints the table; whether the bound is kept."""
    print("Seconds from the first moment of one failure in fifty to the alert, %d runs, at most %d\n" % (runs, BOUND))
    print("| past | format | p50 | worst | found in time |\n|---|---|---|---|---|")
    kept = True
    for past, layout in sorted({(past, layout) for past, layout, *_ in results}):
        taken = [seconds for p, l, seconds, _ in results if (p, l) == (past, layout) and seconds is not None]
        in_time = sum(seconds <= BOUND for seconds in taken)
        kept = kept and in_time == runs
        p50, worst = (statistics.median(taken), max(taken)) if taken else (float("inf"), float("inf"))
        print("| %s | %s | %.1f | %.1f | %d of %d |" % (past, layout, p50, worst, in_time, runs))
    others = [other for *_, found in results for other in found]
    print("\nOther alerts: %d" % len(others))
    for other in others:
        print("- " + other)
    return kept
