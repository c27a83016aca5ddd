// Posting what the bill has and the books lack, where a person agrees.
#ifndef DRAWDOWN_SRC_CLI_AGREED_LINES_H_
#define DRAWDOWN_SRC_CLI_AGREED_LINES_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "drawdown/reconcile.h"
#include "report/settled.h"

namespace drawdown {

// Lines of a `--breaks` file that a person agrees with, as usage that the books
// lack: billed - metered GPU time of a line's pool over its period, for its
// tenant, else the one that was given. Cite every row of the bill, then ask for
// the records.
class AgreedLines {
 public:
  // kMissingColumn, kBadCsv, kIo.
  static absl::StatusOr<AgreedLines> Read(const std::string& path,
                                          const std::string& contract,
                                          const std::string& tenant);

  // A row of the bill; for Ledger::Reconcile.
  void Cite(const ReconcileResult& result, const BillLine& line);

  // The id of a record is the contract, the period and a hash of its line, so
  // that the same line is the same record wherever its bill lies; `source`
  // names the bill's rows behind it. kBadRow names the lines that are none of
  // `result` and were not posted before, that are clean or of a class that does
  // not say that usage is missing, or that the books cannot take (no pool,
  // nothing billed beyond the meter, no tenant).
  absl::StatusOr<std::vector<UsageRecord>> Records(
      const ReconcileResult& result, const Ledger& ledger);

 private:
  struct Line {
    std::string identity;  // what tells it from others of its file
    UsageRecord record;
    std::string problem;  // why the books cannot take it; empty: they can
    uint64_t number = 0;  // in its file
  };
  // The rows of the bill behind some lines.
  struct Citation {
    std::string text;  // of the first ones
    uint64_t rows = 0;
    uint64_t cited = 0;
  };
  class Reader;

  void Find(const ReconcileResult& result);
  std::string SourceOf(const Break& item) const;
  // Why the line cannot be posted; else `line` has its source.
  std::string ProblemOf(const ReconcileResult& result,
                        const std::set<std::string>& posted, Line* line) const;

  std::string path_;
  std::vector<Line> lines_;
  bool searched_ = false;
  // By identity: where in the result's items.
  std::map<std::string, size_t> found_;
  std::vector<Settled> settled_;            // by the place of an item
  std::map<uint32_t, Citation> citations_;  // by Break::lines, of those
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_AGREED_LINES_H_
