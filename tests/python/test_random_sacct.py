"""Random lives of a Slurm cluster, listed by `sacct` now and then, and imported.

The cluster knows which job had which GPUs when. What the books have of each record follows from
docs/formats.md; and once all records were listed (-D), usage is what the cluster knows, whatever
was imported before: jobs that ran then, the newest record of each alone, records twice.
"""
import collections
import datetime
import os
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

import drawdown
import pytest
from naive_books import HOUR, SECOND, instant, micros

SEED = int(os.environ.get("DRAWDOWN_SEED", random.randrange(1 << 32)))
BEGIN = micros(datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc))
FINAL = ["COMPLETED", "FAILED", "CANCELLED by 1000", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"]
RUNNING = ["RUNNING", "SUSPENDED", "COMPLETING"]
# AllocTRES of some GPUs, and how many GPUs that is.
GPUS = [
    ("cpu=4,mem=4G", 0),
    ("cpu=4,gres/gpu=4", 4),
    ("billing=9,gres/gpu:h100=8,gres/gpu=8", 8),
    ("GRES/GPU:a100=2", 2),
    ("gres/gpu=3,gres/gpu:a=1,gres/gpu:b=2", 3),
    ("gres/gpu=2,gres/gpu:a100_3g.20gb=2", Fraction(6, 7)),
    ("gres/gpu:h100=1,gres/gpu:h100_1g.10gb=3,gres/gpu=4", Fraction(10, 7)),
    ("gres/gpu=1,gres/gpu:a30_1g.6gb=1", Fraction(1, 4)),
    ("gres/gpu=1,gres/shard=3", 1),
]


def micro(gpus):
    return round(gpus * SECOND)


@dataclass
class Record:
    job: tuple  # cluster, JobIDRaw
    shown_id: str  # JobID
    account: str
    submit: int
    sluid: str
    start: Optional[int]  # None: it never does
    end: Optional[int]
    state: str
    tres: str
    gpus: Fraction
    suspended: int

    def listed(self, at):
        """(state, start, end) by then; None if it was not there."""
        if at < self.submit:
            return None
        if self.start is None:
            over = at >= self.end
            return (self.state, None, self.end) if over else ("PENDING", None, None)
        if at < self.start:
            return "PENDING", None, None
        if self.end is None or at < self.end:
            return RUNNING[0], self.start, None
        return self.state, self.start, self.end


class Cluster:
    def __init__(self, rand):
        self.random = rand
        self.records = []
        self.one_submit = self.any_of(True, False, False)  # Of a job that is requeued.
        for _ in range(self.random.randint(1, 10)):
            self.job((self.any_of("alpha", "beta"), self.any_of(1, 2, 44, 67108863)))

    def any_of(self, *of):
        return self.random.choice(of)

    def some(self, most):
        return self.random.randrange(1, most) * SECOND

    def job(self, job):
        """All records of one life of the number, which is used again."""
        submit = BEGIN + self.some(100 * 3600)
        before = [record for record in self.records if record.job == job]
        if any(record.end is None for record in before):
            return
        if before:
            submit = max(record.end for record in before) + self.some(3600)
        start = submit + self.any_of(0, 1, 4000) * SECOND
        shown = self.any_of(str(job[1]), f"7_{self.random.randrange(9)}")
        account, pieces = self.any_of("acme", "beta"), self.any_of(1, 1, 2, 4)
        for left in reversed(range(pieces)):
            tres, gpus = self.any_of(*GPUS)
            length = self.any_of(self.any_of(0, 1, 3600) * SECOND, self.some(20 * 3600))
            sluid = "s" + "".join(self.random.choices("0123456789ABCDEFG", k=12))
            record = Record(job, shown, account, submit, sluid, start, start + length, "", tres,
                            micro(gpus), self.any_of(0, length // 2 // SECOND * SECOND))
            self.records.append(record)
            if left:
                record.end += SECOND
                record.state = self.any_of("REQUEUED", "RESIZING", "PREEMPTED", "NODE_FAIL")
                start = record.end
                if record.state != "RESIZING":
                    start += self.any_of(1, 30, 4000) * SECOND
                if not self.one_submit:
                    submit = start
        record.state = self.any_of(*FINAL)
        how = self.random.random()
        if how < 0.2:
            record.end, record.suspended, record.state = None, 0, self.any_of(*RUNNING)
        elif how < 0.3:
            record.start = None

    def horizon(self):
        return max(at for record in self.records
                   for at in (record.submit, record.start, record.end) if at is not None)


class Imports:
    def __init__(self, directory, seed):
        self.random = random.Random(seed)
        self.cluster = Cluster(self.random)
        self.directory = directory
        self.now = BEGIN
        self.books = drawdown.Ledger(directory / "books", create=True,
                                     drain_interval=datetime.timedelta(0),
                                     clock=lambda: instant(self.now))
        self.by_sluid = self.any_of(True, False)
        self.epoch = self.any_of(True, False)  # SLURM_TIME_FORMAT=%s
        self.known = {}  # (run id, attempt) -> what the books have

    def any_of(self, *of):
        return self.random.choice(of)

    def time(self, at):
        if at is None:
            return self.any_of("Unknown", "None", "")
        return str(at // SECOND) if self.epoch else f"{instant(at):%Y-%m-%dT%H:%M:%S}"

    @staticmethod
    def duration(length):
        days, seconds = divmod(length // SECOND, 86400)
        clock = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
        return f"{days}-{clock}" if days else clock

    def export(self, everything):
        """What sacct lists now: of each number all records, or the newest."""
        of_job = collections.defaultdict(list)
        for record in self.cluster.records:
            listed = record.listed(self.now)
            if listed:
                of_job[record.job].append((record, *listed))
        rows = [row for of in of_job.values() for row in (of if everything else of[-1:])]
        rows += self.random.sample(rows, min(len(rows), self.any_of(0, 2)))
        self.random.shuffle(rows)
        return rows

    def fields(self, row):
        record, state, start, end = row
        over = start is not None and end is not None
        length = end - start - record.suspended if over else 0
        fields = {
            "Cluster": record.job[0], "JobIDRaw": record.job[1], "JobID": record.shown_id,
            "Submit": self.time(record.submit), "Start": self.time(start), "End": self.time(end),
            "State": state, "AllocTRES": record.tres, "Account": record.account,
            "Elapsed": self.duration(length) if over else "00:00:00",
            "Suspended": self.duration(record.suspended if over else 0)}
        if self.by_sluid:
            fields["SLUID"] = record.sluid
        return fields

    def write(self, rows):
        """Returns the path, and how many steps are in it."""
        lines, steps = [], 0
        order = list(self.fields((self.cluster.records[0], "", None, None)))
        self.random.shuffle(order)
        for row in rows:
            fields = self.fields(row)
            for step in ["", *self.any_of([], [], [".batch", ".0"])]:
                steps += bool(step)
                shown = dict(fields, JobIDRaw=f"{fields['JobIDRaw']}{step}",
                             JobID=f"{fields['JobID']}{step}")
                lines.append("|".join(shown[name] for name in order))
        path = self.directory / "sacct.txt"
        case = self.any_of(str, str.lower, str.upper)
        path.write_text("\n".join(["|".join(map(case, order)), *lines, ""]))
        return path, steps

    def id_of(self, record):
        submit = f"{instant(record.submit):%Y-%m-%dT%H:%M:%SZ}"
        return f"{record.job[0]}/{record.job[1]}@{record.sluid if self.by_sluid else submit}"

    def attempts(self, rows):
        """Attempts of the starts of each id: known ones stay, others get the lowest free ones."""
        starts = collections.defaultdict(set)
        for record, _, start, _ in rows:
            if start is not None:
                starts[self.id_of(record)].add(start)
        attempts, lacking = {}, False
        for run_id, of in starts.items():
            known = {run["start"]: attempt for (other, attempt), run in self.known.items()
                     if other == run_id}
            lacking |= bool(known.keys() - of and of - known.keys())
            free = (n for n in range(1, 100) if n not in known.values())
            for start in sorted(of):
                attempts[run_id, start] = known[start] if start in known else next(free)
        return attempts, lacking

    def take(self, everything):
        rows = self.export(everything)
        path, steps = self.write(rows)
        attempts, lacking = self.attempts(rows)
        after, counts = dict(self.known), collections.Counter()
        for record, state, start, end in rows:
            if start is None:
                counts["never started"] += 1
                continue
            key = (self.id_of(record), attempts[self.id_of(record), start])
            if key in after and (after[key]["end"] is not None or end is None):
                counts["unchanged"] += 1
                continue
            counts["updated" if key in after else "new"] += 1
            after[key] = {"tenant": record.account, "gpus": record.gpus, "start": start,
                          "end": end, "state": state if end is not None else ""}
        try:
            result = self.books.import_files("sacct", [path], zone="UTC",
                                             constants={"pool": "p/x"})
        except drawdown.ConflictError:
            assert lacking  # A start that the books have is in no record.
            return False
        assert not lacking
        assert (result.inserted, result.updated, result.unchanged, result.never_started) == tuple(
            counts[what] for what in ("new", "updated", "unchanged", "never started"))
        assert sum(int(note.split()[0]) for note in result.notes if "job step" in note) == steps
        assert not any("do not last" in note for note in result.notes)
        self.known = after
        return True

    def check_runs(self):
        got = {}
        for row in self.books.runs():
            got[row["run_id"], row["attempt"]] = {
                "tenant": row["tenant"], "gpus": int(row["gpus"] * SECOND),
                "start": micros(row["start"]), "end": row["end"] and micros(row["end"]),
                "state": row["source_state"] or ""}
        assert got == self.known

    def check_usage(self):
        expected = collections.Counter()
        for record in self.cluster.records:
            at = record.start
            end = self.now if record.end is None else record.end
            while at is not None and at < end:
                edge = min(end, at // HOUR * HOUR + HOUR)
                expected[record.account, at // HOUR * HOUR] += record.gpus * (edge - at) // SECOND
                at = edge
        got = {(row["tenant"], micros(row["hour"])): int(row["gpu_seconds"] * SECOND)
               for row in self.books.usage(by=["tenant", "hour"], start=instant(BEGIN),
                                           end=instant(self.now))}
        assert {key: amount for key, amount in got.items() if amount} == {
            key: amount for key, amount in expected.items() if amount}

    def live(self):
        end = self.cluster.horizon() + 4000 * SECOND
        for _ in range(self.random.randrange(4)):
            self.now = BEGIN + self.random.randrange((end - BEGIN) // SECOND) * SECOND
            self.take(self.any_of(True, False))
            self.check_runs()
        self.now = end
        if self.take(True):
            self.check_runs()
            self.check_usage()
            assert self.take(True)
            self.check_runs()
        assert self.books.verify() == []


@pytest.mark.parametrize("n", range(12))
def test_a_cluster(tmp_path, n):
    print(f"DRAWDOWN_SEED={SEED}")
    imports = Imports(tmp_path, SEED + n)
    with imports.books:
        imports.live()
