"""Calls that schedulers and accountants make less often."""
import datetime
import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import drawdown
import pytest
from conftest import POOL, instant, total

CONTRACT = """
id: "aws" provider: "aws" currency: "USD"
term { start: "2026-10-01T00:00:00Z" end: "2027-10-01T00:00:00Z" }
rate { pool: "aws" price: "4.10" from: "2026-10-01T00:00:00Z" }
"""
COMMITMENT = """
commitment { id: "block" category: USAGE model: DISCONTINUOUS interval: MONTHLY layer: 1
  applies { dimension: "pool" operator: STARTS_WITH value: "aws/" }
  step { from: "2026-10-01T00:00:00Z" quantity: "2000" } price: "2"
  shortfall { policy: TAKE_OR_PAY price: "2" } }
"""
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def clock():
    return [instant(12)]


@pytest.fixture
def timed(tmp_path, clock):
    with drawdown.Ledger(tmp_path / "timed", create=True, clock=lambda: clock[0],
                         drain_interval=datetime.timedelta(0)) as ledger:
        yield ledger


def test_a_clock_is_the_ledgers_time(timed, clock):
    timed.start_run("r", "acme", POOL, 1, instant(11))
    assert total(timed) == 3600
    clock[0] = instant(14)
    assert total(timed) == 3 * 3600
    assert timed.runs(run_id="r")[0]["end"] is None
    assert [row["recorded"] for row in timed.journal()][-1] == instant(12)


def test_a_clock_that_fails_stands_still(tmp_path, clock, capfd):
    with pytest.raises(ValueError, match="no time zone"):
        drawdown.Ledger(tmp_path / "b", create=True, clock=lambda: datetime.datetime(2026, 1, 1))
    with drawdown.Ledger(tmp_path / "b", create=True, clock=lambda: clock.pop()) as ledger:
        ledger.start_run("r", "acme", POOL, 1, instant(11))
        assert total(ledger) == 3600
    assert "IndexError" in capfd.readouterr().err


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_is_not_lost_in_a_clock(tmp_path, clock, ending):
    raising = []

    def read():
        if raising:
            raise raising.pop()
        return clock[0]
    with drawdown.Ledger(tmp_path / "b", create=True, clock=read) as ledger:
        ledger.start_run("r", "acme", POOL, 1, instant(11))
        raising.append(ending())
        with pytest.raises(ending):
            ledger.start_run("s", "acme", POOL, 1, instant(11))
        # What was asked for was done, at the instant that it was.
        assert ledger.runs().column("run_id") == ["r", "s"]
        assert total(ledger) == 7200


def test_a_clock_may_outlive_python(tmp_path):
    # Drained by a thread of the library until the last moment.
    program = """
import datetime, sys, drawdown
now = lambda: datetime.datetime.now(datetime.timezone.utc)
ledger = drawdown.Ledger(sys.argv[1], create=True, clock=now,
                         drain_interval=datetime.timedelta(milliseconds=1))
ledger.meter("acme", "aws/us-east-1/gb200").record(1)
"""
    for _ in range(3):
        subprocess.run([sys.executable, "-c", program, tmp_path / "b"], check=True)


def test_many_at_once(books):
    starts = [drawdown.RunStart(f"job[{i}]", "acme", POOL, i + 1, instant(9)) for i in range(3)]
    assert books.start_runs(starts) and books.start_runs(starts)
    books.start_run("other", "acme", POOL, 1, instant(9))
    assert books.runs(array="job").column("gpus") == [1, 2, 3]
    assert len(books.segments(array="job")) == 3
    with pytest.raises(drawdown.ConflictError, match="job"):
        books.start_runs([drawdown.RunStart("new", "acme", POOL, 1, instant(9)),
                          drawdown.RunStart("job[0]", "acme", POOL, 2, instant(9))])
    assert len(books.runs(run_id="new")) == 0
    books.set_quota("beta", gpu_hours=3, per="total")
    requests = [drawdown.HoldRequest(f"h{i}", "beta", POOL, Decimal("1.5")) for i in range(3)]
    refused = books.place_holds(requests)
    assert not refused and refused.refusal["tenant"] == "beta"
    assert len(books.holds()) == 0
    assert books.place_holds(requests[:2])
    assert [row["hold_id"] for row in books.holds(hold_id="h1")] == ["h1"]
    assert books.place_holds([]) and books.start_runs([])


