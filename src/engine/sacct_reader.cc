#include "engine/sacct_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/civil.h"
#include "base/error.h"
#include "engine/sacct_fields.h"

namespace drawdown {
namespace {

bool IsAlphanumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
}

bool IsJobNumber(std::string_view text) {
  return !text.empty() && text.front() != '0' &&
         text.find_first_not_of("0123456789") == text.npos;
}

absl::Status Refuse(std::string_view why) {
  return MakeError(ErrorCode::kBadRow, why);
}

}  // namespace

SacctReader::SacctReader(Source* source, const ImportOptions& options,
                         const SacctReadings* readings)
    : reader_(source), options_(options), readings_(readings) {}

std::string_view SacctReader::NameOf(Column column) {
  static constexpr std::array<std::string_view, kColumns> kNames = {
      "Cluster", "JobIDRaw", "JobID",     "SLUID",   "Submit",   "Start",
      "End",     "State",    "AllocTRES", "Elapsed", "Suspended"};
  return kNames[column];
}

absl::Status SacctReader::CheckOptions() const {
  for (const auto* mapping : {&options_.columns, &options_.constants}) {
    for (const auto& pair : *mapping) {
      const std::string& name = pair.first;
      if (name == "tenant" || name == "pool" || name == "cluster") continue;
      return MakeError(ErrorCode::kInvalidArgument,
                       Quoted(name) +
                           " is not a column of this import: tenant, pool, "
                           "cluster");
    }
  }
  return absl::OkStatus();
}

void SacctReader::FindPath(const std::string& ours,
                           const std::string& otherwise, PathSource* source,
                           std::vector<std::string>* missing) const {
  for (const auto& [name, value] : options_.constants) {
    if (name == ours) source->constant = value;
  }
  if (source->constant) return;
  std::string theirs = otherwise;
  for (const auto& [name, value] : options_.columns) {
    if (name == ours) theirs = value;
  }
  if (theirs.empty()) {
    missing->push_back(ours + " (say --set " + ours + "=..., or --columns " +
                       ours + "=Partition)");
    return;
  }
  for (const absl::string_view part : absl::StrSplit(theirs, '/')) {
    const int column =
        reader_.Column(std::string_view(part.data(), part.size()));
    if (column < 0) {
      missing->push_back(std::string(part) + " (for " + ours + ")");
    }
    source->columns.push_back(column);
  }
}

std::vector<std::string> SacctReader::MissingColumns() const {
  std::vector<std::string> missing;
  for (const Column column : {kStart, kEnd, kState, kAllocTres}) {
    if (index_[column] < 0) missing.emplace_back(NameOf(column));
  }
  if (index_[kJobIdRaw] < 0 && index_[kJobId] < 0) {
    missing.emplace_back("JobIDRaw");
  }
  if (index_[kSluid] < 0 && index_[kSubmit] < 0) {
    missing.emplace_back("Submit or SLUID");
  }
  return missing;
}

absl::Status SacctReader::ReadHeader() {
  RETURN_IF_ERROR(CheckOptions());
  RETURN_IF_ERROR(reader_.ReadHeader());
  for (size_t i = 0; i < kColumns; ++i) {
    index_[i] = reader_.Column(NameOf(static_cast<Column>(i)));
  }
  std::vector<std::string> missing = MissingColumns();
  FindPath("cluster", "Cluster", &cluster_, &missing);
  FindPath("tenant", "Account", &tenant_, &missing);
  FindPath("pool", "", &pool_, &missing);
  if (missing.empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kMissingColumn,
                   absl::StrCat(reader_.Where(), ": missing column(s) ",
                                absl::StrJoin(missing, ", "), "; the file has ",
                                absl::StrJoin(reader_.header(), ", ")));
}

std::string_view SacctReader::Field(Column column) const {
  return index_[column] < 0 ? std::string_view()
                            : reader_.fields()[index_[column]];
}

std::string SacctReader::TextOf(const PathSource& source) const {
  if (source.constant) return *source.constant;
  std::string text;
  for (size_t i = 0; i < source.columns.size(); ++i) {
    if (i > 0) text.push_back('/');
    text.append(reader_.fields()[source.columns[i]]);
  }
  return text;
}

std::vector<std::string> SacctReader::IgnoredColumns() const {
  std::vector<std::string> ignored;
  for (size_t i = 0; i < reader_.header().size(); ++i) {
    const int column = static_cast<int>(i);
    bool read = std::find(index_.begin(), index_.end(), column) != index_.end();
    for (const PathSource* source : {&tenant_, &pool_, &cluster_}) {
      read |= std::find(source->columns.begin(), source->columns.end(),
                        column) != source->columns.end();
    }
    if (!read) ignored.push_back(reader_.header()[i]);
  }
  return ignored;
}

absl::StatusOr<bool> SacctReader::Next() {
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader_.Next());
    if (!more) return false;
    if (IsSacctStep(Field(kJobIdRaw)) || IsSacctStep(Field(kJobId))) {
      ++counts_.steps;
    } else if (IsAbsentInSacct(Field(kStart)) ||
               SacctStateName(Field(kState)) == "PENDING") {
      // A pending job may show when it is expected to start. What it is to get
      // and from whom may still change, so it is no run yet.
      ++counts_.never_started;
    } else {
      return true;
    }
  }
}

absl::StatusOr<std::optional<int64_t>> SacctReader::Instant(
    Column column, int64_t* second_us) {
  const std::string_view text = Field(column);
  if (IsAbsentInSacct(text)) return std::optional<int64_t>();
  bool ambiguous = false;
  const auto instant = ParseInstant(text, options_.zone, &ambiguous);
  if (!instant.ok()) return WithContext(instant.status(), NameOf(column));
  ambiguous_times_ += ambiguous;
  if (ambiguous && second_us != nullptr) {
    ASSIGN_OR_RETURN(*second_us, RepeatedBy(*instant));
  }
  return std::optional<int64_t>(*instant);
}

