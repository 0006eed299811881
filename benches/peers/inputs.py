"""The logs that the tools read, made of one log: pieces for slow tools, halves, a gzip, a baseline."""
import os
import shutil
import subprocess

MB = 1_000_000
COPY_BYTES = 1 << 20


class Inputs:
    """Where each input lies, by size and kind. Made once, in a work folder that is taken away at the end."""

    def __init__(self, log, work, sizes_mb):
        self.log, self.work = log, work
        whole = os.path.getsize(log)
        self.pieces = {"whole": log}
        for name, size_mb in sizes_mb.items():
            self.pieces[name] = self.cut(name, size_mb * MB) if size_mb * MB < whole else log
        self.halves = {}
        self.learned = self.compressed = False

    def cut(self, name, size):
        """The first lines of the log, together hardly more than `size` bytes."""
        path = os.path.join(self.work, name + ".log")
        with open(self.log, "rb") as log, open(path, "wb") as piece:
            copy(log, piece, size)
        return path

    def bytes_of(self, size):
        """How much text a tool of this size reads."""
        return os.path.getsize(self.pieces[size])

    def both_halves(self, size):
        """A piece cut in two by bytes, on a line's end."""
        if size not in self.halves:
            names = [os.path.join(self.work, size + half) for half in (".before", ".after")]
            with open(self.pieces[size], "rb") as log, open(names[0], "wb") as before, open(names[1], "wb") as after:
                copy(log, before, self.bytes_of(size) // 2)
                shutil.copyfileobj(log, after, COPY_BYTES)
            self.halves[size] = names
        return self.halves[size]

    def gzip(self):
        """The whole log as gzip makes it by default."""
        path = os.path.join(self.work, "whole.log.gz")
        if not self.compressed:
            with open(path, "wb") as file:
                subprocess.run(["gzip", "-c", self.log], stdout=file, check=True)
            self.compressed = True
        return path

    def baseline(self, logsurge, options):
        """What logsurge learned from the whole log: nothing in it is new then."""
        path = os.path.join(self.work, "whole.baseline")
        if not self.learned:
            subprocess.run([logsurge, "learn", "-q", *options, "-o", path, self.log], check=True)
            self.learned = True
        return path

    def warm(self):
        """Reads the log and its pieces, so that no tool pays for the disk; what was just written is in memory."""
        for path in self.pieces.values():
            with open(path, "rb") as file:
                while file.read(COPY_BYTES):
                    pass


def copy(source, target, size):
    """Copies so many bytes and the rest of the line that they end in."""
    while size > 0:
        block = source.read(min(size, COPY_BYTES))
        if not block:
            return
        target.write(block)
        size -= len(block)
    target.write(source.readline())
