"""`hold place --file`: all of them or none."""

import unittest

from hold_case import HoldTest

HEADER = "hold_id,tenant,pool,gpu_hours,gpus,for\n"


class BatchTest(HoldTest):
    def rows(self, *rows):
        self.write("holds.csv", HEADER + "".join(row + "\n" for row in rows))
        return ["place", "--file", "holds.csv"]

    def test_all_of_them(self):
        batch = self.rows("a,acme/chat,p,10,,", "b,acme/chat,p,,8,90s",
                          "c,acme/other,p,1,0.5,2d")
        placed = self.hold(0, *batch, "--for", "2h", "--format", "json")
        self.assertEqual(placed.err, "holds placed: 3\n")
        holds = placed.json()["holds"]
        self.assertEqual([one["gpus"] for one in holds], ["0", "8", "0.5"])
        self.assertEqual([one["changed"] for one in holds], [True] * 3)
        again = self.hold(0, *batch, "--for", "2h")
        self.assertEqual(again.err, "holds placed: 0, placed already: 3\n")
        self.assertEqual(again.out, "")
        self.hold(3, *batch, "--for", "3h")

    def test_or_none(self):
        batch = self.rows("a,acme/chat,p,50,,", "b,globex,p,1000,,",
                          "c,acme/chat,p,51,,")
        refused = self.hold(1, *batch)
        self.assertEqual(
            refused.err, "none of the holds was placed, as one was refused: "
            "acme on *: 100 GPU-hours in total, 0 used, 0 held, 101 asked by all up to c\n")
        self.assertEqual(self.holds(), [])
        self.place(0, "c", "2")
        conflict = self.hold(3, *self.rows("a,acme/chat,p,1,,",
                                           "c,acme/chat,p,1,,"))
        self.assertIn("hold c is in the books as", conflict.err)
        twice = self.hold(3, *self.rows("a,acme/chat,p,1,,",
                                        "a,acme/chat,p,1,,"))
        self.assertIn("hold a stands twice in one batch", twice.err)
        self.assertEqual(len(self.holds()), 1)

    def test_every_bad_row_is_named(self):
        bad = self.hold(3, *self.rows("a,t,p,x,,", "b,t,p,1,,", "c,t,p,-1,,",
                                      "d,t,p,1,-8,", "e,t,p,1,,soon",
                                      "f,t,p,,,", "b,t,p,2,,", "g,t,p,0,,"))
        self.assertEqual([line.split(": ")[1:3] for line in
                          bad.err.splitlines()],
                         [["holds.csv:2", "gpu_hours"],
                          ["holds.csv:4", "gpu_hours"],
                          ["holds.csv:5", "gpus"], ["holds.csv:6", "for"],
                          ["holds.csv:7", "it holds neither GPU time nor GPUs"],
                          ["holds.csv:8", "hold b stands twice in one batch, first "
                           "in holds.csv:3"],
                          ["holds.csv:9", "it holds neither GPU time nor GPUs"]])
        many = self.hold(3, *self.rows(*["a,t,p,x,,"] * 30))
        self.assertEqual(many.err.count("\n"), 21)
        self.assertIn("and 10 more bad row(s)\n", many.err)
        self.assertEqual(self.holds(), [])

    def test_every_row_that_the_books_cannot_have_is_named(self):
        self.place(0, "a", "1")
        bad = self.hold(3, *self.rows("a,acme/chat,p,2,,", "b,z//y,p,1,,", "c,z,*/p,1,,",
                                      "d,z,,1,,", "e,,p,1,,", ",z,p,1,,", "f,z,p,1,,367d",
                                      "g,z,p,1,,"))
        self.assertEqual([line.removeprefix("drawdown: ").split(" ")[:3] for line in
                          bad.err.splitlines()],
                         [["holds.csv:2:", "hold", "a"], ["holds.csv:3:", "tenant", '"z//y"'],
                          ["holds.csv:4:", "pool", '"*/p"'], ["holds.csv:5:", "pool", '""'],
                          ["holds.csv:6:", "tenant", '""'], ["holds.csv:7:", "hold_id", "has"],
                          ["holds.csv:8:", "hold", "f:"]])
        strict = self.hold(3, *self.rows("a,acme/chat,aws/us-east-1/gb200,1,,", "b,z,p,1,,",
                                         "c,acme,p,1,,"), "--strict")
        self.assertEqual(strict.err,
                         'drawdown: holds.csv:3: tenant "z" is not in the books\n'
                         'drawdown: holds.csv:4: pool "p" is not in the books\n')
        many = self.hold(3, *self.rows(*[f"h{i},,p,1,," for i in range(30)]))
        self.assertEqual(many.err.count("\n"), 21)
        self.assertIn("and 10 more bad row(s)\n", many.err)
        self.assertEqual(len(self.holds()), 1)

    def test_files_that_are_none(self):
        self.hold(3, "place", "--file", "absent.csv")
        self.write("holds.csv", "hold_id,tenant,pool\na,t,p\n")
        self.assertIn("no column gpu_hours, gpu_seconds or gpus",
                      self.hold(3, "place", "--file", "holds.csv").err)
        self.write("holds.csv", "hold_id,tenant,gpus\na,t,1\n")
        self.assertIn("no column pool",
                      self.hold(3, "place", "--file", "holds.csv").err)
        self.write("holds.csv",
                   "hold_id,tenant,pool,gpu_hours,gpu_seconds\na,t,p,1,1\n")
        self.assertIn("are both given",
                      self.hold(3, "place", "--file", "holds.csv").err)

    def test_stdin_and_more_columns(self):
        text = "hold_id,tenant,pool,gpu_seconds,node\na,t,p,60,n1\n"
        result = self.expect(0, "hold", "place", "--file", "-",
                             stdin=text.encode())
        self.assertIn("note: <stdin>: not read: node\n", result.err)
        [hold] = self.holds()
        self.assertEqual(hold["gpu_seconds"], "60")


if __name__ == "__main__":
    unittest.main()
