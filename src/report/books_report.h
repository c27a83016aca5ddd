// What is in the books, written out: runs, capacity, journal entries,
// contracts, the ledger itself.
#ifndef DRAWDOWN_SRC_REPORT_BOOKS_REPORT_H_
#define DRAWDOWN_SRC_REPORT_BOOKS_REPORT_H_

#include <span>
#include <string>

#include "drawdown/capacity.h"
#include "drawdown/contract.h"
#include "drawdown/ghost.h"
#include "drawdown/import.h"
#include "drawdown/inspect.h"
#include "report/format.h"
#include "report/table.h"

namespace drawdown {

// CSV and tables have a line per segment, JSON an object per run.
class RunWriter {
 public:
  RunWriter(Format format, const Sink& sink);
  void Add(const RunInfo& run);
  void Finish();

 private:
  Format format_;
  ListWriter list_;
};

void WriteRunTotals(const RunTotals& totals, Format format, const Sink& sink);

// One run after a request to change it; `changed` is false when the books said
// so already.
void WriteRunChange(const RunInfo& run, bool changed, Format format,
                    const Sink& sink);

// A line per record.
class CapacityWriter {
 public:
  CapacityWriter(Format format, const Sink& sink);
  void Add(const CapacityInfo& info);
  void Finish();

 private:
  ListWriter list_;
};

// Runs that may be gone.
void WriteGhosts(std::span<const Ghost> ghosts, Format format,
                 const Sink& sink);

class JournalWriter {
 public:
  JournalWriter(Format format, const Sink& sink);
  void Add(const JournalEntry& entry);
  void Finish();

 private:
  ListWriter list_;
};

void WriteContracts(std::span<const ContractInfo> contracts, Format format,
                    const Sink& sink);

// One contract with its text; as CSV its line of WriteContracts.
void WriteContract(const ContractInfo& contract, Format format,
                   const Sink& sink);

void WriteLedgerInfo(const LedgerInfo& info, Format format, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_BOOKS_REPORT_H_
