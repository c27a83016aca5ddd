#include "cli/hold_file.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/row_problems.h"
#include "base/source.h"
#include "cli/amounts.h"

namespace drawdown {
namespace {

constexpr size_t kMaxNamedRows = 20;
// One transaction has them all.
constexpr uint64_t kMaxHolds = 100'000;
constexpr std::string_view kColumns[] = {
    "hold_id", "tenant", "pool", "gpu_hours", "gpu_seconds", "gpus", "for"};

// With the name of the column that an error is of.
template <typename T>
absl::StatusOr<T> Named(std::string_view column, absl::StatusOr<T> value) {
  if (value.ok()) return value;
  return WithContext(value.status(), column);
}

class HoldRows {
 public:
  HoldRows(CsvReader* reader, int64_t ttl_us)
      : reader_(reader), ttl_us_(ttl_us) {}

  absl::Status CheckHeader() const {
    for (const char* name : {"hold_id", "tenant", "pool"}) {
      if (reader_->Column(name) < 0) return Missing(name);
    }
    const bool amount = std::any_of(
        std::begin(kAmounts), std::end(kAmounts),
        [&](const char* name) { return reader_->Column(name) >= 0; });
    return amount ? absl::OkStatus()
                  : Missing("gpu_hours, gpu_seconds or gpus");
  }

  std::vector<std::string> IgnoredColumns() const {
    std::vector<std::string> ignored;
    for (const std::string& name : reader_->header()) {
      const bool known =
          std::any_of(std::begin(kColumns), std::end(kColumns),
                      [&](std::string_view one) { return one == name; });
      if (!known) ignored.push_back(name);
    }
    return ignored;
  }

  absl::StatusOr<HoldRequest> Current() const {
    HoldRequest request;
    request.hold_id = Field("hold_id");
    request.tenant = Field("tenant");
    request.pool = Field("pool");
    request.ttl_us = ttl_us_;
    ASSIGN_OR_RETURN(request.gpu_time, TimeOfRow());
    if (const std::string gpus = Field("gpus"); !gpus.empty()) {
      ASSIGN_OR_RETURN(request.micro_gpus, Named("gpus", ParseGpus(gpus)));
    }
    if (const std::string length = Field("for"); !length.empty()) {
      ASSIGN_OR_RETURN(request.ttl_us, Named("for", ParseLength(length)));
    }
    if (request.gpu_time.zero() && request.micro_gpus == 0) {
      return MakeError(ErrorCode::kBadRow,
                       "it holds neither GPU time nor GPUs");
    }
    return request;
  }

 private:
  static constexpr const char* kAmounts[] = {"gpu_hours", "gpu_seconds",
                                             "gpus"};

  absl::Status Missing(std::string_view name) const {
    return MakeError(
        ErrorCode::kMissingColumn,
        absl::StrCat(reader_->Where(), ": no column ", std::string(name)));
  }

  // "" where there is no such column.
  std::string Field(std::string_view name) const {
    const int column = reader_->Column(name);
    return column < 0 ? "" : std::string(reader_->fields()[column]);
  }

  absl::StatusOr<GpuTime> TimeOfRow() const {
    const std::string hours = Field("gpu_hours");
    const std::string seconds = Field("gpu_seconds");
    if (!hours.empty() && !seconds.empty()) {
      return MakeError(ErrorCode::kBadRow,
                       "gpu_hours and gpu_seconds are both given");
    }
    if (hours.empty() && seconds.empty()) return GpuTime();
    const bool in_hours = !hours.empty();
    const std::string& text = in_hours ? hours : seconds;
    const char* const name = in_hours ? "gpu_hours" : "gpu_seconds";
    ASSIGN_OR_RETURN(
        const GpuTime time,
        Named(name, in_hours ? ParseGpuHours(text) : ParseGpuSeconds(text)));
    if (time >= GpuTime()) return time;
    return MakeError(ErrorCode::kBadRow,
                     absl::StrCat(name, ": ", Quoted(text), " is negative"));
  }

  CsvReader* const reader_;
  const int64_t ttl_us_;
};

}  // namespace

absl::StatusOr<HoldFile> ReadHoldFile(const std::string& path, int64_t ttl_us) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, OpenSource(path));
  CsvLimits limits;
  limits.max_rows = kMaxHolds;
  CsvReader reader(source.get(), limits);
  RETURN_IF_ERROR(reader.ReadHeader());
  const HoldRows rows(&reader, ttl_us);
  RETURN_IF_ERROR(rows.CheckHeader());
  HoldFile file;
  const std::vector<std::string> ignored = rows.IgnoredColumns();
  if (!ignored.empty()) {
    file.notes.push_back(absl::StrCat(
        source->name(), ": not read: ", absl::StrJoin(ignored, ", ")));
  }
  RowProblems problems(kMaxNamedRows);
  std::unordered_map<std::string, std::string> first_of;  // hold id -> where
  ASSIGN_OR_RETURN(bool found, reader.Next());
  while (found) {
    auto request = rows.Current();
    if (request.ok()) {
      request->source = reader.Where();
      const auto [first, fresh] =
          first_of.emplace(request->hold_id, reader.Where());
      if (!fresh) {
        problems.Add(
            reader.Where(),
            MakeError(ErrorCode::kBadRow,
                      absl::StrCat("hold ", request->hold_id,
                                   " stands twice in one batch, first in ",
                                   first->second)));
      }
      file.requests.push_back(*std::move(request));
    } else {
      problems.Add(reader.Where(), request.status());
    }
    ASSIGN_OR_RETURN(found, reader.Next());
  }
  RETURN_IF_ERROR(problems.ToStatus());
  return file;
}

}  // namespace drawdown
