"""The table of tools: a command line for each, what it does, and how to read what it found.

In a command `{file}` is the log, `{gzip}` the same compressed, `{before}` and `{after}` its two halves,
`{baseline}` what logsurge learned from it, `{logsurge}` the binary with its options left to `{options}`,
`{bin}` and `{python}` what install.sh put into its folder, and `{drivers}` the drivers' sources.

A tool that is slow gets a smaller log: the first `slow` or `crawling` megabytes (`run.sh --help`). Its row says so.
"""
import dataclasses
import re
from collections.abc import Callable

INSTALL = "benches/peers/install.sh"


@dataclasses.dataclass(frozen=True)
class Tool:
    """One row."""

    name: str
    command: str
    does: str
    found: Callable[[str, str], str]
    size: str = "whole"
    version: str = ""
    install: str = INSTALL
    # What a good end looks like: as with diff(1), 1 says for some that there was something to say.
    statuses: tuple = (0,)


def first_number(unit):
    """The number that the output begins with."""
    return lambda out, err: "%s %s" % (out.split()[0], unit)


def lines_of_output(unit, pattern=r".*\S"):
    """How many lines of the output look like this."""
    return lambda out, err: "%d %s" % (len(re.findall("(?m)^" + pattern, out)), unit)


def words(pattern):
    """What the pattern's groups hold, in the output or in what was said beside it."""

    def find(out, err):
        match = re.search(pattern, out) or re.search(pattern, err)
        return ", ".join(filter(None, match.groups())) if match else "?"

    return find


def alerts(out, err):
    """What `logsurge scan` and `diff` say: alerts by the line, and the summary's counts."""
    told = len(re.findall(r"(?m)^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )?(?:NEW|SURGE|GONE|VOLUME|VALUE)\b", out))
    messages = re.search(r"([\d,]+ messages)", err) or re.search(r"([\d,]+ and [\d,]+ messages)", err)
    late = re.search(r"([\d,]+ late)", err)
    counts = [match.group(1) for match in (messages, late) if match]
    return ", ".join(["%d alerts" % told] + counts)


def logsurge(name, arguments, does, found, statuses=(0, 1)):
    """A row of logsurge's own."""
    return Tool(name, "{logsurge} " + arguments, does, found, version="{logsurge} --version",
                install="cargo build --release", statuses=statuses)


SEVERE = "ERROR|WARN|FATAL"
CLUSTERS = words(r"([\d,]+ clusters)[^,\n]*(?:, ([\d,]+ \w+(?: \w+)?))?")
SCAN = "reads the stamps, counts every message per window, judges it against a learned baseline"

