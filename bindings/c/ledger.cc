// Opening, closing, proving and copying ledgers.
#include <iterator>

#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kOptionsV1 = sizeof(drawdown_ledger_options);

OpenOptions ReadOptions(Inputs* in, const drawdown_ledger_options* theirs) {
  const drawdown_ledger_options defaults = DRAWDOWN_LEDGER_OPTIONS_INIT;
  const auto ours = in->Read("options", theirs, defaults, kOptionsV1);
  in->Reserved("options", ours.reserved);
  OpenOptions options;
  options.create_if_missing =
      in->Flag("create_if_missing", ours.create_if_missing);
  options.allow_any_filesystem =
      in->Flag("allow_any_filesystem", ours.allow_any_filesystem);
  options.bucket = std::chrono::duration_cast<std::chrono::minutes>(
      in->Whole("bucket_us", ours.bucket_us, std::chrono::minutes(1)));
  options.lock_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
      in->Whole("lock_timeout_us", ours.lock_timeout_us,
                std::chrono::milliseconds(1)));
  options.drain_interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(
          in->Whole("drain_interval_us", ours.drain_interval_us,
                    std::chrono::milliseconds(1)));
  options.map_size_bytes = ours.map_size_bytes;
  if (ours.now_us != nullptr) {
    options.now_us = [clock = ours.now_us, context = ours.now_context] {
      return clock(context);
    };
  }
  return options;
}

// The answer to a salvage, made before it: when there is no memory for it,
// there must be no ledger either, which the next try would find in its way.
class SalvageTable {
 public:
  SalvageTable() : given_(&handle_) {
    TableBuilder table({IntColumn("entries_read"), IntColumn("entries_lost"),
                        IntColumn("runs"), IntColumn("usage_records"),
                        IntColumn("contracts")});
    table.Int(0).Int(0).Int(0).Int(0).Int(0);
    table.Finish(&handle_);
    table_ = FindHandle<Table>(handle_);
  }
  // Allocates nothing.
  drawdown_table Give(SalvageReport report) {
    const uint64_t counts[] = {report.entries_read, report.entries_lost,
                               report.runs, report.usage_records,
                               report.contracts};
    for (size_t i = 0; i < std::size(counts); ++i) {
      table_->columns[i].numbers[0] = static_cast<int64_t>(counts[i]);
    }
    table_->notes = std::move(report.losses);
    given_.KeepIf({});
    return handle_;
  }

 private:
  drawdown_table handle_ = 0;
  GivenTable given_;
  std::shared_ptr<Table> table_;
};

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_ledger_open(drawdown_text directory,
                             const drawdown_ledger_options* options,
                             drawdown_ledger* out, drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    Clear(out);
    Inputs in;
    in.NotNull("out", out);
    const std::string path = in.Path("directory", directory);
    const drawdown::OpenOptions open = ReadOptions(&in, options);
    if (!in.ok()) return in.outcome();
    auto ledger = drawdown::Ledger::Open(path, open);
    if (!ledger.ok()) return ledger.status();
    *out = MakeHandle(std::shared_ptr<drawdown::Ledger>(*std::move(ledger)));
    return {};
  });
}

int32_t drawdown_ledger_create(drawdown_text directory,
                               const drawdown_ledger_options* options,
                               drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    Inputs in;
    const std::string path = in.Path("directory", directory);
    const drawdown::OpenOptions open = ReadOptions(&in, options);
    if (!in.ok()) return in.outcome();
    return drawdown::Ledger::Create(path, open);
  });
}

int32_t drawdown_ledger_close(drawdown_ledger ledger, drawdown_error* error) {
  return CloseHandle<drawdown::Ledger>("ledger", ledger, error);
}

int32_t drawdown_ledger_info(drawdown_ledger ledger, drawdown_table* out,
                             drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    const drawdown::LedgerInfo info = l.Info();
    TableBuilder table({TextColumn("directory"), TextColumn("uuid"),
                        IntColumn("format"), IntColumn("bucket_us"),
                        TimeColumn("created"), IntColumn("entries"),
                        TextColumn("chain_hash")});
    table.Text(info.directory).Text(info.uuid).Int(info.format);
    table.Int(info.bucket_us).Time(info.created_us);
    table.Int(static_cast<int64_t>(info.entries)).Text(info.chain_hash);
    return table.Finish(out);
  });
}

int32_t drawdown_verify(drawdown_ledger ledger, uint8_t* ok,
                        drawdown_table* findings, drawdown_error* error) {
  Clear(findings);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    if (ok == nullptr) return NullArgument("ok");
    const auto report = l.Verify();
    if (!report.ok()) return report.status();
    *ok = report->ok ? 1 : 0;
    TableBuilder table({TextColumn("finding")});
    for (const std::string& finding : report->findings) table.Text(finding);
    return table.Finish(findings);
  });
}

int32_t drawdown_backup(drawdown_ledger ledger, drawdown_text destination,
                        drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::string path = in.Path("destination", destination);
    if (!in.ok()) return in.outcome();
    return l.Backup(path);
  });
}

int32_t drawdown_salvage(drawdown_text directory, drawdown_text destination,
                         drawdown_table* out, drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    Clear(out);
    Inputs in;
    const std::string from = in.Path("directory", directory);
    const std::string to = in.Path("destination", destination);
    if (!in.ok()) return in.outcome();
    SalvageTable table;
    auto report = drawdown::Salvage(from, to);
    if (!report.ok()) return report.status();
    if (out != nullptr) *out = table.Give(*std::move(report));
    return {};
  });
}
