"""What a part found, as Markdown: rows with a bound and a mark beside each figure."""
import datetime
import math
import os
import re


class Section:
    """A part's text and whether all its bounds hold."""

    def __init__(self, title):
        self.title, self.text, self.failed = title, [], []

    def say(self, *lines):
        """Adds a paragraph."""
        self.text += [*lines, ""]

    def table(self, head, rows):
        """Adds a table; a `Figure` among the cells is spread over three."""
        self.text += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        for row in rows:
            cells = []
            for cell in row:
                if isinstance(cell, Figure):
                    if cell.mark == "**no**":
                        place = ", ".join([self.title, str(row[0]), head[len(cells)]])
                        self.failed.append("%s: %s, wanted %s" % (place, cell.text, cell.bound))
                    cells += [cell.text, cell.bound, cell.mark]
                else:
                    cells.append(str(cell))
            self.text.append("| " + " | ".join(cells) + " |")
        self.text.append("")


class Figure:
    """A measured figure, the bound it is held against, and whether it keeps it."""

    def __init__(self, value, least=None, most=None, text=None, digits=2):
        shown = "–" if value is None else fraction(value, digits)
        self.text = text or shown
        self.bound = "≥ " + tight(least) if least is not None else "≤ " + tight(most) if most is not None else ""
        keeps = value is not None and (least is None or value >= least)
        keeps = keeps and (most is None or value <= most)
        self.mark = "" if not self.bound else "yes" if keeps else "**no**"


def fraction(value, digits=2):
    """`.25`, as bounds are written; whole numbers as they are."""
    if isinstance(value, int):
        return str(value)
    return ("%.*f" % (digits, value)).replace("0.", ".", 1) if 0 < value < 1 else "%.*f" % (digits, value)


def tight(value):
    """The shortest spelling: `10`, `.5`."""
    return ("%g" % value).replace("0.", ".", 1) if 0 < value < 1 else "%g" % value


def poisson_range(count):
    """The exact 95 % range of the mean behind a count (Garwood's), by halving."""
    def at_most(n, mean):
        return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n + 1))

    def solve(wanted, n):
        low, high = 1e-12, 10.0 + 3 * count + 10 * math.sqrt(count)
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if at_most(n, middle) > wanted else (low, middle)
        return (low + high) / 2

    return (solve(0.975, count - 1) if count else 0.0), solve(0.025, count)


def rate_text(count, days):
    """`0.87 (13 in 15.0 days; .46 – 1.5)`"""
    low, high = poisson_range(count)
    return "%s (%d in %s days; %s – %s)" % (fraction(count / days), count, tight(round(days, 2)),
                                           fraction(low / days), fraction(high / days))


def write(path, part, section, version, command):
    """Puts a section between its markers in the document; everything else there stays as it is."""
    begin, end = "<!-- begin %s -->" % part, "<!-- end %s -->" % part
    today = datetime.date.today().isoformat()
    made = "%s, %s: `%s`" % (today, version, command)
    block = "\n".join([begin, "## " + section.title, "", made, "", *section.text, end])
    text = "# Quality, measured\n"
    if os.path.exists(path):
        with open(path) as old:
            text = old.read()
    place = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    if place.search(text):
        text = place.sub(lambda _: block, text)
    else:
        text = text.rstrip("\n") + "\n\n" + block + "\n"
    with open(path, "w") as new:
        new.write(text)
