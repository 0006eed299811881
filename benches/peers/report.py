"""The tables: Markdown, without anything that names the machine's owner."""
import datetime
import os
import platform
import re
import statistics

from inputs import MB

MIB = 1 << 20


def machine():
    """The processor, its cores and the memory, as Linux has them."""
    cpu, memory = platform.processor() or platform.machine(), 0
    try:
        with open("/proc/cpuinfo") as file:
            cpu = re.search(r"model name\s*: (.*)", file.read()).group(1)
        with open("/proc/meminfo") as file:
            memory = int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1)) * 1024
    except (OSError, AttributeError):
        pass
    return "%s, %d cores, %.0f GB" % (cpu, os.cpu_count(), memory / 1e9)


def median(rows, of):
    """The median of one figure."""
    return statistics.median(of(run) for run in rows)


def short(value):
    """Three digits, whatever the size."""
    return "%.0f" % value if value >= 100 else "%.1f" % value if value >= 10 else "%.2f" % value


def thousands(text):
    """Long numbers in a text with commas."""
    return re.sub(r"(?<![\d,.])\d{4,}", lambda match: "{:,}".format(int(match.group())), text)


def ratio(rows, sizes, upper, lower, by):
    """How many times as long one row took as another for the same text: the median over the rounds."""
    pairs = zip(rows[upper], rows[lower])
    scale = sizes[lower] / sizes[upper]
    return statistics.median(getattr(a, by) / getattr(b, by) * scale for a, b in pairs)


def row(tool, rows, sizes, timeout):
    """A line of the table; of a tool that was ended, only that."""
    runs, text = rows[tool.name], sizes[tool.name] / MB
    begin = "| %s | %s | %.0f |" % (tool.name, tool.does, text)
    if not runs:
        return begin + " over %d | | | | | | | ended before it was done |" % timeout
    if runs[-1].status not in tool.statuses:
        return begin + " | | | | | | | failed with status %d |" % runs[-1].status
    wall, cpu = median(runs, lambda run: run.wall), median(runs, lambda run: run.cpu)
    memory = median(runs, lambda run: run.memory) / MIB
    against = []
    if rows.get("wc -l"):
        against = [short(ratio(rows, sizes, tool.name, "wc -l", by)) for by in ("wall", "cpu")]
    return begin + " %s | %s | %s | %s | %s | %s | %s |" % (
        "%.3f" % wall, "%.3f" % cpu, short(text / wall), short(text / cpu), " | ".join(against) or " | ",
        short(memory) if memory else "?", thousands(tool.found(runs[-1].out, runs[-1].err)))


def table(tools, rows, sizes, timeout):
    """All rows, in the order of the list of tools."""
    head = ["tool", "what it does", "MB", "wall s", "CPU s", "MB/s", "MB/s of CPU"]
    head += ["× wc, wall", "× wc, CPU", "MiB", "found"]
    lines = ["| %s |" % " | ".join(head), "|---|---|" + "--:|" * 8 + "---|"]
    return "\n".join(lines + [row(tool, rows, sizes, timeout) for tool in tools])


def ratios(wanted, rows, sizes):
    """The ratios that the project watches, where both rows are there."""
    lines = ["| ratio | by | × |", "|---|---|--:|"]
    for what, upper, lower, by in wanted:
        if rows.get(upper) and rows.get(lower):
            lines.append("| %s | %s | %s |" % (what, by, short(ratio(rows, sizes, upper, lower, by))))
    return "\n".join(lines)


def section(title, chosen, versions, missing, tables):
    """A whole section of the document. The load tells a quiet machine (about 1, the tool itself) from a busy one."""
    today = datetime.date.today().isoformat()
    facts = ["%s. %s. Load after the last round: %.1f." % (today, machine(), os.getloadavg()[0])]
    facts += ["Medians of %d runs, in turn." % chosen.runs]
    facts += ["Options of logsurge: `%s`." % chosen.options] if chosen.options else []
    facts += ["Versions: %s." % "; ".join(versions)]
    facts += ["Not installed: %s." % "; ".join(missing)] if missing else []
    return "\n\n".join(["## " + title, " ".join(facts), *tables])


def write(path, name, text):
    """Puts a section between its markers in a document."""
    begin, end = "<!-- begin %s -->" % name, "<!-- end %s -->" % name
    with open(path, encoding="utf-8") as file:
        document = file.read()
    if begin not in document or end not in document:
        raise SystemExit("%s has no section %s to write into" % (path, name))
    head, rest = document.split(begin, 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("%s%s\n%s\n%s%s" % (head, begin, text, end, rest.split(end, 1)[1]))
