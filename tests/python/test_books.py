"""What the package answers, and in which types."""
import array
import datetime
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


def test_a_month_from_runs_to_a_statement(books):
    assert books.start_run("r1", "acme/chat", POOL, 8, instant(9))
    assert books.resize_run("r1", Fraction(33, 2), instant(10))
    books.suspend_run("r1", instant(11))
    assert books.resume_run("r1", instant(12))
    books.stop_run("r1", instant(13), "preempted")
    hours = books.usage(by=["tenant", "hour"])
    assert hours.columns == ["tenant", "hour", "gpu_seconds"]
    assert [(row["hour"], row["gpu_seconds"]) for row in hours] == [
        (instant(9), Decimal(8 * 3600)), (instant(10), Decimal("59400")),
        (instant(12), Decimal("59400"))]
    run = books.runs()[0]
    assert (run["reason"], run["gpus"], run["end"]) == ("preempted", Decimal("16.5"), instant(13))
    assert [row["gpus"] for row in books.segments(run_id="r1")] == [8, Decimal("16.5"),
                                                                    Decimal("16.5")]
    books.apply_contract_texts({"aws.textproto": CONTRACT})
    line = books.statement("aws", "2026-10",
                           at=datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc))[0]
    assert line["kind"] == "on_demand"
    assert line["cost"] == Decimal(41) * Decimal("4.10")
    assert books.statement_text("aws", "2026-10").startswith("period_start,")
    assert books.contracts().column("id") == ["aws"]
    assert books.journal(limit=2)[0]["sequence"] == 1


def test_what_is_to_come(books):
    now = instant(0) + datetime.timedelta(days=10)
    for day in range(10):
        at = instant(0) + datetime.timedelta(days=day)
        books.start_run(f"r{day}", "acme/chat", POOL, 8, at)
        books.stop_run(f"r{day}", at + datetime.timedelta(hours=6))
    books.apply_contract_texts({"aws.textproto": CONTRACT + COMMITMENT})
    assert books.status(at=now)[0]["state"] == "active"
    going_on = books.forecast("aws", at=now)
    row = going_on.intervals[0]
    assert (row["what_if"], row["commitment"], row["contracted"]) == (False, "block", 7_200_000)
    assert row["drawn"] == 10 * 6 * 8 * 3600
    # The same every day: eight GPUs for six hours.
    assert row["projected"] == 31 * 6 * 8 * 3600
    assert going_on.costs[0]["currency"] == "USD"
    asked = books.forecast(
        at=now, scale={"acme": Decimal("0.5")},
        add_runs=[drawdown.AddedRun("acme/chat", POOL, Fraction(1, 2), now,
                                    now + datetime.timedelta(hours=10))])
    what_if = [row for row in asked.intervals if row["what_if"]][0]
    assert what_if["projected"] == (10 + Fraction(21, 2)) * 6 * 8 * 3600 + 18000
    with pytest.raises(drawdown.NotFoundError, match="nobody"):
        books.forecast(at=now, exercise=["nobody"])
    page = books.report_html(at=now)
    assert page.startswith("<!DOCTYPE html>") and "block" in page


def test_months_are_closed_and_tenants_moved(books):
    books.start_run("r1", "acme/chat", POOL, 8, instant(9))
    books.stop_run("r1", instant(10))
    books.apply_contract_texts({"aws.textproto": CONTRACT})
    focus = books.statement_text("aws", "2026-10", "focus", at=instant(0, 0).replace(month=11))
    assert "ChargePeriodStart" in focus.splitlines()[0]
    assert "acme" in books.statement_text("aws", "2026-10", "hledger")
    assert books.close_period("aws", "2026-10")
    assert not books.close_period("aws", "2026-10")
    closed = books.closed_periods()[0]
    assert (closed["period"], closed["cost"]) == ("2026-10", Decimal(8) * Decimal("4.10"))
    start = instant(0).replace(month=11)
    assert books.move_tenant("acme/chat", "acme/apps/chat", start)
    assert not books.move_tenant("acme/chat", "acme/apps/chat", start)
    books.start_run("r2", "acme/chat", POOL, 1, start)
    assert books.runs(run_id="r2")[0]["tenant"] == "acme/apps/chat"


def test_meters(books):
    meter = books.meter("acme/chat", POOL)
    meter.record(5)
    assert meter.try_record(7) is drawdown.Decision.ADMITTED
    meter.record_many(array.array("q", [1, 2, 3]))
    assert books.live()[0]["open"] == Decimal("0.000018")
    books.drain()
    assert total(books) == Decimal("0.000018")
    meter.record(4)
    drained = books.drain()
    assert (drained.meters, drained.gpu_us) == (1, 4)
    with pytest.raises(TypeError):
        meter.record(1.5)
    with pytest.raises(TypeError):
        meter.record_many(array.array("d", [1.0]))
    with pytest.raises(TypeError):
        meter.record_many(array.array("i", [1]))


