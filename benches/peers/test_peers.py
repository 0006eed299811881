"""What the benchmark rests on: python3 -m unittest discover -s benches/peers"""
import os
import tempfile
import unittest
from types import SimpleNamespace

import inputs
import measure
import report
import tools


def timed(wall, cpu):
    """A run that took so long."""
    return SimpleNamespace(wall=wall, cpu=cpu)


class Peers(unittest.TestCase):
    def test_pieces_end_on_a_line_and_halves_add_up(self):
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "a.log")
            with open(log, "wb") as file:
                file.write(b"".join(b"line %d\n" % at for at in range(300_000)))
            made = inputs.Inputs(log, folder, {"slow": 1, "crawling": 50})
            with open(made.pieces["slow"], "rb") as file:
                piece = file.read()
            self.assertTrue(piece.endswith(b"\n"))
            self.assertTrue(inputs.MB <= len(piece) < inputs.MB + 20)
            self.assertEqual(made.pieces["crawling"], log, "a log that is smaller is taken whole")
            halves = []
            for path in made.both_halves("slow"):
                with open(path, "rb") as file:
                    halves.append(file.read())
            self.assertEqual(halves[0] + halves[1], piece)
            self.assertTrue(halves[0].endswith(b"\n"))

    def test_a_run_is_measured_and_ended(self):
        run = measure.run("seq 3 | sed s/2/x/", 20, os.environ)
        self.assertEqual((run.status, run.out, run.overdue), (0, "1\nx\n3\n", False))
        self.assertEqual(measure.run("sh -c 'exit 3'", 20, os.environ).status, 3)
        self.assertNotEqual(measure.run("false | cat", 20, os.environ).status, 0, "a pipeline fails with any part")
        self.assertTrue(measure.run("sleep 20 | cat", 0.2, os.environ).overdue)

    def test_ratios_are_of_one_round_and_of_the_same_amount_of_text(self):
        rows = {"slow": [timed(1, 1), timed(8, 2), timed(30, 3)], "wc -l": [timed(1, 1), timed(2, 1), timed(3, 1)]}
        self.assertEqual(report.ratio(rows, {"slow": 10, "wc -l": 10}, "slow", "wc -l", "wall"), 4)
        self.assertEqual(report.ratio(rows, {"slow": 10, "wc -l": 50}, "slow", "wc -l", "cpu"), 10)

    def test_what_was_found_is_read_off(self):
        out = "2024-05-14 08:00:00 NEW   -     032c0335 x\n2024-05-14 08:00:00 SURGE -  a y\nNOTE  3 gone\n  NEW x\n"
        err = "logsurge: read 82,022 lines (82,022 counted) from 1 source, 928 messages, over 10 s; 82,021 late\n"
        self.assertEqual(tools.alerts(out, err), "2 alerts, 928 messages, 82,021 late")
        self.assertEqual(tools.CLUSTERS("30853 clusters in 82022 lines, 30877 ever created\n", ""),
                         "30853 clusters, 30877 ever created")
        self.assertEqual(report.thousands("30853 of 1,000 in 0.12345"), "30,853 of 1,000 in 0.12345")

    def test_a_section_is_written_between_its_markers(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.md")
            with open(path, "w") as file:
                file.write("head\n<!-- begin a -->\nold\n<!-- end a -->\ntail\n")
            report.write(path, "a", "new")
            with open(path) as file:
                self.assertEqual(file.read(), "head\n<!-- begin a -->\nnew\n<!-- end a -->\ntail\n")


if __name__ == "__main__":
    unittest.main()
