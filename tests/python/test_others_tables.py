"""Bills, runs and usage as tables of pyarrow, polars, duckdb, pandas and numpy.

The same bill gives the same breaks, whatever it is a table of. What is not
installed is skipped; src/cmake/fetch_python_packages.sh fetches it.
"""
import csv
import datetime
import gzip
import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path

import drawdown
import pytest
from conftest import POOL, instant, total

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

COSTS = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"]
MONEY = pyarrow.decimal128(38, 18)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The books of a made-up company, its bill as text and what reconciling the file says."""
    folder = tmp_path_factory.mktemp("company")
    subprocess.run([os.environ["DRAWDOWN_BIN"], "example", folder / "data"], check=True,
                   capture_output=True)
    with drawdown.Ledger(folder / "books", create=True) as books:
        books.import_files("runs", [folder / "data" / "runs.csv"])
        books.apply_contracts(folder / "data" / "aws-2025.textproto")
        file = folder / "data" / "bill-aws-2026-10.csv.gz"
        with gzip.open(file, "rt", newline="") as text:
            names, *rows = csv.reader(text)
        bill = pyarrow.table({name: pyarrow.array([row[i] or None for row in rows],
                                                  pyarrow.string())
                              for i, name in enumerate(names)})
        yield books, file, bill, books.reconcile("aws-2025", "2026-10", file)


def assert_same(one, other):
    """Of two reconciliations: every cell of them."""
    for table in ("breaks", "checks"):
        first, second = (pyarrow.table(getattr(each, table)) for each in (one, other))
        assert len(first) > 0 and first.equals(second), table


def with_column(table, name, column):
    return table.set_column(table.schema.get_field_index(name), name, column)


def typed(table):
    """As a Parquet bill has it: money, quantities and instants of types of their own."""
    for name in COSTS + ["PricingQuantity"]:
        table = with_column(table, name, pyarrow.array(
            [None if one is None else Decimal(one) for one in table[name].to_pylist()], MONEY))
    for name in table.column_names:
        if name.startswith(("BillingPeriod", "ChargePeriod")):
            table = with_column(table, name, pyarrow.array(
                [datetime.datetime.fromisoformat(one.replace("Z", "+00:00"))
                 for one in table[name].to_pylist()], pyarrow.timestamp("us", "UTC")))
    return table


def wide(table):
    """Money in 256 bits, as some engines have every decimal."""
    for name in COSTS:
        table = with_column(table, name,
                            typed(table)[name].cast(pyarrow.decimal256(50, 18)))
    return table


def with_dates(table):
    """Dates where the time of day is midnight, UTC."""
    for name in ("BillingPeriodStart", "BillingPeriodEnd"):
        table = with_column(table, name, pyarrow.array(
            [datetime.date.fromisoformat(one[:10]) for one in table[name].to_pylist()]))
    return table


def with_maps(table):
    """Tags and details as FOCUS's Parquet has them."""
    tags = [None if one is None else list(json.loads(one).items())
            for one in table["Tags"].to_pylist()]
    return with_column(table, "Tags", pyarrow.array(
        tags, pyarrow.map_(pyarrow.string(), pyarrow.string())))


def each_text(change):
    """A bill whose texts were changed column by column."""
    return lambda table: pyarrow.table({name: change(table[name]) for name in table.column_names})


def chunked(table):
    """Chunks of 1, 7 and 500 rows, the rest in one, and empty ones between."""
    cuts = [0, 1, 8, 8, 508, len(table), len(table)]
    return pyarrow.concat_tables([table.slice(start, end - start)
                                  for start, end in zip(cuts, cuts[1:])])


def cut_out(table):
    """Rows at an offset in buffers that have other rows too."""
    batch = pyarrow.concat_tables([table.slice(3, 5), table, table.slice(0, 2)]).combine_chunks()
    return batch.slice(5, len(table))


def through_parquet(table):
    import io
    import pyarrow.parquet
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file, row_group_size=999)
    return pyarrow.parquet.read_table(file, read_dictionary=["ChargeCategory", "RegionId"])


