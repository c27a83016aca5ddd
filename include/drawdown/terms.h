// What a contract says about the things that its statement's lines name, for
// exports that must describe them. Plain values; docs/formats.md has the
// exports.
#ifndef DRAWDOWN_TERMS_H_
#define DRAWDOWN_TERMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

// A pool as its contract names it; `sku` and `region` may be empty.
struct PoolTerms {
  std::string pool;
  std::string sku;
  std::string region;
  // Per GPU-hour on demand when the period starts (of the first tier); empty:
  // no rate covers the pool.
  std::optional<MoneyAmount> rate;
};

// A rule of applicability, in FOCUS' spelling of the operator ("NotIn").
struct ApplicabilityTerms {
  std::string
      dimension;  // "pool", "region", "sku", "provider", "tenant", "kind"
  std::string op;
  std::vector<std::string> values;
  bool weighs = false;  // has a fraction: it is no filter
};

struct CommitmentTerms {
  std::string id;
  bool spend = false;
  bool continuous = false;
  std::string interval;   // FOCUS' spelling: "Semi-Annual", "Full Period"
  std::string lifecycle;  // likewise: Proposed, Pending, Active, Expired, ...
  int64_t start_us = 0;   // the first step
  int64_t end_us = 0;     // the term's end, or when it was cancelled
  // Of one interval, by the step in force at the period's end or, outside its
  // life, by the nearest.
  GpuTime quantity;  // zero of a spend commitment
  MoneyAmount cost;  // zero of a usage commitment
  std::vector<ApplicabilityTerms> applies;
};

// That a spend commitment counts a share of a line's cost.
struct SpendShare {
  uint32_t line = 0;        // index into Statement::lines
  uint32_t commitment = 0;  // index into StatementTerms::commitments
  int64_t share_micro = 0;  // 1e-6, above 0
};

// A closed month that lines of the statement correct.
struct CorrectedPeriod {
  std::string period;  // "2026-09"
  int64_t start_us = 0;
  int64_t end_us = 0;
  uint32_t contract_version = 0;  // the newest that it was closed with
};

struct StatementTerms {
  std::string provider;  // as bills spell it
  int64_t term_start_us = 0;
  int64_t term_end_us = 0;
  int64_t created_us = 0;        // record time of the contract's first version
  int64_t updated_us = 0;        // and of the statement's
  std::vector<PoolTerms> pools;  // those of the statement's lines, by name
  std::vector<CommitmentTerms> commitments;  // in file order
  std::vector<SpendShare> spend;             // by line, commitment
  std::vector<CorrectedPeriod> corrected;    // by time
  std::vector<std::string> notes;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TERMS_H_
