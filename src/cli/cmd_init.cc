#include <chrono>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/books_report.h"

namespace drawdown {
namespace {

std::chrono::minutes BucketOf(const std::string& text) {
  if (text == "15m") return std::chrono::minutes(15);
  return std::chrono::minutes(text == "30m" ? 30 : 60);
}

int RunInit(Program* program, const std::string& bucket) {
  const GlobalOptions& globals = program->globals();
  OpenOptions options;
  options.bucket = BucketOf(bucket);
  const absl::Status made = Ledger::Create(globals.Directory(), options);
  if (!made.ok()) return Fail(made);
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  const LedgerInfo info = (*ledger)->Info();
  Say(absl::StrCat("made ledger ", info.directory, " (", info.uuid,
                   ", buckets of ", bucket, ")"));
  if (globals.json()) {
    WriteLedgerInfo(info, Format::kJson, program->output().sink());
  }
  return kExitFine;
}

}  // namespace

void AddInit(Program* program) {
  auto bucket = std::make_shared<std::string>("1h");
  program
      ->AddVerb("init",
                {"Make a new ledger",
                 "Makes the directory of the ledger. The bucket is the finest "
                 "time that usage\nis priced at; every edge of a contract must "
                 "lie on one, and it cannot be\nchanged later.",
                 "drawdown init\n"
                 "drawdown --ledger /srv/books init --bucket 15m",
                 ""})
      .Choice("bucket", {"1h", "30m", "15m"}, "Length of a bucket; else 1h",
              bucket.get())
      .Does([program, bucket] { return RunInit(program, *bucket); });
}

}  // namespace drawdown
