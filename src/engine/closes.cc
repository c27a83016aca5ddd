// Closing months, and what is posted after it.
#include "engine/closes.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/tzdata.h"
#include "engine/amended.h"
#include "engine/statement_of.h"
#include "ledger/closes.h"
#include "ledger/frozen.h"
#include "rating/correction.h"

namespace drawdown {
namespace {

// How a contract's months are closed.
class ClosedMonths {
 public:
  static absl::StatusOr<ClosedMonths> Read(ReadTransaction* books,
                                           const Contract& contract) {
    ASSIGN_OR_RETURN(std::vector<StoredClose> closes,
                     ReadCloses(books, contract.id));
    ASSIGN_OR_RETURN(const CloseMarks marks, ReadCloseMarks(books));
    const auto mark = marks.find(contract.id);
    return ClosedMonths(contract.calendar, std::move(closes),
                        mark == marks.end()
                            ? CloseMark{contract.term.start_us, {}}
                            : mark->second);
  }

  const StoredClose* Find(const Interval& period) const {
    for (const StoredClose& close : closes_) {
      if (close.start_us == period.start_us && close.end_us == period.end_us) {
        return &close;
      }
    }
    return nullptr;
  }
  const std::vector<StoredClose>& all() const { return closes_; }
  const CloseMark& mark() const { return mark_; }
  // The month to be closed next, in which corrections are posted.
  Interval Next() const { return calendar_.MonthOf(mark_.closed_until_us); }
  std::string NextName() const {
    return calendar_.MonthNameOf(mark_.closed_until_us);
  }

 private:
  ClosedMonths(const Calendar& calendar, std::vector<StoredClose> closes,
               const CloseMark& mark)
      : calendar_(calendar), closes_(std::move(closes)), mark_(mark) {}

