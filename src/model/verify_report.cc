#include "model/verify_report.h"

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/error.h"
#include "base/wide.h"

namespace drawdown {
namespace {

constexpr std::string_view kEnd = "end";
constexpr std::string_view kErrorCode = "error_code";
constexpr std::string_view kErrorMessage = "error";

std::string OneLine(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\\') out.push_back('\\');
    out.push_back(c == '\n' ? 'n' : c);
  }
  return out;
}

std::string ManyLines(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (escaped) ++i;
    out.push_back(escaped && text[i] == 'n' ? '\n' : text[i]);
  }
  return out;
}

void AppendLine(std::string_view key, std::string_view value,
                std::string* out) {
  out->append(key).append("=").append(OneLine(value)).append("\n");
}

// Writes each field a Visit function names.
class Writer {
 public:
  void Field(std::string_view key, const std::string& value) {
    AppendLine(key, value, &text_);
  }
  void Field(std::string_view key, const std::vector<std::string>& values) {
    for (const std::string& value : values) Field(key, value);
  }
  void Field(std::string_view key, GpuTime value) {
    Field(key, Int128ToString(value.count()));
  }
  template <std::integral T>
  void Field(std::string_view key, T value) {
    Field(key, Int128ToString(value));
  }

  std::string Finish() {
    Field(kEnd, true);
    return std::move(text_);
  }

 private:
  std::string text_;
};

// Sets the field a Visit function names when the line is its.
class LineReader {
 public:
  LineReader(std::string_view key, std::string value)
      : key_(key), value_(std::move(value)) {}

  bool ok() const { return ok_; }

  void Field(std::string_view key, std::string& field) {
    if (key == key_) field = value_;
  }
  void Field(std::string_view key, std::vector<std::string>& field) {
    if (key == key_) field.push_back(value_);
  }
  void Field(std::string_view key, GpuTime& field) {
    if (key == key_) field = GpuTime(Number());
  }
  template <std::integral T>
  void Field(std::string_view key, T& field) {
    if (key != key_) return;
    const Int128 number = Number();
    field = static_cast<T>(number);
    if (static_cast<Int128>(field) != number) ok_ = false;
  }

 private:
  Int128 Number() {
    const auto number = ParseScaled(value_, 0);
    ok_ = ok_ && number.ok();
    return number.ok() ? *number : 0;
  }

  std::string_view key_;
  std::string value_;
  bool ok_ = true;
};

// The fields, once, for both directions.
template <typename Visitor, typename Report>
requires std::same_as<std::remove_const_t<Report>, VerifyReport>
void Visit(Visitor& visitor, Report& report) {
  visitor.Field("ok", report.ok);
  visitor.Field("entries", report.entries);
  visitor.Field("commits", report.commits);
  visitor.Field("runs", report.runs);
  visitor.Field("usage_records", report.usage_records);
  visitor.Field("cells", report.cells);
  visitor.Field("from_runs", report.from_runs);
  visitor.Field("from_usage", report.from_usage);
  visitor.Field("from_meters", report.from_meters);
  visitor.Field("from_holds", report.from_holds);
  visitor.Field("in_buckets", report.in_buckets);
  visitor.Field("live", report.live);
  visitor.Field("at_us", report.at_us);
  visitor.Field("chain_hash", report.chain_hash);
  visitor.Field("finding", report.findings);
}

template <typename Visitor, typename Report>
requires std::same_as<std::remove_const_t<Report>, SalvageReport>
void Visit(Visitor& visitor, Report& report) {
  visitor.Field("entries_read", report.entries_read);
  visitor.Field("entries_lost", report.entries_lost);
  visitor.Field("runs", report.runs);
  visitor.Field("usage_records", report.usage_records);
  visitor.Field("contracts", report.contracts);
  visitor.Field("loss", report.losses);
}

struct CarriedError {
  int32_t code = 0;
  std::string message;
};

template <typename Visitor>
void Visit(Visitor& visitor, CarriedError& error) {
  visitor.Field(kErrorCode, error.code);
  visitor.Field(kErrorMessage, error.message);
}

template <typename Report>
std::string Encode(const absl::StatusOr<Report>& report) {
  Writer writer;
  if (report.ok()) {
    Visit(writer, *report);
  } else {
    CarriedError error = {static_cast<int32_t>(GetErrorCode(report.status())),
                          std::string(report.status().message())};
    Visit(writer, error);
  }
  return writer.Finish();
}

absl::Status Incomplete() {
  return MakeError(ErrorCode::kIo,
                   "the report of the checking process is not complete");
}

template <typename Report>
absl::StatusOr<Report> Decode(std::string_view text) {
  Report report;
  CarriedError error;
  bool ended = false;
  while (!text.empty() && !ended) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const size_t equals = line.find('=');
    if (end == text.npos || equals == line.npos) return Incomplete();
    text.remove_prefix(end + 1);
    LineReader reader(line.substr(0, equals),
                      ManyLines(line.substr(equals + 1)));
    Visit(reader, report);
    Visit(reader, error);
    if (!reader.ok()) return Incomplete();
    ended = line.substr(0, equals) == kEnd;
  }
  if (!ended) return Incomplete();
  if (error.code == 0) return report;
  return MakeError(static_cast<ErrorCode>(error.code), error.message);
}

}  // namespace

std::string EncodeVerifyReport(const absl::StatusOr<VerifyReport>& report) {
  return Encode(report);
}

std::string EncodeSalvageReport(const absl::StatusOr<SalvageReport>& report) {
  return Encode(report);
}

absl::StatusOr<VerifyReport> DecodeVerifyReport(std::string_view text) {
  return Decode<VerifyReport>(text);
}

absl::StatusOr<SalvageReport> DecodeSalvageReport(std::string_view text) {
  return Decode<SalvageReport>(text);
}

}  // namespace drawdown
