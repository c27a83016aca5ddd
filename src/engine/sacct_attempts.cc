#include "engine/sacct_attempts.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "base/error.h"
#include "ledger/records.h"

namespace drawdown {
namespace {

uint64_t HashOf(std::string_view text) {
  return absl::HashOf(absl::string_view(text.data(), text.size()));
}

std::pair<uint64_t, uint64_t> HashJob(std::string_view job) {
  return {HashOf(job), std::hash<std::string_view>()(job)};
}

// A run id that ends in a submit time has colons, a SLUID has none.
bool IsBySluid(std::string_view run_id, std::string_view job) {
  return run_id.substr(job.size()).find(':') == run_id.npos;
}

absl::Status OtherIdentity(const SacctRow& row, std::string_view other) {
  return MakeError(
      ErrorCode::kConflict,
      "run " + std::string(row.run_id) + " is the same start as " +
          std::string(other) +
          ", one by SLUID and one by submit time: give all exports the same "
          "columns");
}

// From a start to its end, which an open one does not have.
using Span = std::pair<int64_t, std::optional<int64_t>>;

bool EndsBefore(const Span& one, const Span& other) {
  return one.second && (!other.second || *one.second < *other.second);
}

absl::Status Overlap(const SacctRow& row, const Span& before, const Span& next,
                     bool unsure) {
  const auto& [start_us, end_us] = before;
  return MakeError(ErrorCode::kConflict,
                   "run " + std::string(row.run_id) + " was started at " +
                       FormatInstant(next.first) + ", but its start of " +
                       FormatInstant(start_us) +
                       (end_us ? " ended at " + FormatInstant(*end_us)
                               : std::string(" has not ended")) +
                       ": records of one run overlap" +
                       (unsure ? ", or a time in the zone's repeated hour was "
                                 "read otherwise than it was meant: ask sacct "
                                 "for Elapsed too"
                               : ""));
}

// A run is one start at a time: GPUs of records that overlap would be counted
// twice. Those that the books have already are counted, and stay as they are.
absl::Status CheckSuccession(const SacctRow& row, std::vector<Span> spans,
                             std::vector<Span> in_books, bool unsure) {
  std::sort(spans.begin(), spans.end());
  std::sort(in_books.begin(), in_books.end());
  // Those that end last of the ones before.
  const Span* last = nullptr;
  const Span* last_new = nullptr;
  for (const Span& span : spans) {
    const bool known =
        std::binary_search(in_books.begin(), in_books.end(), span);
    const Span* const before = known ? last_new : last;
    const bool follows =
        before == nullptr || (before->second && *before->second <= span.first);
    if (!follows) return Overlap(row, *before, span, unsure);
    if (last == nullptr || EndsBefore(*last, span)) last = &span;
    if (known) continue;
    if (last_new == nullptr || EndsBefore(*last_new, span)) last_new = &span;
  }
  return absl::OkStatus();
}

std::optional<int64_t> StartOf(const Run& run) {
  if (run.segments.empty()) return std::nullopt;
  return run.segments.front().start_us;
}

struct Known {
  KnownAttempts attempts;
  std::vector<Span> spans;
  std::vector<std::string> others;  // run ids of the job, where all are read
  std::string same_start;  // one of them that is this start by another identity
};

// The attempts of the row's run id that the books have; `all` reads those of
// its job, too.
absl::StatusOr<Known> FindKnown(ReadTransaction* books, const SacctRow& row,
                                bool all) {
  Known known;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kRuns));
  const std::string prefix =
      all ? std::string(row.job) : std::string(row.run_id) + '\0';
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(prefix));
  while (found && cursor->key().starts_with(prefix)) {
    const RunKey key = DecodeRunKey(cursor->key());
    ASSIGN_OR_RETURN(const Run run, DecodeRun(cursor->key(), cursor->value()));
    const std::optional<int64_t> start_us = StartOf(run);
    if (key.run_id == row.run_id) {
      known.attempts[key.attempt] = start_us;
      if (start_us) {
        known.spans.emplace_back(*start_us, run.segments.back().end_us);
      }
    } else {
      known.others.push_back(key.run_id);
      if (start_us == row.start_us &&
          IsBySluid(key.run_id, row.job) != row.by_sluid) {
        known.same_start = key.run_id;
      }
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return known;
}

}  // namespace