  const Calendar& calendar_;
  std::vector<StoredClose> closes_;
  CloseMark mark_;
};

struct LateLines {
  std::vector<StatementLine> lines;
  std::vector<StatementReason> reasons;  // by index into them, if explained
};

// What was recorded late of closed months, or has become of their intervals
// since, beyond what later ones had.
absl::StatusOr<LateLines> FindLateLines(const BooksView& books,
                                        const ContractBooks& contracts,
                                        int64_t bucket_us,
                                        const ClosedMonths& months,
                                        bool explain) {
  LateLines late;
  if (months.all().empty()) return late;
  std::optional<int64_t> from_us = months.mark().late_from_us;
  ASSIGN_OR_RETURN(const std::optional<int64_t> amended_us,
                   AmendedFrom(contracts, months.all().back()));
  if (amended_us)
    from_us = std::min(from_us.value_or(*amended_us), *amended_us);
  if (!from_us) return late;
  // Newest first: corrections of a month are in months after it.
  std::vector<Statement> later;
  for (auto it = months.all().rbegin(); it != months.all().rend(); ++it) {
    if (it->end_us <= *from_us) break;
    ASSIGN_OR_RETURN(ClosedPeriod closed, ReadFrozen(books.transaction, *it));
    ASSIGN_OR_RETURN(
        const Statement now,
        RateClosed(books, contracts, contracts.AsOf(closed.versions), bucket_us,
                   it->contract, {it->start_us, it->end_us}, explain));
    ASSIGN_OR_RETURN(std::vector<StatementLine> some,
                     CorrectionsOf(it->period, now, closed.statement, later));
    if (explain) {
      for (StatementReason& reason :
           ExplainCorrections(now, closed.statement, some)) {
        reason.line += static_cast<uint32_t>(late.lines.size());
        late.reasons.push_back(std::move(reason));
      }
    }
    std::move(some.begin(), some.end(), std::back_inserter(late.lines));
    later.push_back(std::move(closed.statement));
  }
  return late;
}

// A year that is misspelt would be a statement of nothing. Corrections may be
// due when the term is over, and usage that goes on is noted.
absl::Status CheckInTerm(const ContractTimeline& versions,
                         const Interval& period) {
  Interval term = {std::numeric_limits<int64_t>::max(),
                   std::numeric_limits<int64_t>::min()};
  for (const ContractSpan& span : versions.spans()) {
    term.start_us = std::min(term.start_us, span.contract->term.start_us);
    term.end_us = std::max(term.end_us, span.contract->term.end_us);
  }
  if (period.start_us < term.end_us && term.start_us < period.end_us) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kNotFound,
                   "contract " + versions.spans().front().contract->id +
                       " runs from " + FormatInstant(term.start_us) + " to " +
                       FormatInstant(term.end_us) + ": nothing from " +
                       FormatInstant(period.start_us) + " to " +
                       FormatInstant(period.end_us) + " is in it");
}

absl::StatusOr<Statement> OpenStatement(
    const BooksView& books, const ContractBooks& contracts, int64_t bucket_us,
    const std::string& contract, const Interval& period, int64_t at_us,
    const ClosedMonths& months, bool explain) {
  ASSIGN_OR_RETURN(Statement statement,
                   explain ? RateStatement(books, contracts, bucket_us,
                                           contract, period, at_us, explain)
                           : KeepStatement(books, contracts, bucket_us,
                                           contract, period, at_us));
  const bool may_correct = !months.all().empty() && period == months.Next();
  if (!may_correct && statement.lines.empty() && statement.notes.empty()) {
    ASSIGN_OR_RETURN(const ContractTimeline versions,
                     contracts.TimelineOf(contract));
    RETURN_IF_ERROR(CheckInTerm(versions, period));
  }
  if (period == months.Next()) {
    ASSIGN_OR_RETURN(LateLines late, FindLateLines(books, contracts, bucket_us,
                                                   months, explain));
    RETURN_IF_ERROR(AddCorrections(std::move(late.lines),
                                   std::move(late.reasons), &statement));
  } else if (!months.all().empty() &&
             period.start_us < months.mark().closed_until_us) {
    statement.notes.push_back(
        "months until " + FormatInstant(months.mark().closed_until_us) +
        " are closed: this rates all that is known now, not what was closed");
  }
  return statement;
}

absl::Status CheckClosable(const Contract& contract, std::string_view period,
                           const Interval& month, const ClosedMonths& months,
                           int64_t now_us) {
  const std::string what =
      "period " + std::string(period) + " of contract " + contract.id;
  if (month != contract.calendar.MonthOf(month.start_us)) {
    return MakeError(ErrorCode::kInvalidArgument,
                     what + " is not a month: months are closed, such as " +
                         months.NextName());
  }
  if (month.start_us < months.Next().start_us) {
    return MakeError(
        ErrorCode::kWrongState,
        what + " is before the contract's first month, " + months.NextName());
  }
  if (month != months.Next()) {
    return MakeError(ErrorCode::kWrongState,
                     what + ": months are closed in order, and " +
                         months.NextName() + " is to be closed first");
  }
  const int64_t from_us = month.end_us + contract.grace_us;
  if (now_us < from_us) {
    return MakeError(ErrorCode::kWrongState,
                     what + " can be closed from " + FormatInstant(from_us) +
                         " on: it ends at " + FormatInstant(month.end_us) +
                         (contract.grace_us > 0
                              ? ", and the contract's grace lets usage be late"
                              : ""));
  }
  return absl::OkStatus();
}

std::vector<ClosedVersion> VersionsOf(const ContractBooks& contracts) {
  std::vector<ClosedVersion> versions;
  for (const ContractVersion* const version : contracts.Newest()) {
    versions.push_back({version->contract.id, version->stored.version});
  }
  return versions;
}

absl::Status PostClose(const ClosedPeriod& closed, uint32_t version,
                       Posting* posting) {
  PeriodClosed entry;
  entry.contract = closed.contract;
  entry.period = closed.period;
  entry.start_us = closed.statement.period_start_us;
  entry.end_us = closed.statement.period_end_us;
  entry.version = version;
  const std::string frozen = EncodeFrozen(closed);
  entry.frozen = frozen;
  return posting->Post(entry);
}

}  // namespace