absl::StatusOr<int64_t> SacctReader::RepeatedBy(int64_t instant_us) const {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(options_.zone));
  const absl::TimeZone::TimeInfo info =
      zone.At(CivilOfInstant(instant_us, zone));
  return absl::ToUnixMicros(info.post) - absl::ToUnixMicros(info.pre);
}

// The number that Slurm itself uses: that of an array's task or of a part of a
// heterogeneous job is not the one that JobID shows.
absl::StatusOr<std::string_view> SacctReader::JobNumber() const {
  const bool raw = index_[kJobIdRaw] >= 0;
  const std::string_view text = Field(raw ? kJobIdRaw : kJobId);
  if (IsJobNumber(text)) return text;
  if (raw) return Refuse("JobIDRaw " + Quoted(text) + " is not a number");
  return Refuse("JobID " + Quoted(text) +
                " is not a number: ask sacct for JobIDRaw too");
}

absl::Status SacctReader::Identify(SacctRow* row) {
  ASSIGN_OR_RETURN(const std::string_view number, JobNumber());
  const std::string cluster = TextOf(cluster_);
  if (cluster.empty()) return Refuse("Cluster is empty");
  job_text_ = absl::StrCat(cluster, "/", std::string(number), "@");
  row->job = job_text_;
  const std::string_view sluid = Field(kSluid);
  row->by_sluid = !IsAbsentInSacct(sluid);
  if (row->by_sluid) {
    if (!IsAlphanumeric(sluid)) {
      return Refuse("SLUID " + Quoted(sluid) + " is not letters and digits");
    }
    run_id_ = job_text_ + std::string(sluid);
  } else {
    ASSIGN_OR_RETURN(const auto submit, Instant(kSubmit));
    if (!submit) {
      return Refuse(
          "neither Submit nor SLUID has a value: job ids are used "
          "again, so one of them must");
    }
    run_id_ = job_text_ + FormatInstant(*submit);
    row->span.submit_us = *submit;
  }
  row->run_id = run_id_;
  return absl::OkStatus();
}

absl::Status SacctReader::ReadTimes(SacctRow* row) {
  ASSIGN_OR_RETURN(row->start_us, Instant(kStart, &row->span.second.start_us));
  ASSIGN_OR_RETURN(row->end_us, Instant(kEnd, &row->span.second.end_us));
  row->span.start_us = *row->start_us;
  row->span.end_us = row->end_us;
  const std::string_view state = Field(kState);
  // While a job runs its state may go back and forth; a final one stays.
  if (row->end_us) row->state = state;
  if (row->end_us || MayStillRunInSacct(state)) return absl::OkStatus();
  return Refuse("State is " + Quoted(state) + " but End is " +
                Quoted(Field(kEnd)) +
                ": it would accrue for ever; let `sacctmgr show runawayjobs` "
                "mend it, give the row an end, or leave it out and import it "
                "later");
}

absl::Status SacctReader::ReadGpus(SacctRow* row) {
  const auto gpus = ParseAllocTres(Field(kAllocTres));
  if (!gpus.ok()) return WithContext(gpus.status(), NameOf(kAllocTres));
  row->micro_gpus = gpus->micro_gpus;
  counts_.shares += gpus->shares;
  counts_.several_types += gpus->types > 1;
  return absl::OkStatus();
}

void SacctReader::ChooseReadings(std::optional<int64_t> elapsed_us,
                                 int64_t suspended_us, SacctRow* row) {
  if (!row->span.repeats()) return;
  row->told = ShiftOf(row->span, elapsed_us, suspended_us);
  const SacctShift shift = readings_ != nullptr
                               ? readings_->Of(row->run_id, row->span)
                               : row->told.value_or(SacctShift());
  *row->start_us += shift.start_us;
  if (row->end_us) *row->end_us += shift.end_us;
  ambiguous_times_ -= (shift.start_us != 0) + (shift.end_us != 0);
}

// Slurm's own account of the time, as a check of ours.
absl::Status SacctReader::CompareElapsed(SacctRow* row) {
  const auto elapsed = ParseSacctDuration(Field(kElapsed));
  if (!elapsed.ok()) return WithContext(elapsed.status(), NameOf(kElapsed));
  const auto paused = ParseSacctDuration(Field(kSuspended));
  if (!paused.ok()) return WithContext(paused.status(), NameOf(kSuspended));
  const int64_t suspended_us = paused->value_or(0);
  counts_.suspended += suspended_us > 0;
  counts_.suspended_us += suspended_us;
  ChooseReadings(*elapsed, suspended_us, row);
  if (!*elapsed || !row->end_us) return absl::OkStatus();
  const int64_t span_us = *row->end_us - *row->start_us;
  const bool same = span_us == **elapsed || span_us == **elapsed + suspended_us;
  if (!same && counts_.elapsed_differs++ == 0) {
    counts_.elapsed_where = reader_.Where();
  }
  return absl::OkStatus();
}

absl::StatusOr<SacctRow> SacctReader::Parse() {
  SacctRow row;
  RETURN_IF_ERROR(Identify(&row));
  RETURN_IF_ERROR(ReadTimes(&row));
  RETURN_IF_ERROR(ReadGpus(&row));
  RETURN_IF_ERROR(CompareElapsed(&row));
  tenant_text_ = TextOf(tenant_);
  pool_text_ = TextOf(pool_);
  row.tenant = tenant_text_;
  row.pool = pool_text_;
  return row;
}

}  // namespace drawdown
