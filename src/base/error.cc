#include "base/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "base/check.h"

namespace drawdown {
namespace {

constexpr char kPayloadUrl[] = "drawdown.ErrorCode";
constexpr size_t kMaxQuotedBytes = 80;

struct CodeInfo {
  ErrorCode code;
  std::string_view name;
  absl::StatusCode canonical;
};

constexpr CodeInfo kCodes[] = {
    {ErrorCode::kOk, "ok", absl::StatusCode::kOk},
    {ErrorCode::kBadNumber, "bad_number", absl::StatusCode::kInvalidArgument},
    {ErrorCode::kBadTime, "bad_time", absl::StatusCode::kInvalidArgument},
    {ErrorCode::kBadCsv, "bad_csv", absl::StatusCode::kInvalidArgument},
    {ErrorCode::kMissingColumn, "missing_column",
     absl::StatusCode::kInvalidArgument},
    {ErrorCode::kBadRow, "bad_row", absl::StatusCode::kInvalidArgument},
    {ErrorCode::kConflict, "conflict", absl::StatusCode::kAlreadyExists},
    {ErrorCode::kBadContract, "bad_contract",
     absl::StatusCode::kInvalidArgument},
    {ErrorCode::kUnknownFormat, "unknown_format",
     absl::StatusCode::kInvalidArgument},
    {ErrorCode::kUnknownName, "unknown_name",
     absl::StatusCode::kInvalidArgument},
    {ErrorCode::kTooOld, "too_old", absl::StatusCode::kInvalidArgument},
    {ErrorCode::kOverflow, "overflow", absl::StatusCode::kOutOfRange},
    {ErrorCode::kBadInput, "bad_input", absl::StatusCode::kInvalidArgument},
    {ErrorCode::kInvalidArgument, "invalid_argument",
     absl::StatusCode::kInvalidArgument},
    {ErrorCode::kNotFound, "not_found", absl::StatusCode::kNotFound},
    {ErrorCode::kWrongState, "wrong_state",
     absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kUnsupported, "unsupported", absl::StatusCode::kUnimplemented},
    {ErrorCode::kHoldRequired, "hold_required",
     absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kNotALedger, "not_a_ledger",
     absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kLedgerExists, "ledger_exists",
     absl::StatusCode::kAlreadyExists},
    {ErrorCode::kLedgerVersion, "ledger_version",
     absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kUnsupportedLmdb, "unsupported_lmdb",
     absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kUnsupportedFilesystem, "unsupported_filesystem",
     absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kBusy, "busy", absl::StatusCode::kUnavailable},
    {ErrorCode::kDiskFull, "disk_full", absl::StatusCode::kResourceExhausted},
    {ErrorCode::kIo, "io", absl::StatusCode::kInternal},
    {ErrorCode::kCorrupt, "corrupt", absl::StatusCode::kDataLoss},
    {ErrorCode::kAlreadyOpen, "already_open",
     absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kForked, "forked", absl::StatusCode::kFailedPrecondition},
    {ErrorCode::kUncertain, "uncertain", absl::StatusCode::kAborted},
    {ErrorCode::kVerifyFailed, "verify_failed", absl::StatusCode::kDataLoss},
    {ErrorCode::kForeignNamespace, "foreign_namespace",
     absl::StatusCode::kFailedPrecondition},
};

const CodeInfo* FindCode(ErrorCode code) {
  for (const CodeInfo& info : kCodes) {
    if (info.code == code) return &info;
  }
  return nullptr;
}

// For statuses that other libraries made.
ErrorCode NearestCode(absl::StatusCode canonical) {
  switch (canonical) {
    case absl::StatusCode::kOk:
      return ErrorCode::kOk;
    case absl::StatusCode::kInvalidArgument:
      return ErrorCode::kInvalidArgument;
    case absl::StatusCode::kNotFound:
      return ErrorCode::kNotFound;
    case absl::StatusCode::kAlreadyExists:
      return ErrorCode::kConflict;
    case absl::StatusCode::kFailedPrecondition:
      return ErrorCode::kWrongState;
    case absl::StatusCode::kOutOfRange:
      return ErrorCode::kOverflow;
    case absl::StatusCode::kUnimplemented:
      return ErrorCode::kUnsupported;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ErrorCode::kBusy;
    case absl::StatusCode::kResourceExhausted:
      return ErrorCode::kDiskFull;
    case absl::StatusCode::kAborted:
      return ErrorCode::kUncertain;
    case absl::StatusCode::kDataLoss:
      return ErrorCode::kCorrupt;
    default:
      return ErrorCode::kIo;
  }
}

absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

}  // namespace

ErrorCode GetErrorCode(const absl::Status& status) {
  if (const auto payload = status.GetPayload(kPayloadUrl)) {
    int32_t number = 0;
    if (absl::SimpleAtoi(std::string(*payload), &number)) {
      return static_cast<ErrorCode>(number);
    }
  }
  return NearestCode(status.code());
}

std::string_view ErrorCodeName(ErrorCode code) {
  const CodeInfo* info = FindCode(code);
  return info == nullptr ? "unknown" : info->name;
}

absl::Status MakeError(ErrorCode code, std::string_view message) {
  const CodeInfo* info = FindCode(code);
  CHECK(info != nullptr && code != ErrorCode::kOk);
  absl::Status status(info->canonical, ToAbsl(message));
  status.SetPayload(kPayloadUrl,
                    absl::Cord(absl::StrCat(static_cast<int32_t>(code))));
  return status;
}

absl::Status WithContext(const absl::Status& status, std::string_view context) {
  if (status.ok()) return status;
  absl::Status result(status.code(),
                      absl::StrCat(ToAbsl(context), ": ", status.message()));
  status.ForEachPayload(
      [&result](absl::string_view url, const absl::Cord& payload) {
        result.SetPayload(url, payload);
      });
  return result;
}

std::string Quoted(std::string_view text) {
  std::string_view shown = text.substr(0, kMaxQuotedBytes);
  if (shown.size() < text.size()) {
    const auto continues = [&text](size_t i) {
      return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    };
    while (!shown.empty() && continues(shown.size())) shown.remove_suffix(1);
  }
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(ToAbsl(shown)), "\"",
                      shown.size() < text.size() ? "..." : "");
}

}  // namespace drawdown