absl::StatusOr<Statement> PostedStatement(const BooksView& books,
                                          const ContractBooks& contracts,
                                          int64_t bucket_us,
                                          const std::string& contract,
                                          const Interval& period, int64_t at_us,
                                          bool explain) {
  ASSIGN_OR_RETURN(const ContractVersion* const newest,
                   contracts.NewestOf(contract));
  ASSIGN_OR_RETURN(const ClosedMonths months,
                   ClosedMonths::Read(books.transaction, newest->contract));
  const StoredClose* const close = months.Find(period);
  // Asked for an instant inside it, a month was not over.
  if (close != nullptr && at_us >= period.end_us) {
    ASSIGN_OR_RETURN(ClosedPeriod closed,
                     ReadFrozen(books.transaction, *close));
    if (explain) {
      ASSIGN_OR_RETURN(
          const Statement now,
          RateClosed(books, contracts, contracts.AsOf(closed.versions),
                     bucket_us, contract, period, explain));
      ExplainClosed(now, &closed.statement);
    }
    return std::move(closed.statement);
  }
  return OpenStatement(books, contracts, bucket_us, contract, period, at_us,
                       months, explain);
}

absl::StatusOr<std::vector<CorrectedPeriod>> CorrectedPeriods(
    ReadTransaction* books, const std::string& contract,
    const std::vector<StatementLine>& lines) {
  std::set<std::string> wanted;
  for (const StatementLine& line : lines) {
    if (!line.corrects_period.empty()) wanted.insert(line.corrects_period);
  }
  std::vector<CorrectedPeriod> periods;
  if (wanted.empty()) return periods;
  ASSIGN_OR_RETURN(const std::vector<StoredClose> closes,
                   ReadCloses(books, contract));
  for (const StoredClose& close : closes) {
    if (wanted.erase(close.period) == 0) continue;
    periods.push_back(
        {close.period, close.start_us, close.end_us, close.version});
  }
  if (wanted.empty()) return periods;
  return MakeError(ErrorCode::kCorrupt, "a statement of contract " + contract +
                                            " corrects " + *wanted.begin() +
                                            ", which is not closed");
}

absl::StatusOr<std::vector<StatementLine>> CorrectionsIn(
    const BooksView& books, const ContractBooks& contracts, int64_t bucket_us,
    const std::string& contract, const Interval& period) {
  ASSIGN_OR_RETURN(const ContractVersion* const newest,
                   contracts.NewestOf(contract));
  ASSIGN_OR_RETURN(const ClosedMonths months,
                   ClosedMonths::Read(books.transaction, newest->contract));
  if (const StoredClose* const close = months.Find(period)) {
    ASSIGN_OR_RETURN(ClosedPeriod closed,
                     ReadFrozen(books.transaction, *close));
    std::vector<StatementLine> lines = std::move(closed.statement.lines);
    std::erase_if(lines, [](const StatementLine& line) {
      return line.corrects_period.empty();
    });
    return lines;
  }
  if (period != months.Next()) return std::vector<StatementLine>();
  ASSIGN_OR_RETURN(LateLines late,
                   FindLateLines(books, contracts, bucket_us, months,
                                 /*explain=*/false));
  return std::move(late.lines);
}

