// With the n-th allocation failing: files and streams that are imported, and
// contracts, months, tenants and ledgers that are changed.
#include "tests/abi/memory_writes.h"

namespace drawdown::c_abi_test {
namespace {

// In new books each: an import reads every name that is there, and would need
// one allocation more each time.
TEST_F(MemoryOfWrites, OfFiles) {
  FailAllocations(
      "drawdown_import_files",
      [&](int64_t n) {
        Anew();
        Name("import", n);
        WriteRuns("2026-10-02T00:00:00Z");
      },
      [&](Outputs* out) { return Import(out); });
  FailAllocations(
      "drawdown_correct_runs",
      [&](int64_t n) {
        Outputs out;
        Anew();
        Name("correct", n);
        WriteRuns("2026-10-02T00:00:00Z");
        ASSERT_EQ(Import(&out), DRAWDOWN_OK);
        WriteRuns("2026-10-02T01:00:00Z");
      },
      [&](Outputs* out) {
        return drawdown_correct_runs(ledger_, Text(file_),
                                     drawdown_str("an hour more"), nullptr,
                                     nullptr, &out->error);
      });
}

TEST_F(MemoryOfWrites, OfStreams) {
  Outputs out;
  Name("arrow", 0);
  ASSERT_EQ(Start(&out), DRAWDOWN_OK);
  drawdown_table runs = 0;
  ASSERT_EQ(drawdown_runs(ledger_, nullptr, &runs, nullptr), DRAWDOWN_OK);
  FailAllocations(
      "drawdown_import_arrow", [&](int64_t) { Anew(); },
      [&](Outputs* given) {
        ArrowArrayStream stream = {};
        const int32_t code = drawdown_table_arrow(runs, &stream, &given->error);
        if (code != DRAWDOWN_OK) return code;
        return drawdown_import_arrow(ledger_, DRAWDOWN_IMPORT_RUNS, &stream,
                                     nullptr, nullptr, &given->error);
      });
  drawdown_table_close(runs, nullptr);
}

// In new books each: applying reads every contract that is there, and moving
// every move.
TEST_F(MemoryOfWrites, OfContracts) {
  const drawdown_text name = drawdown_str("a file of a long name.textproto");
  const std::string text = ContractText();
  const drawdown_text view = Text(text);
  const auto apply = [&](Outputs* out) {
    return drawdown_contract_apply(ledger_, &name, &view, 1, nullptr,
                                   &out->error);
  };
  const Prepare anew = [&](int64_t n) {
    Anew();
    Started("contract")(n);
  };
  FailAllocations("drawdown_contract_apply", anew, apply);
  FailAllocations(
      "drawdown_period_close",
      [&](int64_t n) {
        Outputs out;
        anew(n);
        ASSERT_EQ(apply(&out), DRAWDOWN_OK);
      },
      [&](Outputs* out) {
        // Its cells are of the books, which are others each time.
        drawdown_table closed = 0;
        const int32_t code = drawdown_period_close(
            ledger_, drawdown_str(kContract), drawdown_str("2026-09"), nullptr,
            &closed, &out->error);
        EXPECT_EQ(closed != 0, code == DRAWDOWN_OK);
        drawdown_table_close(closed, nullptr);
        return code;
      });
  const std::string moved = std::string(kTenant) + ", moved";
  FailAllocations("drawdown_tenant_move", anew, [&](Outputs* out) {
    return drawdown_tenant_move(ledger_, Text(tenant_), Text(moved),
                                kStart + 1000 * kHour, nullptr, &out->error);
  });
}

TEST_F(MemoryOfWrites, OfLedgers) {
  Started("ledgers")(0);
  drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
  options.create_if_missing = 1;
  options.drain_interval_us = 0;
  FailAllocations(
      "drawdown_ledger_create", [&](int64_t n) { Name("create", n); },
      [&](Outputs* out) {
        return drawdown_ledger_create(Text(directory_), &options, &out->error);
      });
  FailAllocations(
      "drawdown_ledger_open", [&](int64_t n) { Name("open", n); },
      [&](Outputs* out) {
        drawdown_ledger other = 0;
        const int32_t code = drawdown_ledger_open(Text(directory_), &options,
                                                  &other, &out->error);
        EXPECT_EQ(other != 0, code == DRAWDOWN_OK);
        drawdown_ledger_close(other, nullptr);
        return code;
      });
  FailAllocations(
      "drawdown_backup", [&](int64_t n) { Name("backup", n); },
      [&](Outputs* out) {
        return drawdown_backup(ledger_, Text(directory_), &out->error);
      });
  const std::string copy = directory_;  // The last backup.
  FailAllocations(
      "drawdown_salvage", [&](int64_t n) { Name("salvage", n); },
      [&](Outputs* out) {
        return drawdown_salvage(Text(copy), Text(directory_), &out->tables[0],
                                &out->error);
      });
}

}  // namespace
}  // namespace drawdown::c_abi_test
