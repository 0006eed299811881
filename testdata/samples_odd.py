"""The files of testdata/odd/: small, and wrong in one way each. Called by make_samples.py."""
import struct


def lines_of(count, first=0, text="request {n} served in {ms} ms"):
    """Plain stamped lines, one every 7 seconds from 2026-03-02T08:00:00Z on."""
    made = []
    for n in range(first, first + count):
        second = 8 * 3600 + 7 * n
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        made.append(f"2026-03-02T{clock}Z INFO  web " + text.format(n=n, ms=3 + n * 7 % 40))
    return made


def joined(lines, end="\n"):
    return "".join(line + end for line in lines).encode()


def mixed_stamps():
    return [
        "2026-03-02T08:00:00Z INFO rfc 3339 in utc",
        "2026-03-02T09:00:07+01:00 INFO rfc 3339 with an offset",
        "2026-03-02 08:00:14,250 INFO comma fraction, no zone",
        "2026/03/02 08:00:21 [notice] 71#71: slashes",
        "02/Mar/2026:08:00:28 +0000 INFO common log without brackets",
        '192.0.2.9 - - [02/Mar/2026:08:00:35 +0000] "GET /a HTTP/1.1" 200 12',
        "Mar  2 08:00:42 host-a app[17]: syslog without a year",
        "<14>1 2026-03-02T08:00:49.000Z host-a app 17 - - syslog of rfc 5424",
        "[Mon Mar 02 08:00:56 2026] [notice] day and month by name",
        "I0302 08:01:03.000001   17 main.go:42] klog",
        "03-02 08:01:10.500   170   171 I Main: month and day only",
        "1772438477 node-3 epoch seconds",
        "1772438484123 node-3 epoch milliseconds",
        "20260302-08:01:31:7|Steps|17|unpadded fields",
        "260302 080138 17 INFO dfs.Node: six digits and six digits",
        "2026-03-02T08:01:45.123456789Z stdout F container runtime prefix",
        "a line without any stamp between two with one",
        "03/02/2026 08:01:59 INFO month first",
        "26/03/02 08:02:06 INFO two-digit year first",
        "2026-03-02T08:02:13Z INFO back to rfc 3339",
    ]


def new_year():
    """Syslog over New Year: 40 lines before and 40 after, no year anywhere."""
    made = []
    for n in range(80):
        second = 23 * 3600 + 50 * 60 + n * 15
        day, second = ("Dec 31", second) if second < 86400 else ("Jan  1", second - 86400)
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        made.append(f"{day} {clock} gate-1 pump[88]: pressure {20 + n * 3 % 9} in line {n % 4}")
    return made


def late():
    """Every tenth line comes 15 s late (at most one pane), every twentieth 5 minutes late."""
    made = lines_of(120)
    for n in range(10, 120, 10):
        minutes, seconds = divmod(7 * n - (300 if n % 20 == 0 else 15), 60)
        hour, minute = divmod(8 * 60 + minutes, 60)
        made[n] = f"2026-03-02T{hour:02}:{minute:02}:{seconds:02}Z WARN  web late copy of request {n}"
    return made


def progress():
    """A lone CR overwrites the line: only what stands after the last one was ever seen."""
    out = []
    for n in range(10):
        bar = "\r".join(f"loading part {n}: {p:3} %" for p in range(0, 100, 20))
        out.append(f"{bar}\r2026-03-02T08:0{n}:00Z INFO  web part {n} loaded\n")
    return "".join(out).encode()


def ansi():
    colours = {"INFO": "32", "WARN": "33", "ERROR": "1;31"}
    made = []
    for n in range(30):
        level = "ERROR" if n % 10 == 9 else "WARN" if n % 5 == 4 else "INFO"
        made.append(f"\x1b[2m2026-03-02T08:{n:02}:00Z\x1b[0m \x1b[{colours[level]}m{level}\x1b[0m web "
                    f"\x1b[1mrequest {n}\x1b[22m answered with \x1b[38;5;208m{200 if n % 5 != 4 else 503}\x1b[0m\x1b[K")
    made.append("2026-03-02T08:30:00Z INFO web title \x1b]0;not for the screen\x07 set")
    return made


def make_odd(write, gzip):
    text = joined(lines_of(60))
    two = gzip(joined(lines_of(30))) + gzip(joined(lines_of(30, first=30)))
    broken = [line.encode() for line in lines_of(20)]
    broken[3] += b" caf\xe9 in latin-1"
    broken[7] += b" \xff\xfe\xfd no text at all"
    broken[11] += b" cut \xe2\x82"
    broken[15] = b"\xc3\x28 " + broken[15]
    nuls = [line.encode() for line in lines_of(20)]
    nuls[5] = nuls[5].replace(b"served", b"ser\0ved")
    nuls[10] = b"\0" * 64 + nuls[10]  # what a crash leaves behind on some file systems
    nuls[15] += b"\0"
    long = lines_of(9)
    long[4] += " dump " + " ".join(f"cell-{n}={n * 37 % 1000}" for n in range(5200))[:70_000]
    empty = [part for n, line in enumerate(lines_of(20)) for part in ([line] + [""] * (n % 3))] + ["", "   ", "\t"]
    words = ["cold start of line {n}", "valve {n} open", "valve {n} shut", "tank at {n} percent"]
    files = {
        "invalid-utf8.log": b"\n".join(broken) + b"\n",
        "nul-bytes.log": b"\n".join(nuls) + b"\n",
        "crlf.log": joined(lines_of(40), "\r\n"),
        "progress-cr.log": progress(),
        "ansi.log": joined(ansi()),
        "no-stamps.log": joined([words[n % 4].format(n=n * 13 % 50) for n in range(200)]),
        "mixed-stamps.log": joined(mixed_stamps()),
        "new-year.log": joined(new_year()),
        "late-lines.log": joined(late()),
        "long-line.log": joined(long),
        "empty-lines.log": joined(empty),
        "no-final-newline.log": joined(lines_of(10))[:-1],
        "empty.log": b"",
        "truncated.log.gz": gzip(joined(lines_of(400)))[:-900],
        "zero-padded.log.gz": gzip(text) + bytes(1024),
        "two-members.log.gz": two,
    }
    for name, body in files.items():
        write("odd/" + name, body)
