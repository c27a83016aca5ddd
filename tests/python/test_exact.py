"""Numbers are exact or refused, wherever one is taken; texts have no NUL."""
import array
import datetime
import os
from decimal import Decimal
from fractions import Fraction

import drawdown
import pytest
from conftest import POOL, instant, total
from hypothesis import given, settings
from hypothesis import strategies as st

HOUR_US = 3_600_000_000


class Like:
    """A number of somebody else's, such as numpy's integers."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Float32:
    """Such as numpy's: int() would round it."""

    def __int__(self):
        return 1

    __float__ = __int__


INEXACT = [1.5, 1.0, float("nan"), Decimal("1.9"), Decimal(1), Fraction(19, 10), Fraction(1), True,
           False, Float32(), "1", None, [1], 1j]


@pytest.mark.parametrize("amount", INEXACT, ids=repr)
def test_gpu_microseconds_are_ints(books, amount):
    meter = books.meter("acme", POOL)
    books.set_quota("acme", gpu_hours=10, per="total")
    books.place_hold("h", "acme", POOL, 1)
    hold = drawdown.Hold(books, "h", HOUR_US)
    for take in (meter.record, meter.try_record, meter.try_record_code, hold.use, hold.settle,
                 lambda gpu_us: books.settle_hold("h", gpu_us),
                 lambda gpu_us: books.renew_hold("h", 1, charge_gpu_us=gpu_us),
                 lambda gpu_us: books.renew_hold("h", 1, extend_gpu_us=gpu_us)):
        with pytest.raises(TypeError, match=f"{type(amount).__name__}: give an int"):
            take(amount)
    assert books.drain().gpu_us == 0
    assert books.holds()[0]["state"] == "open" and books.holds()[0]["charged"] == 0


@pytest.mark.parametrize("number", INEXACT, ids=repr)
def test_other_numbers_are_ints(books, number):
    for take in (lambda n: books.start_run("r", "acme", POOL, 1, instant(9), attempt=n),
                 lambda n: books.stop_run("r", instant(9), attempt=n),
                 lambda n: books.renew_hold("h", n),
                 lambda n: books.runs(limit=n), lambda n: books.holds(limit=n),
                 lambda n: books.journal(n), lambda n: books.journal(limit=n),
                 lambda n: books.forecast(intervals=n),
                 lambda n: books.import_files("runs", [], max_problems=n)):
        with pytest.raises(TypeError, match="give an int"):
            take(number)
    assert len(books.runs()) == 0


@pytest.mark.parametrize("amount", [5, Like(5)], ids=["int", "index"])
def test_ints_of_other_libraries_count(books, amount):
    meter = books.meter("acme", POOL)
    meter.record(amount)
    assert meter.try_record(amount) is drawdown.Decision.ADMITTED
    books.drain()
    assert total(books) == Decimal("0.000010")
    with books.hold("h", "acme", POOL, amount) as hold:
        hold.use(amount)
    assert books.holds()[0]["charged"] == Decimal("0.000005")
    books.start_run("r", "acme", POOL, amount, instant(9), attempt=amount)
    assert books.runs()[0]["attempt"] == 5


def test_numpy(books):
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    meter = books.meter("acme", POOL)
    for kind in (numpy.int64, numpy.int32, numpy.uint8, numpy.array):
        meter.record(kind(2))
    meter.record_many(numpy.array([1, 2, 3]))
    assert books.drain().gpu_us == 4 * 2 + 6
    for amount in (numpy.float32(1.9), numpy.float64(1), numpy.array(2.7), numpy.bool_(True),
                   numpy.array([1, 2])):
        with pytest.raises(TypeError):
            meter.record(amount)
    assert books.drain().gpu_us == 0


def test_ranges(books):
    meter = books.meter("acme", POOL)
    for take in (meter.record, meter.try_record, drawdown.Hold(books, "h", 1).use):
        with pytest.raises(ValueError, match="-1"):
            take(-1)
    for take in (meter.record, meter.try_record):
        with pytest.raises(OverflowError):
            take(1 << 63)
    for take in (lambda: books.settle_hold("h", 1 << 127), lambda: books.runs(limit=1 << 64),
                 lambda: books.stop_run("r", instant(9), attempt=1 << 32)):
        with pytest.raises(OverflowError):
            take()
    for take in (lambda: books.runs(limit=-1), lambda: books.settle_hold("h", -1),
                 lambda: books.stop_run("r", instant(9), attempt=0),
                 lambda: books.start_run("r", "acme", POOL, Decimal("nan"), instant(9))):
        with pytest.raises(ValueError):
            take()
    with pytest.raises(TypeError, match="timedelta"):
        books.place_hold("h", "acme", POOL, 1, ttl=3600)
    assert books.drain().gpu_us == 0


