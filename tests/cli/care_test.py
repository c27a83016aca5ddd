"""Verifying, backing up and salvaging a ledger."""

import os
import struct
import unittest

from harness import AT, CliTest


def claim_values_beyond_the_file(name):
    """Makes every value of an LMDB file 2 GB long: a read of it is SIGBUS."""
    page = 4096
    with open(name, "rb") as file:
        data = bytearray(file.read())
    for start in range(2 * page, len(data), page):
        flags, lower = struct.unpack_from("<HH", data, start + 10)
        if flags & 0xff != 2:  # a leaf
            continue
        for i in range((lower - 16) // 2):
            node = start + struct.unpack_from("<H", data, start + 16 + 2 * i)[0]
            if struct.unpack_from("<H", data, node + 4)[0] == 0:
                struct.pack_into("<HH", data, node, 0xffff, 0x7fff)
    with open(name, "wb") as file:
        file.write(data)


class CareTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make_books()

    def test_verify_of_sound_books(self):
        report = self.expect(0, "verify", "--format", "json").json()
        self.assertTrue(report["ok"])
        self.assertEqual(report["runs"], 4)
        self.assertEqual(report["findings"], [])
        lines = self.expect(0, "verify", "--porcelain").out.splitlines()
        self.assertIn("ok=1", lines)
        self.assertEqual(lines[-1], "end=1")

    def test_verify_of_damaged_books_is_a_finding(self):
        name = self.path("drawdown.ledger/data.mdb")
        size = os.path.getsize(name)
        page = 4096
        with open(name, "r+b") as file:
            for start in range(2 * page, size, page):
                file.seek(start)
                file.write(b"\xa5" * page)
        result = self.expect(1, "verify", "--format", "json")
        report = result.json()
        self.assertFalse(report["ok"])
        self.assertNotEqual(report["findings"], [])
        self.assertEqual(self.expect(1, "verify", "--porcelain").out
                         .splitlines()[-1], "end=1")

    def test_a_check_that_is_killed_is_a_finding(self):
        claim_values_beyond_the_file(self.path("drawdown.ledger/data.mdb"))
        report = self.expect(1, "verify", "--format", "json").json()
        self.assertEqual(report["findings"], [
            "the store is damaged: the check was stopped by SIGBUS"])
        porcelain = self.expect(1, "verify", "--porcelain").out
        self.assertTrue(porcelain.endswith("\nend=1\n"), porcelain)

    def test_backup_is_a_ledger(self):
        self.expect(0, "backup", "copy")
        self.expect(0, "--ledger", "copy", "verify")
        self.assertEqual(self.expect(0, "--ledger", "copy", "runs").out,
                         self.expect(0, "runs").out)
        self.assertNotEqual(self.run_cli("backup", "copy").code, 0)

    def test_salvage_rebuilds(self):
        report = self.expect(0, "salvage", "rebuilt", "--format", "json").json()
        self.assertEqual(report["runs"], 4)
        self.assertEqual(report["losses"], [])
        self.assertEqual(
            self.expect(0, "--ledger", "rebuilt", "usage", "--at", AT).out,
            self.expect(0, "usage", "--at", AT).out)


if __name__ == "__main__":
    unittest.main()