def test_quotas_and_holds(books):
    assert books.set_quota("acme", gpu_hours=10, per="total")
    assert not books.set_quota("acme", gpu_hours=10, per="total")
    with books.hold("h1", "acme/chat", POOL, Fraction(13, 2)) as hold:
        hold.use(3_600_000_000)
        refused = books.place_hold("h2", "acme/chat", POOL, 4)
        assert not refused
        assert refused.refusal["tenant"] == "acme"
        assert refused.refusal["held"] == Decimal("23400")
        assert refused.refusal["id"] is None
        several = [drawdown.HoldRequest(f"h{i}", "acme/chat", POOL, 2) for i in range(2, 4)]
        refused = books.place_holds(several)
        assert (refused.refusal["id"], refused.refusal["asked"]) == ("h3", 14400)
        with pytest.raises(drawdown.RefusedError, match="acme on") as raised:
            books.hold("h2", "acme/chat", POOL, 4)
        assert raised.value.refusal["limit"] == 36000
        assert books.exhaustions()[0]["kind"] == "hold_expires"
    assert len(books.exhaustion_runs()) == 0
    books.set_quota("beta", gpu_hours=10, per="total", soft=True)
    assert books.start_run("b", "beta/x", POOL, Fraction(3, 2), instant(9))
    [run] = list(books.exhaustion_runs())
    assert (run["quota_tenant"], run["tenant"], run["run_id"]) == ("beta", "beta/x", "b")
    assert run["gpus"] == Decimal("1.5") and run["runs"] == 1
    books.stop_run("b", instant(10))
    assert books.holds()[0]["state"] == "settled"
    assert books.quotas()[0]["used"] == 3600
    with pytest.raises(drawdown.HoldRequiredError):
        books.start_run("r", "acme/chat", POOL, 1, instant(9))
    now = datetime.datetime.now(datetime.timezone.utc)
    with books.hold("h3", "acme/chat", POOL, 2) as hold:
        refused = books.start_run("r", "acme/chat", POOL, 1, instant(9), hold=hold)
        assert not refused  # It would have used weeks by now.
        assert books.start_run("r", "acme/chat", POOL, 1, now, hold=hold)
        books.stop_run("r", now + datetime.timedelta(seconds=1))
    with pytest.raises(ZeroDivisionError):
        with books.hold("h4", "acme/chat", POOL, 1) as hold:
            hold.use(1)
            1 / 0
    assert books.holds(state="open").to_pylist() == []


def test_a_renewal_without_a_length_shortens_no_hold(books):
    assert books.place_hold("h", "acme/chat", POOL, 1, ttl=datetime.timedelta(hours=10))
    [before] = books.holds().to_pylist()
    assert books.renew_hold("h", 1)
    [after] = books.holds().to_pylist()
    assert (after["renewals"], after["expires"]) == (1, before["expires"])
    assert books.renew_hold("h", 2, ttl=datetime.timedelta(hours=1))
    assert books.holds()[0]["expires"] < before["expires"]


def test_numbers_are_exact_or_refused(books):
    with pytest.raises(TypeError, match="give int, Decimal or Fraction"):
        books.start_run("r", "acme", POOL, 0.5, instant(9))
    with pytest.raises(TypeError):
        books.start_run("r", "acme", POOL, True, instant(9))
    with pytest.raises(ValueError, match="not exact"):
        books.start_run("r", "acme", POOL, Fraction(1, 3), instant(9))
    with pytest.raises(ValueError, match="no time zone"):
        books.start_run("r", "acme", POOL, 1, datetime.datetime(2026, 10, 1))
    with pytest.raises(TypeError):
        books.start_run("r", "acme", POOL, 1, 1759309200)
    with pytest.raises(OverflowError):
        books.settle_hold("h", 1 << 127)
    books.start_run("r", "acme", POOL, Decimal("0.000001"), instant(0))
    books.stop_run("r", instant(1))
    assert total(books) == Decimal("0.0036")


def test_errors_have_codes_and_words(books, tmp_path):
    with pytest.raises(drawdown.NotFoundError) as raised:
        books.statement("nobody", "2026-10")
    assert (raised.value.code, raised.value.detail) == (202, "not_found")
    assert "nobody" in raised.value.message
    books.start_run("r", "acme", POOL, 1, instant(9))
    with pytest.raises(drawdown.ConflictError, match="r"):
        books.start_run("r", "acme", POOL, 2, instant(9))
    with pytest.raises(drawdown.UnknownNameError):
        books.meter("nobody/here", POOL, strict=True)
    with pytest.raises(drawdown.LedgerError):
        drawdown.Ledger(tmp_path / "absent")
    with pytest.raises(drawdown.BadInputError, match=r"x:1:\d+"):
        books.apply_contract_texts({"x": "colour: 'red'"})
    with pytest.raises(ValueError, match="tenant, pool"):
        books.usage(by=["colour"])


def test_closed_ledgers_say_so(books):
    table = books.runs()
    books.close()
    books.close()
    with pytest.raises(drawdown.MisuseError, match="names no open ledger"):
        books.runs()
    assert table.to_pylist() == []


def test_files(books, tmp_path):
    csv = tmp_path / "runs.csv"
    csv.write_text("job,tenant,gpus,start,end\n"
                   "a,acme,2,2026-10-01 00:00:00,2026-10-01 02:00:00\n")
    result = books.import_files("runs", [csv], zone="UTC", columns={"run_id": "job"},
                                constants={"pool": POOL})
    assert (result.rows, result.inserted) == (1, 1)
    assert total(books) == 4 * 3600
    with pytest.raises(drawdown.BadInputError, match="runs.csv"):
        books.import_files("usage", [csv])


def test_arrow_in_and_out(books, tmp_path):
    books.start_run("r", "acme", POOL, Decimal("2.5"), instant(9))
    books.stop_run("r", instant(10))
    with drawdown.Ledger(tmp_path / "other", create=True) as other:
        assert other.import_arrow("runs", books.runs()).inserted == 1
        assert other.import_arrow("runs", books.runs()).unchanged == 1
        assert total(other) == total(books) == 9000
    # A capsule that nobody consumes releases its stream.
    del other
    assert books.runs().__arrow_c_stream__() is not None
    with pytest.raises(TypeError, match="no __arrow_c_stream__"):
        books.import_arrow("runs", [1, 2])


def test_verify(books):
    books.start_run("r", "acme", POOL, 1, instant(9))
    assert books.verify() == []
    assert books.info()["entries"] > 0