def of_polars(table):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    return polars.from_arrow(table)


def of_duckdb(table):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    return duckdb.connect().from_arrow(table)


def of_pandas(table):
    pytest.importorskip("pandas", reason="pandas is not installed")
    return table.to_pandas(types_mapper=lambda _: None)


FORMS = {
    "text": lambda table: table,
    "a reader": lambda table: table.to_reader(max_chunksize=100),
    "typed": typed,
    "chunked": lambda table: chunked(typed(table)),
    "cut out": lambda table: cut_out(typed(table)),
    "parquet": lambda table: through_parquet(typed(table)),
    "dictionaries": each_text(lambda column: column.combine_chunks().dictionary_encode()),
    "chunks of dictionaries": lambda table: chunked(each_text(
        lambda column: column.dictionary_encode())(table)),
    "large text": each_text(lambda column: column.cast(pyarrow.large_string())),
    "text views": each_text(lambda column: column.cast(pyarrow.string_view())),
    "256 bits": wide,
    "dates": with_dates,
    "maps": with_maps,
    "polars": of_polars,
    "typed polars": lambda table: of_polars(typed(table)),
    "duckdb": of_duckdb,
    "typed duckdb": lambda table: of_duckdb(typed(table)),
    "pandas": of_pandas,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_bill_that_is_a_table(company, form):
    books, _, bill, of_file = company
    of_table = drawdown.reconcile(books, "aws-2025", "2026-10", FORMS[form](bill))
    assert_same(of_table, of_file)
    assert (of_table.amount, of_table.clean) == ("BilledCost", False)


def test_what_of_a_bill_is_not_read(company):
    books, file, bill, of_file = company
    heat = pyarrow.array([1.5] * len(bill))
    extended = drawdown.reconcile(books, "aws-2025", "2026-10", bill.append_column("x_Heat", heat))
    assert_same(extended, of_file)
    assert [note for note in extended.breaks.notes if "x_Heat" in note]
    floating = pyarrow.array([None if one is None else float(one)
                              for one in bill["BilledCost"].to_pylist()])
    with pytest.raises(drawdown.StateError, match="BilledCost is floating point"):
        books.reconcile("aws-2025", "2026-10", with_column(bill, "BilledCost", floating))
    with pytest.raises(TypeError, match="concat_tables"):
        books.reconcile("aws-2025", "2026-10", bill, file)
    with pytest.raises(TypeError, match="no __arrow_c_stream__"):
        books.reconcile("aws-2025", "2026-10", 17)


def test_tenants_that_are_named_by_tags(company):
    books, file, bill, _ = company
    of_file = books.reconcile("aws-2025", "2026-10", file, tenant_tag="cost-center")
    of_map = books.reconcile("aws-2025", "2026-10", with_maps(bill), tenant_tag="cost-center")
    assert_same(of_map, of_file)
    assert "allocation_gap" in set(of_map.breaks.column("class"))


def test_what_would_be_left_out_of_a_bill_is_refused(company):
    books, _, bill, _ = company
    for name in ("BilledCost", "RegionId"):
        odd = with_column(bill, name, bill[name].cast(pyarrow.binary()))
        with pytest.raises(drawdown.StateError, match=name):
            books.reconcile("aws-2025", "2026-10", odd)


def test_a_reconciliation_as_the_program_prints_it(company):
    books, file, bill, of_file = company
    assert of_file.text == ""
    texts = {form: books.reconcile("aws-2025", "2026-10", bill, text_format=form).text
             for form in ("table", "csv", "json")}
    assert json.loads(texts["json"])["contract"] == "aws-2025"
    assert len(texts["csv"].splitlines()) == len(of_file.breaks) + 1
    assert texts["csv"] == books.reconcile("aws-2025", "2026-10", file, text_format="csv").text
    with pytest.raises(drawdown.StateError, match="colour"):
        books.reconcile("aws-2025", "2026-10", bill, text_format="colour")


def test_memory_and_lists_of_files(company):
    books, file, bill, of_file = company
    little = books.reconcile("aws-2025", "2026-10", file, memory=1 << 16)
    assert_same(little, of_file)
    listed = drawdown.reconcile(books, "aws-2025", "2026-10", [file])
    assert_same(listed, of_file)
    again = Path(file).with_name("again.csv.gz")
    again.write_bytes(Path(file).read_bytes())
    twice = books.reconcile("aws-2025", "2026-10", file, again)
    assert len(twice.breaks) > len(of_file.breaks)
    assert_same(books.reconcile("aws-2025", "2026-10", file, again, snapshots=True), of_file)
    with pytest.raises(drawdown.StateError):
        books.reconcile("aws-2025", "2026-10", bill, snapshots=True)
    for memory, error in ((0, ValueError), (1.5, TypeError), (1000, drawdown.StateError)):
        with pytest.raises(error, match="memory"):
            books.reconcile("aws-2025", "2026-10", file, memory=memory)


def test_a_table_whose_columns_are_mapped(company, tmp_path):
    books, file, bill, of_file = company
    mapping = tmp_path / "theirs.map"
    mapping.write_text("focus: yes\nBilledCost = owed\n")
    renamed = bill.rename_columns(
        ["owed" if name == "BilledCost" else name for name in bill.column_names])
    of_table = drawdown.reconcile(books, "aws-2025", "2026-10", renamed, mapping=mapping)
    assert of_table.amount == "BilledCost"
    assert of_table.breaks.to_pylist() == of_file.breaks.to_pylist()
    for given in (bill, file):
        with pytest.raises(drawdown.StateError, match="aws-cur"):
            books.reconcile("aws-2025", "2026-10", given, bill_format="cur")


def runs_table():
    return pyarrow.table({
        "run_id": ["a", "b", "c"], "tenant": ["acme/chat", "acme/chat", "beta"], "pool": [POOL] * 3,
        "gpus": pyarrow.array([Decimal("2.5"), Decimal(1), Decimal(0)], pyarrow.decimal128(20, 6)),
        "start": pyarrow.array([instant(9)] * 3, pyarrow.timestamp("us", "Europe/Berlin")),
        "end": pyarrow.array([instant(10), None, instant(11)], pyarrow.timestamp("ns", "UTC")),
        "attempt": pyarrow.array([1, 2, 1], pyarrow.int16())})


@pytest.mark.parametrize("form", ["text", "chunked", "cut out", "polars", "duckdb", "pandas"])
def test_runs_that_are_a_table(books, form):
    changes = {**FORMS, "chunked": lambda table: pyarrow.concat_tables(
        [table.slice(0, 1), table.slice(1, 0), table.slice(1)]), "cut out": cut_out_of_three}
    result = books.import_arrow("runs", changes[form](runs_table()))
    assert (result.rows, result.inserted, result.open, result.zero_gpu) == (3, 3, 1, 1)
    assert total(books, end=instant(10)) == Decimal("3.5") * 3600
    assert [(row["run_id"], row["attempt"], row["gpus"], row["end"]) for row in books.runs()] == [
        ("a", 1, Decimal("2.5"), instant(10)), ("b", 2, 1, None), ("c", 1, 0, instant(11))]


def cut_out_of_three(table):
    return pyarrow.concat_tables([table.slice(2), table, table.slice(0, 1)]).combine_chunks().slice(
        1, 3)


def test_answers_are_tables_of_others(books):
    books.import_arrow("runs", runs_table())
    runs = books.runs()
    table = pyarrow.table(runs)
    table.validate(full=True)
    assert table.schema.field("gpus").type == pyarrow.decimal128(38, 6)
    assert table.to_pylist() == runs.to_pylist()
    polars = pytest.importorskip("polars", reason="polars is not installed")
    assert polars.DataFrame(runs).to_dicts() == runs.to_pylist()
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    with duckdb.connect() as connection:
        asked = connection.execute("select tenant, sum(gpus) from runs group by 1 order by 1")
        assert asked.fetchall() == [("acme/chat", Decimal("3.5")), ("beta", 0)]
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    assert list(pandas.DataFrame.from_arrow(runs)["run_id"]) == ["a", "b", "c"]