def test_pages(books):
    for i in range(5):
        books.start_run(f"r{i}", "acme", POOL, 1, instant(9))
        books.stop_run(f"r{i}", instant(10))
        books.start_run(f"r{i}", "acme", POOL, 1, instant(10), attempt=2)
        books.place_hold(f"h{i}", "acme", POOL, 1)
    for ask, key in ((lambda **page: books.runs(limit=3, **page),
                      lambda row: (row["run_id"], row["attempt"])),
                     (lambda **page: books.segments(limit=3, **page),
                      lambda row: (row["run_id"], row["attempt"])),
                     (lambda **page: books.holds(limit=3, **page), lambda row: row["hold_id"])):
        read, page = [], ask().to_pylist()
        while page:
            assert len(page) <= 3
            read += [key(row) for row in page]
            page = ask(after=key(page[-1])).to_pylist()
        assert len(read) == len(set(read)) in (5, 10) and read == sorted(read)
    first = books.journal(limit=4)
    assert books.journal(first[-1]["sequence"] + 1)[0]["sequence"] == 5


def test_parts_of_a_gpu(books):
    for i in range(7):
        assert books.start_run(f"r{i}", "acme", POOL, 0, instant(9), device="GPU-1",
                               share=Fraction(1, 7))
    with pytest.raises(drawdown.DrawdownError, match="GPU-1"):
        books.start_run("r7", "acme", POOL, 0, instant(9), device="GPU-1", share=Fraction(1, 7))
    assert set(books.runs().column("share")) == {"1/7"}
    for i in range(7):
        books.stop_run(f"r{i}", instant(10))
    assert total(books) == 3600  # Seven sevenths are one GPU.
    with pytest.raises(ValueError, match="share 1/2 has no device"):
        books.start_run("r8", "acme", POOL, 0, instant(9), share=Fraction(1, 2))
    with pytest.raises(TypeError, match="share is float"):
        books.start_run("r8", "acme", POOL, 0, instant(9), device="GPU-2", share=0.5)


def test_ghosts_end_at_their_last_sign_of_life(timed, clock):
    timed.start_run("r", "acme", POOL, 1, instant(10))
    timed.heartbeat_run("r", instant(11))
    with pytest.raises(drawdown.StateError, match="r"):
        timed.confirm_ghost("r", lease=datetime.timedelta(hours=2))
    timed.confirm_ghost("r", lease=30 * MINUTE)
    run = timed.runs()[0]
    assert (run["end"], run["reason"]) == (instant(11), "lost")
    with pytest.raises(drawdown.NotFoundError):
        timed.confirm_ghost("nobody")


def test_many_heartbeats_and_ghosts(timed, clock):
    for run in ("quiet", "alive", "over"):
        timed.start_run(run, "acme", POOL, 2, instant(10))
    timed.stop_run("over", instant(11))
    result = timed.heartbeat_runs([drawdown.Heartbeat(run, instant(12))
                                   for run in ("alive", "over", "nobody")])
    assert result.fresh == 1 and len(result.refused) == 2
    assert any("nobody" in line for line in result.refused)
    assert timed.heartbeat_runs([]) == drawdown.HeartbeatResult(0, [])
    [ghost] = timed.ghosts(tenant="acme").to_pylist()
    assert (ghost["run_id"], ghost["last_sign"]) == ("quiet", instant(10))
    assert ghost["since"] == 2 * 2 * 3600
    assert len(timed.ghosts(lease=datetime.timedelta(hours=3))) == 0
    assert set(timed.ghosts(lease=MINUTE, at=instant(14)).column("run_id")) == {"quiet", "alive"}


def test_what_comes_next_and_all_contracts(timed):
    assert len(timed.portfolio()) == len(timed.due_dates()) == 0
    timed.apply_contract_texts({"aws.textproto": CONTRACT + COMMITMENT})
    assert {row["contract"] for row in timed.due_dates()} == {"aws"}
    whole, one = timed.portfolio().to_pylist()
    assert (whole["currency"], whole["contract"], one["contract"]) == ("USD", None, "aws")


def test_statements_of_a_tenant_and_in_files(timed, clock, tmp_path):
    timed.apply_contract_texts({"aws.textproto": CONTRACT})
    for tenant in ("acme/a", "acme/b", "beta"):
        timed.start_run(tenant, tenant, POOL, 1, instant(9))
        timed.stop_run(tenant, instant(10))
    clock[0] = instant(0).replace(month=11)
    lines = timed.statement("aws", "2026-10", tenant="acme")
    assert lines.column("tenant") == ["acme/a", "acme/b"]
    assert len(timed.statement("aws", "2026-10", tenant="")) == 0
    file = tmp_path / "statement.csv"
    timed.save_statement(file, "aws", "2026-10", tenant="beta")
    assert file.read_text() == timed.statement_text("aws", "2026-10", tenant="beta")
    assert "beta" in file.read_text() and "acme" not in file.read_text()
    with pytest.raises(drawdown.DrawdownError):
        timed.save_statement(tmp_path / "no" / "such", "aws", "2026-10")


