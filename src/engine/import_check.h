// The first reading of an import: every row is judged against the books and
// against the other rows before any is posted.
#ifndef DRAWDOWN_SRC_ENGINE_IMPORT_CHECK_H_
#define DRAWDOWN_SRC_ENGINE_IMPORT_CHECK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "engine/capacity_notes.h"
#include "engine/import_csv.h"
#include "ledger/run_rules.h"
#include "ledger/series.h"
#include "ledger/store.h"

namespace drawdown {

class ImportChecker {
 public:
  // `books` must outlive the checker. `now_us`: the ledger's clock.
  static absl::StatusOr<ImportChecker> Make(ReadTransaction* books,
                                            const ImportOptions& options,
                                            int64_t now_us);

  // kBadRow, kConflict, kUnknownName.
  absl::Status Check(const RunRowView& row);
  absl::Status Check(const UsageRowView& row);
  absl::Status Check(const CapacityRowView& row);

  const StatedCapacity& capacity() const { return capacity_; }

 private:
  // What the file has said of one id so far, in a fixed size.
  struct Said {
    uint64_t payload = 0;  // hash of what may never differ
    uint64_t state = 0;    // hash of the state; 0 when none was given
    std::optional<int64_t> start_us;
    std::optional<int64_t> end_us;
  };
  // Two independent 64-bit hashes of the id: rows are told apart by 128 bits.
  using IdHash = std::pair<uint64_t, uint64_t>;

  ImportChecker(ReadTransaction* books, const ImportOptions& options,
                int64_t now_us);

  absl::StatusOr<uint32_t> IdOf(NameKind kind, std::string_view path);
  absl::Status CheckAgainstFile(const RunRowView& row);
  // The paths of ids, of kNewName those of the row.
  NameOf NamesWith(std::string_view tenant, std::string_view pool) const;
  // What is said by another name that a tenant has had, or has by now, is said
  // of the tenant that the books know.
  uint32_t AsKnown(uint32_t known, uint32_t tenant,
                   std::string_view path) const;
  // One for all names of a tenant.
  uint64_t HashTenant(std::string_view path) const;

  ReadTransaction* books_;
  bool strict_;
  int64_t now_us_;
  bool no_runs_ = false;  // the books have none
  NameTables names_;
  HashMap<std::string, uint32_t> ids_[2];  // by NameKind
  HashMap<IdHash, Said> said_;
  StatedCapacity capacity_;  // of the files
  std::string key_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_IMPORT_CHECK_H_