std::map<int64_t, uint32_t> NumberAttempts(std::vector<int64_t> starts,
                                           const KnownAttempts& known) {
  std::map<int64_t, uint32_t> numbers;
  std::vector<uint32_t> unmatched;
  for (const auto& [attempt, start_us] : known) {
    const bool there = start_us && std::find(starts.begin(), starts.end(),
                                             *start_us) != starts.end();
    if (!there || !numbers.emplace(*start_us, attempt).second) {
      unmatched.push_back(attempt);
    }
  }
  std::sort(starts.begin(), starts.end());
  auto next_unmatched = unmatched.begin();
  uint32_t next_free = 1;
  for (const int64_t start_us : starts) {
    if (numbers.count(start_us) > 0) continue;
    if (next_unmatched != unmatched.end()) {
      numbers[start_us] = *next_unmatched++;
      continue;
    }
    while (known.count(next_free) > 0) ++next_free;
    numbers[start_us] = next_free++;
  }
  return numbers;
}

void SacctAttempts::Add(const SacctRow& row) {
  Job& job = jobs_[HashJob(row.job)];
  job.AddKind(row.by_sluid);
  const uint64_t id_hash = HashOf(row.run_id);
  // Once each, however often overlapping exports list it.
  for (Record& record : job.records) {
    if (record.start_us != row.start_us || record.id_hash != id_hash) continue;
    if (!record.end_us) record.end_us = row.end_us;
    return;
  }
  const bool unsure = row.span.repeats() && !row.told;
  job.records.push_back(
      {*row.start_us, row.end_us, id_hash, row.by_sluid, 0, unsure});
}

absl::Status SacctAttempts::NumberAll(ReadTransaction* books,
                                      const SacctRow& row, Job* job) {
  const uint64_t id_hash = HashOf(row.run_id);
  std::vector<int64_t> starts;
  std::vector<Span> spans;
  bool unsure = false;
  for (const Record& record : job->records) {
    if (record.id_hash == id_hash) {
      unsure = unsure || record.unsure;
      starts.push_back(record.start_us);
      spans.emplace_back(record.start_us, record.end_us);
    } else if (record.start_us == row.start_us &&
               record.by_sluid != row.by_sluid) {
      return OtherIdentity(row, "another record of the input");
    }
  }
  ASSIGN_OR_RETURN(const Known known,
                   FindKnown(books, row, !job->read || job->mixed()));
  for (const std::string& other : known.others) {
    job->AddKind(IsBySluid(other, row.job));
  }
  job->read = true;
  if (!known.same_start.empty()) {
    return OtherIdentity(row, known.same_start + " in the books");
  }
  RETURN_IF_ERROR(CheckSuccession(row, std::move(spans), known.spans, unsure));
  const std::map<int64_t, uint32_t> numbers =
      NumberAttempts(std::move(starts), known.attempts);
  for (Record& record : job->records) {
    if (record.id_hash == id_hash) {
      record.attempt = numbers.at(record.start_us);
    }
  }
  return absl::OkStatus();
}

uint32_t SacctAttempts::AttemptOf(const Job& job, const SacctRow& row) {
  const uint64_t id_hash = HashOf(row.run_id);
  for (const Record& record : job.records) {
    if (record.start_us == row.start_us && record.id_hash == id_hash) {
      return record.attempt;
    }
  }
  return 0;
}

absl::StatusOr<uint32_t> SacctAttempts::Number(ReadTransaction* books,
                                               const SacctRow& row) {
  Job& job = jobs_[HashJob(row.job)];
  // All of a run id are numbered at once; whether a start is there by another
  // identity, too, is asked for each.
  const uint32_t attempt = job.mixed() ? 0 : AttemptOf(job, row);
  if (attempt > 0) return attempt;
  RETURN_IF_ERROR(NumberAll(books, row, &job));
  return Numbered(row);
}

absl::StatusOr<uint32_t> SacctAttempts::Numbered(const SacctRow& row) const {
  const auto found = jobs_.find(HashJob(row.job));
  const uint32_t attempt =
      found != jobs_.end() ? AttemptOf(found->second, row) : 0;
  if (attempt > 0) return attempt;
  return MakeError(ErrorCode::kBadInput, "run " + std::string(row.run_id) +
                                             ": the input changed while it "
                                             "was read");
}

}  // namespace drawdown