def test_quotes_and_explanations(timed):
    timed.apply_contract_texts({"aws.textproto": CONTRACT})
    timed.set_quota("acme", gpu_hours=10, per="total")
    timed.start_run("known", "acme/chat", POOL, 0, instant(11),
                    hold=timed.hold("k", "acme/chat", POOL, Fraction(1, 2)))
    quote = timed.quote_hold("acme/chat", POOL, 8, gpus=8)
    assert quote and quote.lines.column("cost") == [8 * Decimal("4.10")]
    assert not timed.quote_hold("acme/chat", POOL, 11)
    assert len(timed.holds()) == 1
    with timed.hold("h", "acme/chat", POOL, 4):
        explained = timed.explain_quota("acme/chat", POOL, gpu_hours=7)
        assert not explained and explained.refusal["held"] == Decimal("4.5") * 3600
        assert explained.holders.column("hold_id") == ["h", "k"]
        assert timed.explain_quota("acme/chat", POOL, gpu_hours=5)
        assert timed.explain_quota("acme")


def test_limits_to_come_and_who_uses_them(timed, clock):
    timed.set_quota("acme", gpu_hours=10, per="total", soft=True)
    timed.set_quota("acme", gpu_hours=20, per="total", start=instant(15))
    [change] = timed.quota_changes("acme").to_pylist()
    assert (change["from"], change["nominal"], change["limited"]) == (instant(15), 72000, True)
    assert len(timed.quota_changes(at=instant(15))) == 0
    timed.start_run("little", "acme/a", POOL, 1, instant(10))
    timed.start_run("much", "acme/b", POOL, 2, instant(10))
    asked = timed.quota_users("acme", POOL)
    assert asked.quotas.column("used") == [6 * 3600]
    assert [(row["run_id"], row["used"]) for row in asked.users] == [("much", 14400),
                                                                     ("little", 7200)]
    with pytest.raises(TypeError):
        timed.quota_users("acme", gpu_hours=0.5)


def test_corrections(books, tmp_path):
    books.start_run("a", "acme", POOL, 1, instant(9))
    books.stop_run("a", instant(10))
    header = "run_id,tenant,pool,gpus,start,end,state\n"
    file = tmp_path / "right.csv"
    file.write_text(f"{header}a,acme,{POOL},1,2026-10-01T09:00:00Z,2026-10-01T09:30:00Z,\n")
    assert books.correct_runs(file, "ticket 12").updated == 1
    assert total(books) == 1800
    file.write_text(f"{header}a,acme,{POOL},0,,,VOID\n")
    books.correct_runs(file, "ticket 13")
    assert total(books) == 0
    file.write_text(f"{header}b,acme,{POOL},0,,,VOID\n")
    with pytest.raises(drawdown.DrawdownError, match="b"):
        books.correct_runs(file, "ticket 14")


def test_imports_say_how_far_they_are(books, tmp_path):
    def file_of(name):
        file = tmp_path / name
        file.write_text("run_id,tenant,pool,gpus,start,end\n" + "".join(
            f"{name}{i},acme,{POOL},1,2026-10-01T09:00:00Z,2026-10-01T10:00:00Z\n"
            for i in range(50)))
        return file

    told = []
    books.import_files("runs", [file_of("a")], progress=lambda *how_far: told.append(how_far))
    assert told and {phase for phase, _, _ in told} <= {"validating", "posting"}
    assert all(0 <= done <= most for _, done, most in told)

    def fail(phase, done, most):
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError):
        books.import_files("runs", [file_of("b")], progress=fail)
    assert len(books.runs()) == 100  # What it raises stops nothing.


def test_imports_have_notes(books, tmp_path):
    file = tmp_path / "runs.csv"
    file.write_text("run_id,tenant,pool,gpus,start,end,colour\n"
                    f"a,acme,{POOL},1,2026-10-01T09:00:00Z,2026-10-01T10:00:00Z,red\n")
    assert [note for note in books.import_files("runs", [file]).notes if "colour" in note]


