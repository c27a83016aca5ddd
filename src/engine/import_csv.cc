#include "engine/import_csv.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace drawdown {
namespace {

// Positions in the column lists below.
enum RunColumn : size_t {
  kRunId,
  kRunTenant,
  kRunPool,
  kRunGpus,
  kRunStart,
  kRunEnd,
  kRunState,
  kRunAttempt,
};
constexpr size_t kRequiredRunColumns = 6;

enum UsageColumn : size_t {
  kUsageId,
  kUsageTenant,
  kUsagePool,
  kUsageStart,
  kUsageEnd,
  kUsageGpuSeconds,
};
constexpr size_t kRequiredUsageColumns = 6;

enum CapacityColumn : size_t {
  kCapacityPool,
  kCapacityStart,
  kCapacityEnd,
  kCapacityGpus,
  kCapacityState,
  kCapacityId,
};
constexpr size_t kRequiredCapacityColumns = 5;

absl::StatusOr<uint32_t> ParseAttempt(std::string_view text) {
  if (text.empty()) return 1;
  uint32_t attempt = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), attempt);
  if (error != std::errc() || end != text.data() + text.size()) {
    return MakeError(ErrorCode::kBadNumber,
                     "\"" + std::string(text) + "\" is not a whole number");
  }
  return attempt;
}

absl::StatusOr<CapacityState> ParseState(std::string_view text) {
  const std::optional<CapacityState> state = ParseCapacityState(text);
  if (state) return *state;
  return MakeError(ErrorCode::kBadRow,
                   Quoted(text) + " is not delivered, excluded or replaced");
}

// The instants of a row that needs both.
absl::Status ParseSpan(ImportCsv* csv, size_t start_column, size_t end_column,
                       int64_t* start_us, int64_t* end_us) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> start,
                   csv->Instant(start_column));
  ASSIGN_OR_RETURN(const std::optional<int64_t> end, csv->Instant(end_column));
  if (!start || !end) {
    return MakeError(ErrorCode::kBadRow, "start and end must both be given");
  }
  *start_us = *start;
  *end_us = *end;
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<T> InColumn(absl::StatusOr<T> value, std::string_view column) {
  if (value.ok()) return value;
  return WithContext(value.status(), column);
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += text.empty() ? name : ", " + name;
  }
  return text;
}

}  // namespace

ImportCsv::ImportCsv(Source* source, const ImportOptions& options,
                     std::vector<std::string> columns, size_t required)
    : reader_(source),
      options_(options),
      columns_(std::move(columns)),
      required_(required) {}

std::string ImportCsv::FileColumn(const std::string& ours) const {
  for (const auto& [name, file_name] : options_.columns) {
    if (name == ours) return file_name;
  }
  return ours;
}