absl::StatusOr<ComparedContracts> ContractsToCompare(
    const BooksView& books, const ContractBooks& contracts, int64_t bucket_us,
    const std::string& contract, const Interval& period) {
  ComparedContracts compared{contracts, {}, {}, {}};
  ASSIGN_OR_RETURN(
      compared.corrections,
      CorrectionsIn(books, contracts, bucket_us, contract, period));
  ASSIGN_OR_RETURN(
      compared.corrected,
      CorrectedPeriods(books.transaction, contract, compared.corrections));
  ASSIGN_OR_RETURN(const ContractVersion* const newest,
                   contracts.NewestOf(contract));
  ASSIGN_OR_RETURN(const ClosedMonths months,
                   ClosedMonths::Read(books.transaction, newest->contract));
  const StoredClose* const close = months.Find(period);
  if (close == nullptr) return compared;
  ASSIGN_OR_RETURN(const ClosedPeriod closed,
                   ReadFrozen(books.transaction, *close));
  compared.contracts = contracts.AsOf(closed.versions);
  compared.notes.push_back(
      "the period was closed at " + FormatInstant(closed.closed_us) +
      ": the bill is compared with all usage that is known now");
  return compared;
}

absl::StatusOr<CloseResult> Ledger::ClosePeriod(std::string_view contract,
                                                std::string_view period) {
  RETURN_IF_ERROR(impl_->Drain().status());
  CloseResult result;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    ReadTransaction* const transaction = posting->books();
    ASSIGN_OR_RETURN(const ContractBooks contracts,
                     ContractBooks::Read(transaction));
    ASSIGN_OR_RETURN(const ContractVersion* const newest,
                     contracts.NewestOf(contract));
    const Contract& terms = newest->contract;
    ASSIGN_OR_RETURN(const Interval month, terms.calendar.ParsePeriod(period));
    ASSIGN_OR_RETURN(const ClosedMonths months,
                     ClosedMonths::Read(transaction, terms));
    if (const StoredClose* const known = months.Find(month)) {
      result.was_closed = true;
      ASSIGN_OR_RETURN(result.closed, ReadFrozen(transaction, *known));
      return absl::OkStatus();
    }
    const int64_t now_us = impl_->NowUs();
    RETURN_IF_ERROR(CheckClosable(terms, period, month, months, now_us));
    // What meters counted of the month's last bucket may still be on its way
    // to the journal.
    ASSIGN_OR_RETURN(LiveAmounts live, impl_->ReadLiveOf(transaction));
    ClosedPeriod& closed = result.closed;
    ASSIGN_OR_RETURN(
        closed.statement,
        OpenStatement({transaction, std::move(live)}, contracts,
                      impl_->bucket_us(), terms.id, month, now_us, months,
                      /*explain=*/false));
    closed.contract = terms.id;
    closed.period = terms.calendar.MonthNameOf(month.start_us);
    closed.closed_us = posting->tip().recorded_us;
    closed.statement.closed_us = closed.closed_us;
    closed.tzdata = TzdataVersion();
    closed.chain_hash = HexOf(posting->tip().chain);
    closed.versions = VersionsOf(contracts);
    return PostClose(closed, newest->stored.version, posting);
  }));
  return result;
}

absl::StatusOr<std::vector<ClosedPeriod>> Ledger::ClosedPeriods(
    std::string_view contract, std::optional<int64_t> as_of_us) const {
  std::vector<ClosedPeriod> all;
  RETURN_IF_ERROR(
      impl_->WithBooks(as_of_us, [&](const BooksView& books) -> absl::Status {
        if (!contract.empty()) {
          ASSIGN_OR_RETURN(const ContractBooks contracts,
                           ContractBooks::Read(books.transaction));
          RETURN_IF_ERROR(contracts.NewestOf(contract).status());
        }
        ASSIGN_OR_RETURN(const std::vector<StoredClose> closes,
                         ReadCloses(books.transaction, contract));
        for (const StoredClose& close : closes) {
          ASSIGN_OR_RETURN(ClosedPeriod closed,
                           ReadFrozen(books.transaction, close));
          all.push_back(std::move(closed));
        }
        return absl::OkStatus();
      }));
  return all;
}

}  // namespace drawdown
