"""The package as a whole: what it says of itself, what it refuses to do, which library it loads."""
import copy
import dataclasses
import inspect
import os
import pathlib
import pickle
import re
import shutil
import subprocess
import sys

import drawdown
import pytest
from conftest import POOL, instant

ERRORS = re.compile(r"\b(\w+Error)\b")
PUBLIC = [getattr(drawdown, name) for name in drawdown.__all__]


def test_everything_public_is_said():
    assert [name for name in vars(drawdown) if not name.startswith("_")] and all(PUBLIC)
    for thing in PUBLIC:
        assert inspect.getdoc(thing), thing
        if inspect.isclass(thing):
            for name, member in vars(thing).items():
                if callable(member) and not name.startswith("_"):
                    assert inspect.getdoc(member), f"{thing.__name__}.{name}"


def test_everything_that_may_fail_says_how():
    known = {name for name in drawdown.__all__ if name.endswith("Error")}
    known |= {"TypeError", "ValueError", "OverflowError", "OSError"}
    functions = [getattr(drawdown.Ledger, name) for name in dir(drawdown.Ledger)
                 if not name.startswith("_") and name != "close"]
    functions += [thing for thing in PUBLIC if inspect.isfunction(thing)
                  and thing not in (drawdown.version, drawdown.abi_version)]
    functions += [drawdown.Ledger, drawdown.Ledger.__init__, drawdown.Hold.use,
                  drawdown.Hold.settle, drawdown.Hold.release, drawdown.Meter.record, drawdown.Meter.try_record,
                  drawdown.Meter.record_many, drawdown.Table.column]
    assert len(functions) > 50
    for function in functions:
        named = set(ERRORS.findall(inspect.getdoc(function)))
        assert named, f"{function} names no error"
        assert named <= known, f"{function} names {named - known}"


def test_amounts_say_their_unit():
    for name, function in inspect.getmembers(drawdown.Ledger, inspect.isfunction):
        asked = set(inspect.signature(function).parameters)
        for parameter, unit in (("gpu_us", "GPU-microseconds"), ("gpus", "GPUs|`gpus`"),
                                ("gpu_hours", "GPU-hours|`gpu_hours`")):
            if parameter in asked or f"used_{parameter}" in asked:
                assert re.search(f"{unit}|[Aa]s `", inspect.getdoc(function)), name
    # What C made of Meter.record says the same.
    assert "GPU-microseconds" in inspect.getdoc(drawdown.Meter.record)


def test_a_meters_calls_describe_themselves(books):
    meter = books.meter("acme", POOL)
    assert "GPU-microseconds" in meter.record.__doc__
    assert str(inspect.signature(meter.record)) == "(gpu_us, /)"


def things_of_a_process(books):
    books.set_quota("acme", gpu_hours=10, per="total")
    hold = books.hold("h", "acme", POOL, 1)
    books.apply_contract_texts({"x": """
        id: "aws" provider: "aws" currency: "USD"
        term { start: "2026-10-01T00:00:00Z" end: "2027-10-01T00:00:00Z" }
        rate { pool: "aws" price: "4.10" from: "2026-10-01T00:00:00Z" }"""})
    return {"Ledger": books, "Meter": books.meter("acme", POOL), "Hold": hold,
            "Table": books.holds(), "Quote": books.quote_hold("acme", POOL, 1),
            "QuotaExplanation": books.explain_quota("acme"),
            "Forecast": books.forecast(at=instant(12))}


def test_what_is_of_a_process_is_not_pickled(books):
    for name, thing in things_of_a_process(books).items():
        with pytest.raises(TypeError, match="of its process"):
            pickle.dumps(thing)
        if name in ("Ledger", "Meter", "Hold"):
            for copied in (copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match="of its process"):
                    copied(thing)
    with pytest.raises(TypeError, match="to_pylist"):
        pickle.dumps(books.holds())


