"""What the evaluation itself must get right: `python3 -m unittest discover -s benches/quality`."""
import os
import tempfile
import unittest

import report
import run
import scenarios


class Quality(unittest.TestCase):
    def test_exact_ranges_are_those_of_the_tables(self):
        for count, low, high in ((0, 0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63)):
            found = report.poisson_range(count)
            self.assertAlmostEqual(found[0], low, places=2)
            self.assertAlmostEqual(found[1], high, places=2)

    def test_a_figure_is_held_against_its_bound(self):
        self.assertEqual(report.Figure(0.6, least=0.6).mark, "yes")
        self.assertEqual(report.Figure(0.59, least=0.6).mark, "**no**")
        self.assertEqual(report.Figure(3, most=2).mark, "**no**")
        self.assertEqual(report.Figure(None, least=0.6).mark, "**no**")
        self.assertEqual(report.Figure(0.1).mark, "")

    def test_a_missed_bound_is_named(self):
        section = report.Section("Week")
        section.table(["", "measured", "bound", "kept", "delay", "bound", "kept"],
                      [["×5", report.Figure(0.7, least=0.6), report.Figure(9, most=7)]])
        self.assertEqual(section.failed, ["Week, ×5, delay: 9, wanted ≤ 7"])

    def test_a_section_is_replaced_and_the_rest_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "document")
            with open(path, "w") as file:
                file.write("# Head\n\nby hand\n")
            for text in ("first", "second \\1"):
                section = report.Section("Week")
                section.say(text)
                report.write(path, "week", section, "logsurge 1", "command")
            with open(path) as file:
                text = file.read()
            self.assertIn("by hand", text)
            self.assertIn("second \\1", text)
            self.assertNotIn("first", text)
            self.assertEqual(text.count("## Week"), 1)

    def test_an_alert_is_about_the_message_with_the_most_constant_words(self):
        judge = scenarios.Judge({"A": "opened <*>", "B": "session opened for <*>", "C": "closed"})
        self.assertEqual(judge.message({"sample": "host sshd: session  opened for user 7"}), "B")
        self.assertEqual(judge.message({"sample": "host sshd: closed"}), "C")
        self.assertIsNone(judge.message({"sample": "host sshd: closed now"}))

    def test_seeds_are_lists_and_ranges(self):
        self.assertEqual(run.numbers("1,3-5"), [1, 3, 4, 5])


if __name__ == "__main__":
    unittest.main()