TOOLS = [
    Tool("wc -l", "wc -l {file}", "counts newlines: the floor", first_number("lines"), version="wc --version"),
    Tool("grep -c", "grep -cE '%s' {file}" % SEVERE, "searches for three words", first_number("lines"),
         version="grep --version", statuses=(0, 1)),
    Tool("rg -c", "rg -j1 --no-config -c '%s' {file}" % SEVERE, "searches for three words",
         lambda out, err: "%s lines" % (out.strip() or "0"), version="rg --version",
         install="apt-get install ripgrep", statuses=(0, 1)),
    Tool("zcat, wc -l", "zcat {gzip} | wc -l", "decompresses, counts newlines", first_number("lines"),
         version="gzip --version"),
    Tool("sed, sort, uniq -c", "sed 's/[0-9]\\+/N/g' {file} | sort | uniq -c",
         "the one-liner: digits to N, count what is alike", lines_of_output("shapes"), size="slow",
         version="sed --version"),
    logsurge("logsurge templates -j1", "templates -q -j1 {options} {file}",
             "reads the stamps, lists every message with its count, first and last time",
             lines_of_output("messages", r"[0-9a-f]{8} ")),
    logsurge("logsurge scan -j1", "scan -j1 {options} --baseline {baseline} {file}", SCAN, alerts),
    logsurge("logsurge scan -j2", "scan -j2 {options} --baseline {baseline} {file}", "the same, two threads", alerts),
    logsurge("logsurge scan -j1, no baseline", "scan -j1 {options} {file}", "learns as it judges", alerts),
    logsurge("logsurge scan -j1, gzip", "scan -j1 {options} --baseline {baseline} {gzip}",
             "decompresses as well", alerts),
    logsurge("logsurge scan -j2, gzip", "scan -j2 {options} --baseline {baseline} {gzip}",
             "the same, two threads", alerts),
    logsurge("logsurge diff -j1", "diff -j1 {options} {before} {after}",
             "compares the log's second half with its first", alerts),
    Tool("logdrain (crate)", "{bin}/drive-logdrain {file}", "mines: no stamps, no windows", CLUSTERS,
         version="=logdrain 0.3.2"),
    Tool("drain3 (crate)", "{bin}/drive-drain3 {file}", "mines: no stamps, no windows", CLUSTERS,
         size="slow", version="=drain3 0.3.0 (Rust)"),
    Tool("tipping-rs (crate)", "{bin}/drive-tipping {file}",
         "clusters, all lines in memory, all cores: no templates, no stamps, no windows", CLUSTERS,
         size="crawling", version="=tipping-rs 0.2.1"),
    Tool("logdelta templates", "{bin}/logdelta templates {file}", "mines: no stamps, no windows",
         words(r"([\d,]+ distinct templates)"), size="slow", version="{bin}/logdelta --version"),
    Tool("logdelta diff", "{bin}/logdelta diff {before} --target {after}",
         "compares the log's second half with its first", words(r"([\d,]+ templates) · ([\d,]+ findings)"),
         size="slow", statuses=(0, 1)),
    Tool("glancelog --hash", "{bin}/glancelog --hash {file}", "digits to #, counts what is alike",
         lines_of_output("shapes"), size="slow", version="{bin}/glancelog --version"),
    Tool("petit --hash", "{python} {python_bin}/petit --hash {file}", "digits to #, counts what is alike",
         lines_of_output("shapes"), size="crawling", version="=petit 4.10"),
    Tool("Drain3 (Python)", "{python} {drivers}/python_drain3.py {file}", "mines: no stamps, no windows", CLUSTERS,
         size="crawling", version="=Drain3 0.9.11 (Python)"),
    Tool("logmine", "{python} {python_bin}/logmine {file}", "clusters on all cores: no stamps, no windows",
         lines_of_output("clusters", r"\s*\d+ "), size="crawling", version="=logmine 0.4.1"),
    Tool("lnav", "lnav -n -c ';SELECT log_msg_format, count(*) FROM all_logs GROUP BY 1' {file}",
         "indexes the lines, masks and counts them by a query",
         lines_of_output("shapes", r".*\s\d+\s*$"),
         size="crawling", version="lnav -V", install="apt-get install lnav"),
]

# Ratios that the project holds itself to: of one row over another, by CPU or wall time for the same text.
RATIOS = [
    ("time of `logsurge scan -j1` over `wc -l`", "logsurge scan -j1", "wc -l", "cpu"),
    ("time of `logsurge scan -j1, gzip` over `zcat, wc -l`", "logsurge scan -j1, gzip", "zcat, wc -l", "wall"),
    ("time of `logsurge scan -j2, gzip` over `zcat, wc -l`", "logsurge scan -j2, gzip", "zcat, wc -l", "wall"),
    ("time of `logsurge scan -j1` over `-j2`", "logsurge scan -j1", "logsurge scan -j2", "wall"),
    ("time of `logdrain (crate)` over `logsurge scan -j1`", "logdrain (crate)", "logsurge scan -j1", "cpu"),
    ("time of `drain3 (crate)` over `logsurge scan -j1`", "drain3 (crate)", "logsurge scan -j1", "cpu"),
    ("time of `logdelta templates` over `logsurge scan -j1`", "logdelta templates", "logsurge scan -j1", "cpu"),
    ("time of `logdelta diff` over `logsurge diff -j1`", "logdelta diff", "logsurge diff -j1", "cpu"),
]
