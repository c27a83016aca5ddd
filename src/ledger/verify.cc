#include "ledger/verify.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/capacity.h"
#include "ledger/entry.h"
#include "ledger/heartbeats.h"
#include "ledger/hold_clock.h"
#include "ledger/journal.h"
#include "ledger/live_records.h"
#include "ledger/memory_store.h"
#include "ledger/quota_books.h"
#include "ledger/rebuild.h"
#include "ledger/run_rules.h"
#include "ledger/series.h"

namespace drawdown {
namespace {

constexpr size_t kMaxFindings = 20;

class Verifier {
 public:
  Verifier(ReadTransaction* books, const Header& header, int64_t at_us)
      : books_(books), header_(header), at_us_(at_us) {}

  absl::StatusOr<VerifyReport> Verify() {
    Check(CompareWithJournal());
    Check(CountJournal());
    Check(CheckLive());
    Check(CheckCapacity());
    Check(CheckHeld());
    Check(VisitHeartbeats(books_, [](std::string_view, int64_t) {}));
    Check(SumRuns());
    Check(SumUsage());
    Check(SumBuckets());
    CheckConservation();
    report_.ok = report_.findings.empty();
    return report_;
  }

 private:
  void Find(const std::string& finding) {
    if (report_.findings.size() < kMaxFindings) {
      report_.findings.push_back(finding);
    }
  }
  // An error while reading the books is what verify is there to find.
  void Check(const absl::Status& status) {
    if (!status.ok()) Find(std::string(status.message()));
  }

  absl::Status CompareWithJournal() {
    const std::unique_ptr<Store> rebuilt = NewMemoryStore();
    RETURN_IF_ERROR(Rebuild(books_, header_, rebuilt.get()));
    ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> expected,
                     rebuilt->BeginRead());
    for (int i = 0; i < kTableCount; ++i) {
      const auto table = static_cast<Table>(i);
      if (table == Table::kMeta || table == Table::kLive ||
          table == Table::kHeld || table == Table::kHeartbeats) {
        continue;
      }
      RETURN_IF_ERROR(CompareRecords(table, "", expected.get()));
    }
    // Lines; sums are checked beside the journal, since they are of a time.
    RETURN_IF_ERROR(CompareRecords(Table::kHeld, "e", expected.get()));
    RETURN_IF_ERROR(CompareRecords(Table::kHeld, "i", expected.get()));
    return CompareTip(expected.get());
  }

