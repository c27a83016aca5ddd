#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/child.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "model/verify_report.h"
#include "report/care_report.h"

namespace drawdown {
namespace {

VerifyReport Damaged(std::string finding) {
  VerifyReport report;
  report.findings.push_back(std::move(finding));
  return report;
}

absl::StatusOr<VerifyReport> VerifyHere(const GlobalOptions& globals) {
  ASSIGN_OR_RETURN(const auto ledger, OpenLedger(globals));
  return ledger->VerifyInProcess();
}

// In the child. What cannot even be opened for damage is a finding.
std::string EncodedVerify(const GlobalOptions& globals) {
  auto report = VerifyHere(globals);
  if (GetErrorCode(report.status()) == ErrorCode::kCorrupt) {
    report = Damaged(std::string(report.status().message()));
  }
  return EncodeVerifyReport(report);
}

absl::StatusOr<VerifyReport> Verify(const GlobalOptions& globals) {
  ASSIGN_OR_RETURN(const ChildResult child, RunInChild("verifying", [&globals] {
                     return EncodedVerify(globals);
                   }));
  if (child.stopped.empty()) return DecodeVerifyReport(child.output);
  return Damaged(absl::StrCat("the store is damaged: the check was stopped by ",
                              child.stopped));
}

int RunVerify(Program* program, bool porcelain) {
  const auto report = Verify(program->globals());
  Output& output = program->output();
  if (porcelain) {
    output.Write(EncodeVerifyReport(report));
  } else if (!report.ok()) {
    return Fail(report.status());
  } else {
    const Format format = program->globals().FormatFor(output.terminal());
    WriteVerifyReport(*report, format, output.sink());
    if (format == Format::kCsv) {
      for (const std::string& finding : report->findings) {
        Say(absl::StrCat("finding: ", finding));
      }
    }
  }
  if (!report.ok()) return ExitCodeOf(report.status());
  return report->ok ? kExitFine : kExitFindings;
}

}  // namespace

void AddVerify(Program* program) {
  auto porcelain = std::make_shared<bool>(false);
  program
      ->AddVerb(
          "verify",
          {"Prove the books",
           "Checks the sum of every journal entry and the chain of "
           "hashes, rebuilds every\ntable from the journal and compares, "
           "and shows that what is in the buckets is\nwhat the runs, imports "
           "and live meters put there. Works in a process of its own, which a\n"
           "damaged page may stop; that is a finding too.",
           "drawdown verify\n"
           "drawdown verify --format json",
           "findings: the books are not sound"})
      .HiddenFlag("porcelain", porcelain.get())
      .Does([program, porcelain] { return RunVerify(program, *porcelain); });
}

}  // namespace drawdown
