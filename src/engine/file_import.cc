#include "engine/file_import.h"

namespace drawdown {
namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

}  // namespace

void ImportProgress::At(uint64_t done) {
  // A clock read per row would cost more than the row's checks.
  if (!callback_ || ++calls_ % 1'024 != 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kProgressInterval) return;
  last_ = now;
  callback_(phase_, done, total_);
}

absl::StatusOr<Sources> OpenSources(const std::vector<std::string>& paths) {
  Sources sources;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::unique_ptr<Source> source, OpenSource(path));
    sources.push_back(std::move(source));
  }
  return sources;
}

void CountVerdict(Verdict verdict, ImportResult* result) {
  switch (verdict) {
    case Verdict::kNew:
      ++result->inserted;
      break;
    case Verdict::kUpdate:
      ++result->updated;
      break;
    case Verdict::kUnchanged:
      ++result->unchanged;
      break;
  }
}

void CountRow(const RunRowView& row, ImportResult* result) {
  ++result->rows;
  result->never_started += !row.start_us;
  result->open += row.start_us && !row.end_us;
  result->zero_gpu += row.micro_gpus == 0;
}
void CountRow(const UsageRowView&, ImportResult* result) { ++result->rows; }
void CountRow(const CapacityRowView&, ImportResult* result) { ++result->rows; }

void AddCountNote(uint64_t count, std::string_view what, ImportResult* result) {
  if (count == 0) return;
  result->notes.push_back(std::to_string(count) + " " + std::string(what));
}

absl::StatusOr<Verdict> PostRow(Posting* posting, const RunRowView& row,
                                bool strict) {
  RunImported fact = {row.run_id,     row.attempt,  0,          0,
                      row.micro_gpus, row.start_us, row.end_us, row.state};
  ASSIGN_OR_RETURN(fact.tenant,
                   posting->Intern(NameKind::kTenant, row.tenant, strict));
  ASSIGN_OR_RETURN(fact.pool,
                   posting->Intern(NameKind::kPool, row.pool, strict));
  return posting->Post(fact);
}

absl::StatusOr<Verdict> PostRow(Posting* posting, const UsageRowView& row,
                                bool strict) {
  UsageAdded fact = {row.usage_id, 0,         0, row.start_us, row.end_us,
                     row.gpu_time, row.source};
  ASSIGN_OR_RETURN(fact.tenant,
                   posting->Intern(NameKind::kTenant, row.tenant, strict));
  ASSIGN_OR_RETURN(fact.pool,
                   posting->Intern(NameKind::kPool, row.pool, strict));
  return posting->Post(fact);
}

absl::StatusOr<Verdict> PostRow(Posting* posting, const CapacityRowView& row,
                                bool strict) {
  CapacityStated fact = {
      0, row.state, row.capacity_id, row.start_us, row.end_us, row.micro_gpus};
  ASSIGN_OR_RETURN(fact.pool,
                   posting->Intern(NameKind::kPool, row.pool, strict));
  return posting->Post(fact);
}

}  // namespace drawdown