  // Whose keys begin so.
  absl::Status CompareRecords(Table table, std::string_view prefix,
                              ReadTransaction* expected) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> ours,
                     books_->NewCursor(table));
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> theirs,
                     expected->NewCursor(table));
    const std::string first =
        prefix.empty() ? std::string(1, '\0') : std::string(prefix);
    ASSIGN_OR_RETURN(bool have, ours->SeekAtLeast(first));
    ASSIGN_OR_RETURN(bool want, theirs->SeekAtLeast(first));
    const std::string name = TableName(table);
    while (true) {
      have = have && ours->key().starts_with(prefix);
      want = want && theirs->key().starts_with(prefix);
      if (!have && !want) break;
      const int order = !have   ? 1
                        : !want ? -1
                                : ours->key().compare(theirs->key());
      if (order < 0) {
        Find("table " + name + " holds a record the journal does not explain");
      } else if (order > 0) {
        Find("table " + name + " lacks a record the journal calls for");
      } else if (ours->value() != theirs->value()) {
        Find("table " + name + " holds a record that differs from the journal");
      }
      if (report_.findings.size() >= kMaxFindings) return absl::OkStatus();
      if (order <= 0) {
        ASSIGN_OR_RETURN(have, ours->Next());
      }
      if (order >= 0) {
        ASSIGN_OR_RETURN(want, theirs->Next());
      }
    }
    return absl::OkStatus();
  }

  absl::Status CompareTip(ReadTransaction* expected) {
    ASSIGN_OR_RETURN(const auto ours, books_->Get(Table::kMeta, kTipKey));
    ASSIGN_OR_RETURN(const auto theirs, expected->Get(Table::kMeta, kTipKey));
    if (ours != theirs) Find("the tip record differs from the journal");
    return absl::OkStatus();
  }

  absl::Status CountJournal() {
    ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kMeta, kTipKey));
    if (!bytes) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Tip tip, DecodeTip(*bytes));
    report_.entries = tip.next_sequence - 1;
    report_.chain_hash = HexOf(tip.chain);
    at_us_ = std::max(at_us_, tip.recorded_us);
    ASSIGN_OR_RETURN(JournalCursor cursor, JournalCursor::Make(books_));
    ASSIGN_OR_RETURN(bool found, cursor.SeekAtLeast(0));
    while (found) {
      RETURN_IF_ERROR(CountEntry(cursor.sequence(), cursor.entry()));
      ASSIGN_OR_RETURN(found, cursor.Next());
    }
    return absl::OkStatus();
  }

  absl::Status CountEntry(uint64_t sequence, std::string_view bytes) {
    ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(sequence, bytes));
    report_.commits += std::holds_alternative<CommitLink>(entry.body);
    if (const auto* const drained = std::get_if<UsageDrained>(&entry.body)) {
      report_.from_meters += drained->gpu_time;
      at_us_ = std::max(at_us_, drained->bucket_us);
    }
    if (const auto* const renewed = std::get_if<HoldRenewed>(&entry.body)) {
      CountCharge(renewed->at_us, renewed->charge);
    }
    if (const auto* const closed = std::get_if<HoldClosed>(&entry.body)) {
      CountCharge(closed->at_us, closed->charge);
    }
    return absl::OkStatus();
  }

  void CountCharge(int64_t at_us, GpuTime charge) {
    report_.from_holds += charge;
    if (!charge.zero()) at_us_ = std::max(at_us_, at_us);
  }

  // Every record of how far live counters are drained can be read, and belongs
  // to a file that is known.
  absl::Status CheckLive() {
    RETURN_IF_ERROR(ReadLiveEpoch(books_).status());
    RETURN_IF_ERROR(ReadCarried(books_).status());
    ASSIGN_OR_RETURN(const std::vector<NamedLiveFile> files,
                     ReadLiveFiles(books_));
    for (const NamedLiveFile& named : files) {
      RETURN_IF_ERROR(ReadWatermarks(books_, named.uuid).status());
      RETURN_IF_ERROR(ReadAdmitted(books_, named.uuid).status());
    }
    return absl::OkStatus();
  }

  absl::Status CheckHeld() {
    RETURN_IF_ERROR(HoldTime(books_, {}).status());
    return QuotaBooks(books_, header_.bucket_us, NamesOf(books_))
        .held.CheckSums();
  }

  // Records of one series are neighbours in order of start.
  absl::Status CheckCapacity() {
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                     books_->NewCursor(Table::kCapacity));
    std::string series;
    int64_t end_us = 0;
    ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(std::string(1, '\0')));
    while (found) {
      ASSIGN_OR_RETURN(const CapacityKey key, DecodeCapacityKey(cursor->key()));
      ASSIGN_OR_RETURN(const StoredCapacity stored,
                       DecodeCapacity(cursor->key(), cursor->value()));
      if (series == SeriesOf(cursor->key()) && key.start_us < end_us) {
        Find("capacity of pool #" + std::to_string(key.pool) +
             " is stated twice of " + FormatInstant(key.start_us));
      }
      series = SeriesOf(cursor->key());
      end_us = stored.end_us;
      ASSIGN_OR_RETURN(found, cursor->Next());
    }
    return absl::OkStatus();
  }

  // Reads every run once for its latest instant and once for its usage, since
  // the sum is taken after all of them.
  absl::Status SumRuns() {
    RETURN_IF_ERROR(VisitRuns([this](std::string_view key, const Run& run) {
      ++report_.runs;
      CheckSegments(key, run);
      for (const Segment& segment : run.segments) {
        at_us_ = std::max(at_us_, segment.end_us.value_or(segment.start_us));
      }
    }));
    RETURN_IF_ERROR(SumUsageInstants());
    at_us_ =
        BucketStart(BucketOf(at_us_, header_.bucket_us) + 1, header_.bucket_us);
    report_.at_us = at_us_;
    return VisitRuns([this](std::string_view, const Run& run) {
      for (const Segment& segment : run.segments) {
        report_.from_runs += SegmentTimeUntil(segment, at_us_);
      }
    });
  }

  template <typename Visit>
  absl::Status VisitRuns(const Visit& visit) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                     books_->NewCursor(Table::kRuns));
    ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(std::string(1, '\0')));
    while (found) {
      ASSIGN_OR_RETURN(const Run run,
                       DecodeRun(cursor->key(), cursor->value()));
      visit(cursor->key(), run);
      ASSIGN_OR_RETURN(found, cursor->Next());
    }
    return absl::OkStatus();
  }

  void CheckSegments(std::string_view key, const Run& run) {
    for (size_t i = 0; i < run.segments.size(); ++i) {
      const Segment& segment = run.segments[i];
      const bool last = i + 1 == run.segments.size();
      const bool whole = !segment.end_us || *segment.end_us >= segment.start_us;
      const bool in_order =
          last ||
          (segment.end_us && *segment.end_us <= run.segments[i + 1].start_us);
      if (whole && in_order) continue;
      const RunKey id = DecodeRunKey(key);
      Find("run " + DescribeRun(id.run_id, id.attempt) +
           " has overlapping segments");
    }
  }

  template <typename Visit>
  absl::Status VisitUsage(const Visit& visit) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                     books_->NewCursor(Table::kUsage));
    ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(std::string(1, '\0')));
    while (found) {
      ASSIGN_OR_RETURN(const StoredUsage usage,
                       DecodeUsage(cursor->key(), cursor->value()));
      visit(usage);
      ASSIGN_OR_RETURN(found, cursor->Next());
    }
    return absl::OkStatus();
  }

  absl::Status SumUsageInstants() {
    return VisitUsage([this](const StoredUsage& usage) {
      at_us_ = std::max(at_us_, usage.end_us);
    });
  }

  absl::Status SumUsage() {
    return VisitUsage([this](const StoredUsage& usage) {
      ++report_.usage_records;
      report_.from_usage += usage.gpu_time;
    });
  }

  absl::Status SumBuckets() {
    RETURN_IF_ERROR(VisitCells(books_, [this](const CellKey&, const Cell&) {
      ++report_.cells;
      return absl::OkStatus();
    }));
    ASSIGN_OR_RETURN(const std::vector<Series> all, ReadSeries(books_));
    for (const Series& series : all) {
      RETURN_IF_ERROR(VisitBuckets(
          books_, series, header_.bucket_us, series.first_bucket,
          at_us_ / header_.bucket_us, [this](const BucketSpan& span) {
            report_.in_buckets += (span.from_runs + span.recorded) * span.count;
            return absl::OkStatus();
          }));
    }
    return absl::OkStatus();
  }

  void CheckConservation() {
    const GpuTime facts = report_.from_runs + report_.from_usage +
                          report_.from_meters + report_.from_holds;
    if (facts.valid() && facts == report_.in_buckets) return;
    Find("buckets hold " + FormatGpuSeconds(report_.in_buckets) +
         " GPU-seconds, runs, holds, imported and metered usage " +
         FormatGpuSeconds(facts));
  }

  ReadTransaction* const books_;
  const Header& header_;
  int64_t at_us_;
  VerifyReport report_;
};

}  // namespace

absl::StatusOr<VerifyReport> VerifyBooks(ReadTransaction* books,
                                         const Header& header, int64_t at_us) {
  return Verifier(books, header, at_us).Verify();
}

}  // namespace drawdown