absl::Status ImportCsv::ReadHeader() {
  for (const auto* mapping : {&options_.columns, &options_.constants}) {
    for (const auto& [name, value] : *mapping) {
      if (std::find(columns_.begin(), columns_.end(), name) == columns_.end()) {
        return MakeError(ErrorCode::kInvalidArgument,
                         "\"" + name + "\" is not a column of this import: " +
                             Join(columns_));
      }
    }
  }
  RETURN_IF_ERROR(reader_.ReadHeader());
  std::vector<std::string> missing;
  index_.clear();
  constant_.assign(columns_.size(), std::nullopt);
  for (size_t i = 0; i < columns_.size(); ++i) {
    for (const auto& [name, value] : options_.constants) {
      if (name == columns_[i]) constant_[i] = value;
    }
    const std::string file_column = FileColumn(columns_[i]);
    index_.push_back(reader_.Column(file_column));
    const bool mapped = file_column != columns_[i];
    if (index_[i] < 0 && !constant_[i] && (i < required_ || mapped)) {
      missing.push_back(mapped ? file_column + " (for " + columns_[i] + ")"
                               : columns_[i]);
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kMissingColumn,
                   reader_.Where() + ": missing column(s) " + Join(missing) +
                       "; the file has " + Join(reader_.header()));
}

std::string_view ImportCsv::Field(size_t i) const {
  if (constant_[i]) return *constant_[i];
  if (index_[i] < 0) return {};
  return reader_.fields()[index_[i]];
}

std::vector<std::string> ImportCsv::IgnoredColumns() const {
  std::vector<std::string> ignored;
  const auto& header = reader_.header();
  for (size_t column = 0; column < header.size(); ++column) {
    bool read = false;
    for (size_t i = 0; i < index_.size(); ++i) {
      read |= !constant_[i] && index_[i] == static_cast<int>(column);
    }
    if (!read) ignored.push_back(header[column]);
  }
  return ignored;
}

absl::StatusOr<std::optional<int64_t>> ImportCsv::Instant(size_t i) {
  const std::string_view text = Field(i);
  if (text.empty()) return std::optional<int64_t>();
  bool ambiguous = false;
  auto instant = ParseInstant(text, options_.zone, &ambiguous);
  if (!instant.ok()) return WithContext(instant.status(), columns_[i]);
  ambiguous_times_ += ambiguous;
  return std::optional<int64_t>(*instant);
}

ImportCsv RunCsv(Source* source, const ImportOptions& options) {
  return ImportCsv(
      source, options,
      {"run_id", "tenant", "pool", "gpus", "start", "end", "state", "attempt"},
      kRequiredRunColumns);
}

ImportCsv UsageCsv(Source* source, const ImportOptions& options) {
  return ImportCsv(
      source, options,
      {"usage_id", "tenant", "pool", "start", "end", "gpu_seconds"},
      kRequiredUsageColumns);
}

ImportCsv CapacityCsv(Source* source, const ImportOptions& options) {
  return ImportCsv(source, options,
                   {"pool", "start", "end", "gpus", "state", "capacity_id"},
                   kRequiredCapacityColumns);
}

absl::StatusOr<RunRowView> ParseRunRow(ImportCsv* csv) {
  RunRowView row;
  row.run_id = csv->Field(kRunId);
  row.tenant = csv->Field(kRunTenant);
  row.pool = csv->Field(kRunPool);
  row.state = csv->Field(kRunState);
  ASSIGN_OR_RETURN(row.attempt,
                   InColumn(ParseAttempt(csv->Field(kRunAttempt)), "attempt"));
  ASSIGN_OR_RETURN(row.micro_gpus,
                   InColumn(ParseGpus(csv->Field(kRunGpus)), "gpus"));
  ASSIGN_OR_RETURN(row.start_us, csv->Instant(kRunStart));
  ASSIGN_OR_RETURN(row.end_us, csv->Instant(kRunEnd));
  return row;
}

absl::StatusOr<UsageRowView> ParseUsageRow(ImportCsv* csv) {
  UsageRowView row;
  row.usage_id = csv->Field(kUsageId);
  row.tenant = csv->Field(kUsageTenant);
  row.pool = csv->Field(kUsagePool);
  RETURN_IF_ERROR(
      ParseSpan(csv, kUsageStart, kUsageEnd, &row.start_us, &row.end_us));
  ASSIGN_OR_RETURN(
      row.gpu_time,
      InColumn(ParseGpuSeconds(csv->Field(kUsageGpuSeconds)), "gpu_seconds"));
  return row;
}

absl::StatusOr<CapacityRowView> ParseCapacityRow(ImportCsv* csv) {
  CapacityRowView row;
  row.pool = csv->Field(kCapacityPool);
  row.capacity_id = csv->Field(kCapacityId);
  ASSIGN_OR_RETURN(row.micro_gpus,
                   InColumn(ParseGpus(csv->Field(kCapacityGpus)), "gpus"));
  RETURN_IF_ERROR(
      ParseSpan(csv, kCapacityStart, kCapacityEnd, &row.start_us, &row.end_us));
  ASSIGN_OR_RETURN(row.state,
                   InColumn(ParseState(csv->Field(kCapacityState)), "state"));
  return row;
}

}  // namespace drawdown