def test_so_many_problems_are_named(books, tmp_path):
    file = tmp_path / "runs.csv"
    file.write_text("run_id,tenant,pool,gpus,start,end\n" + "a,acme,p,x,y,z\n" * 9)
    for named in (1, 3):
        with pytest.raises(drawdown.BadInputError) as raised:
            books.import_files("runs", [file], max_problems=named)
        assert raised.value.message.count("runs.csv:") == named


def test_contracts_are_checked_without_books():
    drawdown.validate_contract(CONTRACT)
    with pytest.raises(drawdown.BadInputError, match=r"mine:1:\d+"):
        drawdown.validate_contract("colour: 'red'", "mine")


def test_what_a_bill_is(tmp_path):
    subprocess.run([os.environ["DRAWDOWN_BIN"], "example", str(tmp_path / "data")], check=True,
                   capture_output=True)
    bill = tmp_path / "data" / "bill-aws-2026-10.csv.gz"
    rows = drawdown.bill_summary(bill)
    assert set(rows.column("currency")) == {"EUR", "USD"} and sum(rows.column("rows")) > 1000
    with pytest.raises(drawdown.StateError, match="twice"):
        drawdown.bill_summary(bill, bill)
    with pytest.raises(drawdown.BadInputError, match="nothing.csv"):
        drawdown.bill_summary(tmp_path / "nothing.csv")
    again = tmp_path / "again.csv.gz"
    again.write_bytes(bill.read_bytes())
    assert sum(drawdown.bill_summary(bill, again, snapshots=True).column("rows")) == sum(
        rows.column("rows"))


OWN_MAPPING = """ProviderName = 'AWS'
BillingCurrency = 'USD'
ChargeCategory = 'Tax'
BilledCost = owed
BillingPeriodStart = month
ChargePeriodStart = month
BillingPeriodEnd = month as month-end
ChargePeriodEnd = month as month-end
"""


def test_bills_that_do_not_say_what_they_are(tmp_path):
    bill, mapping = tmp_path / "own.csv", tmp_path / "own.map"
    bill.write_text("month,owed\n2026-10-01T00:00:00Z,2.5\n")
    mapping.write_text(OWN_MAPPING)
    with pytest.raises(drawdown.BadInputError, match="own.csv:1"):
        drawdown.bill_summary(bill)
    assert list(drawdown.bill_summary(bill, mapping=mapping).column("billed_cost")) == [
        Decimal("2.5")]
    mapping.write_text(OWN_MAPPING + "colour\n")
    with pytest.raises(drawdown.BadInputError, match="own.map:9"):
        drawdown.bill_summary(bill, mapping=mapping)
    with pytest.raises(drawdown.StateError, match="azure-actual"):
        drawdown.bill_summary(bill, bill_format="azure")
    bill.write_text("ChargeType,MeterId,UnitOfMeasure,Quantity,Date,Cost,BillingCurrency,"
                    "BillingPeriodStartDate,BillingPeriodEndDate\n"
                    "Usage,m,1 Hour,2,10/01/2026,7.5,USD,10/01/2026,10/31/2026\n")
    with pytest.raises(drawdown.BadInputError, match="--as azure-actual"):
        drawdown.bill_summary(bill)
    actual = drawdown.bill_summary(bill, bill_format="azure-actual").to_pylist()
    amortized = drawdown.bill_summary(bill, bill_format="azure-amortized").to_pylist()
    assert [actual[0]["billed_cost"], amortized[0]["effective_cost"]] == [Decimal("7.5")] * 2
    assert amortized[0]["billed_cost"] == 0


def test_ledgers_are_made_copied_and_salvaged(tmp_path):
    drawdown.Ledger.create(tmp_path / "a", bucket=15 * MINUTE, map_size=1 << 24)
    with pytest.raises(drawdown.LedgerError) as raised:
        drawdown.Ledger.create(tmp_path / "a")
    assert raised.value.detail == "ledger_exists"
    with drawdown.Ledger(tmp_path / "a", map_size=1 << 24) as ledger:
        assert ledger.info()["bucket_us"] == 15 * 60 * 1_000_000
        ledger.start_run("r", "acme", POOL, 1, instant(9))
        ledger.backup(tmp_path / "b")
    done = drawdown.salvage(tmp_path / "b", tmp_path / "c")
    assert (done[0]["runs"], done[0]["entries_lost"], done.notes) == (1, 0, [])
    with drawdown.Ledger(tmp_path / "c") as ledger:
        assert ledger.runs().column("run_id") == ["r"]
    with pytest.raises(drawdown.LedgerError):
        drawdown.salvage(tmp_path / "nothing", tmp_path / "d")