def test_errors_in_a_block_leave_no_hold_open(books):
    books.set_quota("acme", gpu_hours=10, per="total")
    for i, wrong in enumerate((1.5, float("nan"), Decimal(1), True, -1)):
        with pytest.raises((TypeError, ValueError)):
            with books.hold(f"h{i}", "acme", POOL, 9) as hold:
                hold.use(7)
                hold.use(wrong)
        assert books.holds(hold_id=f"h{i}")[0]["state"] == "settled"
        assert books.holds(hold_id=f"h{i}")[0]["charged"] == Decimal("0.000007")
    # What was used does not fit the books: the quota is free all the same.
    with pytest.raises(drawdown.DrawdownError):
        with books.hold("big", "acme", POOL, 1) as hold:
            hold.use((1 << 127) - 1)
    assert books.holds(state="open").to_pylist() == []


def test_what_was_used_is_settled_also_when_no_run_draws_the_hold(books):
    books.set_quota("acme", gpu_hours=10, per="total")
    for i, wrong in enumerate(({"tenant": "other"}, {"attempt": 1.5}, {"gpus": 10**6})):
        asked = {"tenant": "acme", "attempt": 1, "gpus": 1, **wrong}
        with books.hold(f"h{i}", "acme", POOL, 1) as hold:
            hold.use(HOUR_US // 4)
            with pytest.raises((drawdown.DrawdownError, TypeError, AssertionError)):
                assert books.start_run("r", asked["tenant"], POOL, asked["gpus"], instant(9),
                                       attempt=asked["attempt"], hold=hold)
        assert books.holds(hold_id=f"h{i}")[0]["charged"] == 900
        assert books.holds(hold_id=f"h{i}")[0]["state"] == "settled"


def test_what_a_run_drew_is_not_settled_again(books):
    now = datetime.datetime.now(datetime.timezone.utc)
    books.set_quota("acme", gpu_hours=10, per="total")
    with pytest.raises(drawdown.DrawdownError, match="h"):
        with books.hold("h", "acme", POOL, 1) as hold:
            assert books.start_run("r", "acme", POOL, 1, now, hold=hold)
            hold.use(HOUR_US)
            books.stop_run("r", now)
    assert books.holds(hold_id="h")[0]["state"] == "released"


def test_the_blocks_own_error_goes_on(books, tmp_path):
    books.set_quota("acme", gpu_hours=10, per="total")
    other = drawdown.Ledger(tmp_path / "books")
    with pytest.warns(RuntimeWarning, match="hold h was not ended: .*no open ledger"):
        with pytest.raises(ZeroDivisionError):
            with other.hold("h", "acme", POOL, 1):
                other.close()
                1 / 0
    with pytest.warns(RuntimeWarning, match="hold h3 was not ended: .*settled"):
        with pytest.raises(ZeroDivisionError):
            with books.hold("h3", "acme", POOL, 1):
                books.settle_hold("h3", 5)
                1 / 0
    # Settling that is refused ends nothing; the end of the block does.
    with books.hold("h2", "acme", POOL, 1) as hold:
        assert not hold.settle(20 * HOUR_US, refuse_overdraft=True)
    assert books.holds(hold_id="h2")[0]["state"] == "settled"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 1 << 40), max_size=5))
def test_batches(tmp_path_factory, amounts):
    with drawdown.Ledger(tmp_path_factory.mktemp("books") / "l", create=True) as books:
        meters = books.meters([(f"acme/{i}", POOL) for i in range(len(amounts))])
        drawdown.record_batch(meters, array.array("q", amounts))
        decided = drawdown.try_record_batch(meters, array.array("q", amounts))
        assert decided == [drawdown.Decision.ADMITTED] * len(amounts)
        books.drain()
        assert total(books) * 1_000_000 == 2 * sum(amounts)
        with pytest.raises(ValueError, match="meters and"):
            drawdown.record_batch(meters, array.array("q", amounts + [1]))
        with pytest.raises(TypeError):
            drawdown.try_record_batch(meters, array.array("d", amounts))


def test_nul_is_refused(books, tmp_path):
    with drawdown.Ledger(tmp_path / "other", create=True):
        pass
    evil = str(tmp_path / "other") + "\0evil"
    for take in (lambda: drawdown.Ledger(evil), lambda: drawdown.Ledger.create(evil),
                 lambda: books.backup(evil), lambda: drawdown.salvage(evil, "x"),
                 lambda: drawdown.bill_summary(evil), lambda: books.import_files("runs", [evil]),
                 lambda: books.correct_runs(evil, "reason"),
                 lambda: books.reconcile("aws", "2026-10", evil),
                 lambda: books.meter("acme\0", POOL), lambda: books.runs(run_id="r\0"),
                 lambda: books.start_run("r\0x", "acme", POOL, 1, instant(9)),
                 lambda: books.apply_contract_texts({"x": "id: \0"})):
        with pytest.raises(ValueError, match="has a NUL"):
            take()
    assert sorted(os.listdir(tmp_path)) == ["books", "other"]


def test_names_of_files_need_not_be_utf8(tmp_path):
    name = b"b\xff"
    drawdown.Ledger(os.fsdecode(os.fsencode(tmp_path) + b"/" + name), create=True).close()
    assert os.listdir(os.fsencode(tmp_path)) == [name]