def test_copies_of_tables_close_nothing(books):
    table = books.journal()
    before = table.to_pylist()
    forecast = books.forecast(at=instant(12))
    for one in (copy.copy(table), copy.deepcopy([table])[0],
                dataclasses.asdict(forecast)["costs"]):
        del one
    assert table.to_pylist() == before
    assert forecast.costs.to_pylist() == []
    # What was sent is what the sender has: rows.
    assert pickle.loads(pickle.dumps(before)) == before


def test_a_refused_table_closes_nothing(books):
    table = books.journal()
    with pytest.raises(drawdown.MisuseError):
        drawdown.Table(12345)
    with pytest.raises(TypeError):
        drawdown.Table()
    assert len(table.to_pylist()) == len(table)


def test_errors_and_values_are_pickled():
    error = pickle.loads(pickle.dumps(drawdown.NotFoundError(202, "not_found", "gone")))
    assert (error.code, error.detail, error.message) == (202, "not_found", "gone")
    admission = drawdown.Admission({"description": "no room", "asked": 1})
    assert pickle.loads(pickle.dumps(admission)) == admission


def test_a_table_is_a_sequence(books):
    for i in range(4):
        books.start_run(f"r{i}", "acme", POOL, 1, instant(9))
    table = books.runs()
    rows = table.to_pylist()
    assert isinstance(table, drawdown.Table) and "4 rows" in repr(table)
    assert [row["run_id"] for row in table[1:3]] == ["r1", "r2"]
    assert table[::-1] == list(reversed(table)) == rows[::-1]
    assert table[-1] == rows[3] and rows[2] in table and table.index(rows[2]) == 2
    for at in (4, -5):
        with pytest.raises(IndexError, match="of 4"):
            table[at]


def compiled(folder, name, options):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    source = folder / "old.c"
    source.write_text('const char* drawdown_version(void) { return "0.0.9"; }\n'
                      "unsigned drawdown_abi_version(void) { return 1; }\n")
    subprocess.run([compiler, "-shared", "-fPIC", *options, "-o", folder / name, source],
                   check=True)
    return folder / name


@pytest.mark.parametrize("how", ["without its functions", "with them"])
def test_an_older_library_is_refused(tmp_path, how):
    name = "libdrawdown_c.so.1"
    library = compiled(tmp_path, name, [f"-Wl,-soname,{name}"])
    variable = ({"LD_LIBRARY_PATH": str(tmp_path)} if how == "without its functions"
                else {"LD_PRELOAD": str(library.rename(tmp_path / "preloaded.so"))})
    tried = subprocess.run([sys.executable, "-c", "import drawdown"],
                           env={**os.environ, **variable}, capture_output=True, text=True)
    last = tried.stderr.strip().splitlines()[-1]
    assert tried.returncode == 1
    assert last.startswith(f"ImportError: {name} is drawdown 0.0.9 (ABI 1), older than this pack")
    assert f"needs {drawdown.version()} (ABI {drawdown.abi_version()})" in last
    assert (str(tmp_path) in last) == (how == "without its functions")


def test_the_library_is_the_wheels():
    maps = pathlib.Path("/proc/self/maps").read_text(encoding="utf-8")
    assert str(pathlib.Path(drawdown.__file__).parent / "libdrawdown_c.so.1") in maps


def test_fetching_wheels_deletes_nothing_of_others(tmp_path):
    source = pathlib.Path(__file__).resolve().parents[2]
    fetch = source / "src" / "cmake" / "fetch_python_packages.sh"
    fake = tmp_path / "python"  # Has a pip, which fails.
    fake.write_text('#!/bin/sh\n[ "$3" = --version ]\n')
    fake.chmod(0o755)
    for mark in ("keep", "drawdown-requirements.txt"):
        folder = tmp_path / mark
        folder.mkdir()
        (folder / mark).write_text("of another time")
        said = subprocess.run([fetch, folder, fake], capture_output=True, text=True, check=True)
        assert os.listdir(folder) == [mark]
        assert ("left as it is" if mark == "keep" else "cannot fetch") in said.stderr
    assert sorted(os.listdir(tmp_path)) == ["drawdown-requirements.txt", "keep", "python"]
