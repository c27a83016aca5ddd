"""Statements as accounting journals."""

import json
import re
import shutil
import subprocess
import unittest
from decimal import Decimal

from export_case import AT, CONTRACT, RUNS, ExportTest
from harness import CliTest


class JournalTest(ExportTest):
    def test_different_tenants_have_different_accounts(self):
        tenants = ["a", "A", "0a", "a-b", "a--b", "a b", "a%20b", "a-20b",
                   "a.b", "a_b", "a:b", "\u00e4", "a/b", "-", "%"]
        self.write("more.csv", "run_id,tenant,pool,gpus,start,end\n" + "".join(
            f"t{i},{t},aws/east/h,1,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z\n"
            for i, t in enumerate(tenants)))
        self.expect(0, "import", "runs", "more.csv")
        for form, word in (("hledger", "expenses:gpu:tenants:"),
                           ("beancount", "Expenses:Gpu:Tenants:")):
            text = self.statement(
                "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z", form)
            accounts = {re.split(":by:", line.split()[0], flags=re.I)[0]
                        for line in text.splitlines()
                        if line.strip().startswith(word)}
            self.assertEqual(len(accounts), len(tenants), accounts)


class GrainTest(CliTest):
    def test_what_grain_adds_is_not_metered(self):
        self.write("c.txtpb", CONTRACT + "grain { seconds: 3600 }\n")
        self.write("runs.csv", RUNS)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "c.txtpb")
        self.expect(0, "import", "runs", "runs.csv")
        ask = ("statement", "--contract", "aws-2026", "--period", "2026-01",
               "--at", AT, "--format")
        told = self.expect(0, *ask, "json").json()
        grain = sum(Decimal(line["gpu_seconds"]) for line in told["lines"]
                    if line["kind"] == "grain")
        self.assertGreater(grain, 0)
        for form in ("hledger", "beancount"):
            sums = {"metered": Decimal(0), "grain": Decimal(0)}
            for account, amount in re.findall(
                    r"(?i)equity:(metered|grain)\S*  (\S+) GPUSEC",
                    re.sub(r"(?m)^\S+ balance .*$", "",
                           self.expect(0, *ask, form).out)):
                sums[account.lower()] -= Decimal(amount)
            self.assertEqual(sums, {
                "metered": Decimal(told["metered_gpu_seconds"]),
                "grain": grain})


@unittest.skipUnless(shutil.which("ledger"), "ledger is not installed")
class LedgerTest(ExportTest):
    """A program that has never heard of us adds it up."""

    def balance(self, journal, account):
        done = subprocess.run(
            ["ledger", "-f", "-", "--balance-format", "%(amount)\n",
             "--no-total", "--depth", "4", "balance", account],
            input=journal, capture_output=True, text=True, check=True)
        return done.stdout.split()

    def test_ledger_confirms_the_balances(self):
        journal = self.statement("2026-01", "hledger")
        metered = json.loads(self.statement("2026-01", "json"))
        done = subprocess.run(
            ["ledger", "-f", "-", "--flat", "--no-total", "balance",
             "^liabilities", "^equity"],
            input=journal, capture_output=True, text=True, check=True)
        amounts = dict(reversed(line.split()[:2])
                       for line in done.stdout.strip().splitlines())
        self.assertEqual(Decimal(amounts["USD"]), -self.owed("2026-01"))
        self.assertEqual(Decimal(amounts["GPUSEC"]),
                         -Decimal(metered["metered_gpu_seconds"]))

    def test_ledger_finds_a_changed_amount(self):
        journal = self.statement("2026-01", "hledger")
        for amount in [line.split()[1] for line in journal.splitlines()
                       if line.startswith("    ")]:
            changed = journal.replace(f" {amount} ", " 1 ", 1)
            done = subprocess.run(["ledger", "-f", "-", "balance"],
                                  input=changed, capture_output=True,
                                  text=True, check=False)
            self.assertNotEqual(done.returncode, 0, amount)


@unittest.skipUnless(shutil.which("hledger"), "hledger is not installed")
class HledgerTest(ExportTest):
    def test_hledger_checks_two_months_in_one_file(self):
        journal = (self.statement("2026-01", "hledger")
                   + self.statement("2026-02", "hledger"))
        for mode in ([], ["--strict"]):
            subprocess.run(["hledger", "-f", "-", "check", *mode],
                           input=journal, text=True, check=True)


@unittest.skipUnless(shutil.which("bean-check"), "beancount is not installed")
class BeancountTest(ExportTest):
    def test_beancount_accepts_it_and_finds_a_change(self):
        journal = self.statement("2026-01", "beancount")
        self.write("good.beancount", journal)
        subprocess.run(["bean-check", "--no-cache",
                        self.path("good.beancount")], check=True)
        balance = next(line.split()[3] for line in journal.splitlines()
                       if " balance " in line)
        self.write("bad.beancount", journal.replace(
            f"  {balance} USD", "  -1 USD"))
        done = subprocess.run(["bean-check", "--no-cache",
                               self.path("bad.beancount")],
                              capture_output=True, check=False)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
