// A folder per provider with what a claim needs: the letter, the bill's lines,
// and what our books have.
#ifndef DRAWDOWN_SRC_CLI_CLAIM_PACKAGE_H_
#define DRAWDOWN_SRC_CLI_CLAIM_PACKAGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/atomic_file.h"
#include "drawdown/ledger.h"
#include "drawdown/reconcile.h"
#include "report/claim_report.h"

namespace drawdown {

class ClaimPackage {
 public:
  // The files in `directory` that a package may replace, of whichever provider.
  static std::vector<std::string> FilesIn(const std::string& directory);

  explicit ClaimPackage(std::string directory)
      : directory_(std::move(directory)) {}

  // A row of the bill; for Ledger::Reconcile. Errors are kept for Finish.
  void Add(const ReconcileResult& result, const BillLine& line);

  // Writes DIR/PROVIDER/{claim.md,lines.csv,usage.csv,runs.csv}, each whole or
  // not at all, the letter last. Returns one line that says what was written;
  // nothing is where there is nothing to claim.
  absl::StatusOr<std::string> Finish(const ReconcileResult& result,
                                     const Ledger& ledger,
                                     const StatementQuery& query);

 private:
  absl::Status Open(const ReconcileResult& result);
  // Those of the file that lines are of now.
  absl::Status AppendColumns(std::string* text) const;
  std::string NothingToClaim(const ReconcileResult& result) const;
  std::string PathOf(std::string_view name) const;
  absl::Status WriteFile(std::string_view name, std::string_view text) const;
  // And what it has of each claim, by number.
  absl::StatusOr<std::string> UsageText(
      const Ledger& ledger, const StatementQuery& query,
      std::map<uint64_t, GpuTime>* of_claims) const;
  struct ClaimedRun {
    const Claim* claim = nullptr;
    RunInfo info;
  };
  absl::StatusOr<std::vector<ClaimedRun>> RunsBehind(
      const Ledger& ledger) const;
  absl::StatusOr<std::string> RunsText(const Ledger& ledger) const;

  const std::string directory_;
  std::string folder_;  // DIR/PROVIDER
  bool opened_ = false;
  absl::Status problem_;
  std::vector<Claim> claims_;
  std::map<uint32_t, std::vector<uint64_t>> claims_of_;  // by Break::lines
  std::unique_ptr<AtomicFile> lines_;
  std::string last_file_;  // of the bill, whose columns are in lines_
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_CLAIM_PACKAGE_H_
