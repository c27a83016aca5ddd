// Bills: what a file of a provider says, summed up. Plain values.
#ifndef DRAWDOWN_BILL_H_
#define DRAWDOWN_BILL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/export.h"
#include "drawdown/units.h"

namespace drawdown {

// Which of a bill's amounts is compared: the best that it has.
enum class BilledAmount : uint8_t {
  kBilledCost,
  kEffectiveCost,  // no BilledCost: Azure's amortized cost
  kNone,           // neither: CoreWeave's FOCUS; hours alone
};

DRAWDOWN_EXPORT std::string_view BilledAmountName(
    BilledAmount value);  // "BilledCost", "EffectiveCost", "none"

// A bill that is in no file: its bytes, as CSV, read once and in order by one
// thread.
class BillStream {
 public:
  virtual ~BillStream() = default;

  // What errors call it.
  virtual const std::string& name() const = 0;
  // Up to `capacity` bytes into `buffer`; 0 at the end. An error is returned
  // as it is by whoever reads the bill.
  virtual absl::StatusOr<size_t> Read(char* buffer, size_t capacity) = 0;
};

// How to read files that do not say themselves what they are.
struct BillOptions {
  std::string mapping;  // "", or a mapping file's path; kBadInput: no mapping
  std::string format;   // "", or "azure-actual" ...; beside a mapping not asked
  // Read after the files; they outlive the call. A second reading, which
  // Ledger::Reconcile with a BillLineCallback needs, is kUnsupported.
  std::vector<BillStream*> streams = {};
  // Each path (a file, or a manifest with all that it lists) is a whole
  // delivery of what it has: of a provider, billing account and billing period
  // the last one named that has charges of it counts, and rows of others are
  // left out. kUnsupported with streams.
  bool snapshots = false;
};

// A deviation that was tolerated and counted, by name ("null_spelled_as_text",
// "time_without_zone", "integer_cost_column", "unit_scale", ...).
struct Oddity {
  std::string name;
  std::string column;  // empty when it is not of one column
  uint64_t rows = 0;
  std::string example;  // "file:row: value" of the first
  std::string meaning;  // one line for a person
};

struct BillTotal {
  uint64_t rows = 0;
  MoneyAmount billed_cost;
  MoneyAmount effective_cost;
  MoneyAmount list_cost;
  MoneyAmount contracted_cost;
};

struct BillFile {
  std::string name;
  std::string format;          // "FOCUS"
  std::string dataset;         // "Cost and Usage", "Invoice Detail" ...
  std::string version;         // "1.2"
  std::string version_reason;  // how it was told: which columns decided
  uint64_t rows = 0;
  uint64_t superseded = 0;  // of `rows`, left out (BillOptions::snapshots)
};

struct BillSummary {
  // In the order given; with snapshots those of the last path first.
  std::vector<BillFile> files;
  // Of the files of charges; of the first file when there are none.
  std::string format;
  std::string version;
  std::string version_reason;
  // Charges of one time are in files of several versions, so that one may count
  // twice: version_reason says how.
  bool mixed_charges = false;
  uint64_t rows = 0;  // charges
  // False when a file of charges has no BilledCost (CoreWeave's FOCUS, Azure's
  // amortized cost): its billed costs are then 0 and mean nothing.
  bool has_billed_cost = true;
  bool has_effective_cost = true;  // likewise
  int64_t first_charge_us = 0;
  int64_t last_charge_us = 0;
  // Keys are (provider, charge category, currency code).
  struct Key {
    std::string provider;
    std::string category;
    std::string currency;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  std::map<Key, BillTotal> totals;
  std::map<std::string, BillTotal> by_currency;
  std::map<std::pair<std::string, std::string>, BillTotal> by_provider_currency;
  std::vector<Oddity> oddities;              // by name, then column
  std::vector<std::string> unknown_columns;  // carried, not read
};

}  // namespace drawdown

#endif  // DRAWDOWN_BILL_H_
