"""Random lives of quotas, holds, runs, meters and tenants that move, against a naive model.

The C++ models (quota_simulation_test and others) go further into quotas; this one comes through
the public door, and also compares usage whose window cuts buckets, users of quotas, and answers
about later instants. The seed is printed; DRAWDOWN_SEED repeats it.
"""
import collections
import copy
import datetime
import os
import random
from fractions import Fraction

import drawdown
import pytest
from naive_books import HOUR, SECOND, Hold, NaiveBooks, Run, instant, micros

TENANTS = ["a", "a/b", "a/b/c", "a/d", "e", "e/f"]
MOVED = ["a/b", "a/d", "e/f", "e/g"]  # Quotas are above them, and go nowhere.
POOLS = ["p/x", "p/y", "q/x"]
NOTHING = datetime.timedelta(0)
SEED = int(os.environ.get("DRAWDOWN_SEED", random.randrange(1 << 32)))


class Life:
    def __init__(self, directory, seed):
        self.random = random.Random(seed)
        days = datetime.timedelta(days=29, seconds=self.random.randrange(86400))
        start = datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc) + days
        self.model = NaiveBooks(micros(start))
        self.books = drawdown.Ledger(directory, create=True, drain_interval=NOTHING,
                                     clock=lambda: instant(self.model.now))
        self.ids = 0
        self.outcomes = collections.Counter()

    def any_of(self, of):
        of = list(of)
        return self.random.choice(of) if of else None

    def new_id(self):
        self.ids += 1
        return f"n{self.ids}"

    def when(self):
        """Mostly now, else late, and now and then ahead."""
        return self.model.now + self.any_of([0] * 6 + [-1, -600, -4000, 300]) * SECOND

    def do(self, what, place, call, change, growing=False, fact=False, errors=()):
        """Does it in the books and in the model, which must agree on what becomes of it."""
        before, saved = self.model.standing(self.model.now), copy.deepcopy(self.model)
        refusing = set()
        if not errors:
            change(self.model)
            refusing = set() if fact else self.model.refusing(before, *place, growing)
        expected = set(errors) or ({"refused"} if refusing else {"done"})
        try:
            answer = call()
            outcome = "refused" if isinstance(answer, drawdown.Admission) and not answer else "done"
        except drawdown.DrawdownError as error:
            outcome, answer = error.detail, error
        assert outcome in expected, (what, answer, refusing)
        self.outcomes[f"{what[0]} {outcome}"] += 1
        if outcome == "refused":
            refusal = answer.refusal
            by = tuple(refusal[key] for key in ("tenant", "pool", "period", "rolling_us"))
            assert by in refusing
            assert (refusal["used"] + refusal["held"] + refusal["asked"]) > refusal["limit"]
        if outcome != "done":
            self.model = saved

    # --- what may happen

    def time(self):
        self.model.now += self.any_of([1, 60, 1800, 3600, 7200, 86400]) * SECOND
        if self.random.random() < 0.3:
            self.model.now = -(-self.model.now // HOUR) * HOUR

    def quota(self):
        period = self.any_of(["total", "month", "rolling", "at_once"])
        rolling = self.any_of([1, 5]) * HOUR if period == "rolling" else None
        tenant, pool = self.any_of(["a", "e"]), self.any_of(["*", "p", "*/x"])
        limit, soft = self.any_of([2, 8, 30, 200]), self.random.random() < 0.2
        amount = {"gpus": limit} if period == "at_once" else {"gpu_hours": limit, "per": period}
        if rolling:
            amount["rolling"] = datetime.timedelta(microseconds=rolling)
        self.books.set_quota(tenant, pool=pool, soft=soft, **amount)
        unit = SECOND if period == "at_once" else HOUR
        self.model.quotas[tenant, pool, period, rolling] = (limit * unit, soft)

    def place(self):
        name, tenant, pool = self.new_id(), self.any_of(TENANTS), self.any_of(POOLS)
        hours, gpus = self.any_of([Fraction(1, 2), 1, 5, 20]), self.any_of([0, 0, 2, 4])
        seconds = self.any_of([600, 7200, 90000])

        def change(model):
            model.holds[name] = Hold(tenant, pool, int(hours * HOUR), gpus * SECOND,
                                     model.now + seconds * SECOND)
        self.do(("place", name), (tenant, pool), lambda: self.books.place_hold(
            name, tenant, pool, hours, gpus=gpus, ttl=datetime.timedelta(seconds=seconds)), change)

    def some_hold(self):
        return self.any_of(name for name, hold in self.model.holds.items() if hold.state == "open")

    def renew(self):
        name = self.some_hold()
        if name is None:
            return
        hold = self.model.holds[name]
        charge = 0 if hold.run else self.any_of([0, 600]) * SECOND
        extend, number = self.any_of([0, 1800, 3600]) * SECOND, hold.renewals + 1

        def change(model):
            hold = model.holds[name]
            hold.gpu_us, hold.charged = hold.gpu_us + extend, hold.charged + charge
            hold.expires, hold.renewals = max(hold.expires, model.now + HOUR), number
            self.count(model, hold.tenant, hold.pool, charge)
        self.do(("renew", name), (hold.tenant, hold.pool), lambda: self.books.renew_hold(
            name, number, charge_gpu_us=charge, extend_gpu_us=extend), change)

    @staticmethod
    def count(model, tenant, pool, amount):
        model.amounts.append((tenant, pool, model.now // HOUR * HOUR, amount))

    def settle(self):
        name = self.some_hold()
        if name is None:
            return
        hold, strict = self.model.holds[name], self.random.random() < 0.5
        used = 0 if hold.run else self.any_of([0, 60, 1800, 7200]) * SECOND

        def change(model):
            hold = model.holds[name]
            hold.state, hold.charged = "settled", hold.charged + used
            self.count(model, hold.tenant, hold.pool, used)
        self.do(("settle", name), (hold.tenant, hold.pool), lambda: self.books.settle_hold(
            name, used, refuse_overdraft=strict), change, fact=not strict)

    def record(self):
        tenant, pool, amount = self.any_of(TENANTS), self.any_of(POOLS), 600 * SECOND
        tries = self.random.random() < 0.7

        def call():
            self.books.drain()  # Into the bucket of now.
            meter = self.books.meter(tenant, pool)
            admitted = True if not tries else not meter.try_record(amount)
            if not tries:
                meter.record(amount)
            self.books.drain()
            return admitted
        before = self.model.standing(self.model.now)
        saved = copy.deepcopy(self.model)
        self.count(self.model, tenant, pool, amount)
        refusing = self.model.refusing(before, tenant, pool) if tries else set()
        if refusing:
            self.model = saved
        assert call() == (not refusing), (tenant, pool, refusing)

    def start(self):
        name, at, gpus = self.new_id(), self.when(), self.any_of([0, Fraction(1, 4), 1, 2, 4])
        held = self.any_of([key for key, hold in self.model.holds.items() if hold.run is None
                            and self.model.state(hold, self.model.now) == "open"] + [None])
        hold = self.model.holds[held] if held else None
        tenant = hold.tenant if hold else self.any_of(TENANTS)
        pool = hold.pool if hold else self.any_of(POOLS)
        covered = gpus == 0 or not self.model.needs_hold(tenant, pool) or (
            hold and self.model.left(hold, self.model.now))

        def change(model):
            run = Run(tenant, pool, 0, model.holds[held] if held else None)
            run.begin(at, int(gpus * SECOND))
            model.runs[name] = run
            if held:
                model.holds[held].run = run
        self.do(("start", name), (tenant, pool), lambda: self.books.start_run(
            name, tenant, pool, gpus, instant(at), hold=held), change,
            errors=() if covered else ("hold_required",))

    def some_run(self, state):
        now = self.model.now
        return self.any_of(name for name, run in self.model.runs.items()
                           if run.state == state and run.last_change <= now)

    def change_run(self, what, name, call, change, growing=False):
        """At an instant that is not before what is known of the run."""
        run = self.model.runs[name]
        # Two resizes at one instant are a conflict.
        at = max(self.when(), run.last_change + (SECOND if what == "resize" else 0))
        uncovered = growing and self.model.needs_hold(run.tenant, run.pool) and not (
            run.hold and self.model.left(run.hold, max(at, self.model.now)))
        self.do((what, name, at), (run.tenant, run.pool), lambda: call(instant(at)),
                lambda model: change(model.runs[name], at), growing == "more",
                fact=not growing, errors=("hold_required",) if uncovered else ())

    def resize(self):
        name = self.some_run("open")
        if name is None:
            return
        gpus = self.any_of([0, 1, 2, 3, 6])

        def change(run, at):
            run.end(at, "open")
            run.begin(at, gpus * SECOND)
        more = gpus * SECOND > self.model.runs[name].gpus
        self.change_run("resize", name, lambda at: self.books.resize_run(name, gpus, at), change,
                        "more" if more else False)

    def suspend(self):
        name = self.some_run("open")
        if name:
            self.change_run("suspend", name, lambda at: self.books.suspend_run(name, at),
                            lambda run, at: run.end(at, "suspended"))

    def resume(self):
        name = self.some_run("suspended")
        if name:
            goes_on = "again" if self.model.runs[name].gpus else False
            self.change_run("resume", name, lambda at: self.books.resume_run(name, at),
                            lambda run, at: run.begin(at, run.gpus), goes_on)

    def stop(self):
        name = self.some_run(self.any_of(["open", "suspended"]))

        def change(run, at):
            run.end(at, "ended")
            if run.hold and run.hold.state == "open":
                run.hold.state = "released"
        if name:
            self.change_run("stop", name, lambda at: self.books.stop_run(name, at), change)

    def move(self):
        old, new = self.random.sample(MOVED, 2)
        at = self.model.now // HOUR * HOUR - self.any_of([0, 0, 1]) * HOUR
        if self.model.moves and at < self.model.moves[-1][2]:
            return
        try:
            if self.books.move_tenant(old, new, instant(at)):
                self.model.moves.append((old, new, at))
        except drawdown.StateError:
            pass  # Nothing is known there, or it is another by then.

    # --- what must be the same

    def check_quotas(self):
        for at in (self.model.now, self.model.now + self.any_of([60, 4000, 40 * 86400]) * SECOND):
            listed = {tuple(row[key] for key in ("tenant", "pool", "period", "rolling_us")):
                      (int(row["used"] * SECOND), int(row["held"] * SECOND))
                      for row in self.books.quotas(at=instant(at))}
            assert listed == self.model.standing(at)

    def check_holds(self):
        now = self.model.now
        for row in self.books.holds():
            hold = self.model.holds[row["hold_id"]]
            got = (row["state"], int(row["held"] * SECOND), int(row["held_gpus"] * SECOND))
            assert got == (self.model.state(hold, now), self.model.left(hold, now),
                           self.model.gpus_left(hold, now)), row
        states = {row["run_id"]: row["state"] for row in self.books.runs()}
        assert states == {name: run.state for name, run in self.model.runs.items()}

    def check_users(self):
        for tenant in ("a", "e"):
            got = collections.defaultdict(dict)
            for row in self.books.quota_users(tenant).users:
                if row["run_id"] is not None:
                    quota = (row["quota_tenant"], row["quota_pool"], row["period"],
                             row["rolling_us"])
                    got[quota][row["run_id"]] = int(row["used"] * SECOND)
            for quota in self.model.quotas:
                if quota[0] == tenant:
                    used = {name: self.model.used_by(quota, run, self.model.now)
                            for name, run in self.model.runs.items()}
                    most = sorted((-amount, name) for name, amount in used.items() if amount)[:10]
                    assert sorted((-amount, name) for name, amount in got[quota].items()) == most

    def check_usage(self):
        now = self.model.now
        if now % HOUR == 0:
            return  # What meters counted at that very instant is told as if just before it.
        start = now - self.random.randrange(1, 30 * 3600) * SECOND
        end = self.any_of([now, min(now, start + 1800 * SECOND), min(now, start + 4000 * SECOND)])
        got = {(row["tenant"], row["pool"]): int(row["gpu_seconds"] * SECOND)
               for row in self.books.usage(by=["tenant", "pool"], start=instant(start),
                                           end=instant(end))}
        expected = self.model.usage(start, end)
        for place in {*got, *expected}:
            # What meters counted is cut for itself: two roundings.
            assert abs(got.get(place, 0) - expected.get(place, 0)) <= 2, (place, start, end)

    def live(self, steps):
        happenings = [self.time, self.place, self.start] * 3 + [
            self.quota, self.renew, self.settle, self.record, self.record, self.resize,
            self.resize, self.suspend, self.resume, self.stop, self.move]
        self.quota()
        for step in range(steps):
            self.any_of(happenings)()
            self.check_quotas()
            self.check_holds()
            self.check_users()
            self.check_usage()


@pytest.mark.parametrize("n", range(8))
def test_a_life(tmp_path, n):
    print(f"DRAWDOWN_SEED={SEED}")
    life = Life(tmp_path / "books", SEED + n)
    with life.books:
        life.live(60)
        assert life.books.verify() == []
