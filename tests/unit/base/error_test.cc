#include "base/error.h"

#include <cctype>
#include <set>
#include <string>

#include "absl/strings/cord.h"
#include "gmock/gmock.h"

namespace drawdown {
namespace {

struct CodeCase {
  ErrorCode code;
  const char* name;
  absl::StatusCode canonical;
};

constexpr CodeCase kCases[] = {
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

// No default: a new enumerator does not compile until it is listed here, and
// the count in EveryCodeIsACase then asks for its case.
constexpr bool IsListed(ErrorCode code) {
  switch (code) {
    case ErrorCode::kOk:
    case ErrorCode::kBadNumber:
    case ErrorCode::kBadTime:
    case ErrorCode::kBadCsv:
    case ErrorCode::kMissingColumn:
    case ErrorCode::kBadRow:
    case ErrorCode::kConflict:
    case ErrorCode::kBadContract:
    case ErrorCode::kUnknownFormat:
    case ErrorCode::kUnknownName:
    case ErrorCode::kTooOld:
    case ErrorCode::kOverflow:
    case ErrorCode::kBadInput:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kWrongState:
    case ErrorCode::kUnsupported:
    case ErrorCode::kHoldRequired:
    case ErrorCode::kNotALedger:
    case ErrorCode::kLedgerExists:
    case ErrorCode::kLedgerVersion:
    case ErrorCode::kUnsupportedLmdb:
    case ErrorCode::kUnsupportedFilesystem:
    case ErrorCode::kBusy:
    case ErrorCode::kDiskFull:
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kAlreadyOpen:
    case ErrorCode::kForked:
    case ErrorCode::kUncertain:
    case ErrorCode::kVerifyFailed:
    case ErrorCode::kForeignNamespace:
      return true;
  }
  return false;
}

TEST(Error, EveryCodeIsACase) {
  size_t listed = 0;
  for (int number = 0; number < 1'000; ++number) {
    listed += IsListed(static_cast<ErrorCode>(number)) ? 1 : 0;
  }
  EXPECT_EQ(listed, std::size(kCases) + 1) << "kOk and one case per other code";
}

TEST(Error, CarriesItsCode) {
  for (const CodeCase& c : kCases) {
    const absl::Status status = MakeError(c.code, "what happened");
    EXPECT_EQ(GetErrorCode(status), c.code) << c.name;
    EXPECT_EQ(status.code(), c.canonical) << c.name;
    EXPECT_EQ(status.message(), "what happened");
  }
}

TEST(Error, StoresItsCodeAsDecimalText) {
  const absl::Status status = MakeError(ErrorCode::kDiskFull, "x");
  ASSERT_TRUE(status.GetPayload("drawdown.ErrorCode").has_value());
  EXPECT_EQ(std::string(*status.GetPayload("drawdown.ErrorCode")), "307");
}

TEST(Error, NamesAreStableAndDistinct) {
  std::set<std::string_view> names = {ErrorCodeName(ErrorCode::kOk)};
  for (const CodeCase& c : kCases) {
    EXPECT_EQ(ErrorCodeName(c.code), c.name);
    EXPECT_TRUE(names.insert(ErrorCodeName(c.code)).second) << c.name;
  }
  EXPECT_EQ(ErrorCodeName(ErrorCode::kOk), "ok");
  EXPECT_EQ(ErrorCodeName(static_cast<ErrorCode>(999)), "unknown");
}

TEST(Error, KeepsCodesOfNewerVersions) {
  absl::Status status(absl::StatusCode::kInternal, "from the future");
  status.SetPayload("drawdown.ErrorCode", absl::Cord("999"));
  EXPECT_EQ(GetErrorCode(status), static_cast<ErrorCode>(999));
}

TEST(Error, TakesTheNearestCodeOfForeignStatuses) {
  const struct {
    absl::Status status;
    ErrorCode code;
  } cases[] = {
      {absl::OkStatus(), ErrorCode::kOk},
      {absl::InvalidArgumentError("x"), ErrorCode::kInvalidArgument},
      {absl::NotFoundError("x"), ErrorCode::kNotFound},
      {absl::AlreadyExistsError("x"), ErrorCode::kConflict},
      {absl::FailedPreconditionError("x"), ErrorCode::kWrongState},
      {absl::OutOfRangeError("x"), ErrorCode::kOverflow},
      {absl::UnimplementedError("x"), ErrorCode::kUnsupported},
      {absl::UnavailableError("x"), ErrorCode::kBusy},
      {absl::DeadlineExceededError("x"), ErrorCode::kBusy},
      {absl::ResourceExhaustedError("x"), ErrorCode::kDiskFull},
      {absl::AbortedError("x"), ErrorCode::kUncertain},
      {absl::DataLossError("x"), ErrorCode::kCorrupt},
      {absl::InternalError("x"), ErrorCode::kIo},
      {absl::UnknownError("x"), ErrorCode::kIo},
  };
  for (const auto& c : cases) EXPECT_EQ(GetErrorCode(c.status), c.code);
}

TEST(Error, ContextKeepsCodeAndPayloads) {
  absl::Status inner = MakeError(ErrorCode::kBadRow, "bad gpus");
  inner.SetPayload("other", absl::Cord("kept"));
  const absl::Status outer = WithContext(inner, "runs.csv:7");
  EXPECT_EQ(outer.message(), "runs.csv:7: bad gpus");
  EXPECT_EQ(GetErrorCode(outer), ErrorCode::kBadRow);
  EXPECT_EQ(outer.code(), inner.code());
  ASSERT_TRUE(outer.GetPayload("other").has_value());
  EXPECT_TRUE(WithContext(absl::OkStatus(), "context").ok());
}

TEST(Error, QuotesInertly) {
  EXPECT_EQ(Quoted("acme"), "\"acme\"");
  EXPECT_EQ(Quoted("a\nb\"\x1b"), "\"a\\nb\\\"\\x1b\"");
  EXPECT_EQ(Quoted("caf\xc3\xa9"), "\"caf\xc3\xa9\"");
}

TEST(Error, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(Quoted(std::string(80, 'x')), "\"" + std::string(80, 'x') + "\"");
  EXPECT_EQ(Quoted(std::string(81, 'x')),
            "\"" + std::string(80, 'x') + "\"...");
  EXPECT_EQ(Quoted(std::string(79, 'x') + "\xc3\xa9"),
            "\"" + std::string(79, 'x') + "\"...");
}

absl::StatusOr<int> Doubled(absl::StatusOr<int> input) {
  ASSIGN_OR_RETURN(const int value, std::move(input));
  RETURN_IF_ERROR(value < 0 ? MakeError(ErrorCode::kBadRow, "negative")
                            : absl::OkStatus());
  return value * 2;
}

TEST(Error, MacrosReturnTheFirstError) {
  EXPECT_EQ(*Doubled(21), 42);
  EXPECT_EQ(GetErrorCode(Doubled(-1).status()), ErrorCode::kBadRow);
  EXPECT_EQ(
      GetErrorCode(Doubled(MakeError(ErrorCode::kBusy, "pid 7")).status()),
      ErrorCode::kBusy);
}

TEST(ErrorDeathTest, RefusesToMakeAnErrorOfOk) {
  EXPECT_DEATH(MakeError(ErrorCode::kOk, "fine").IgnoreError(), "CHECK failed");
}

}  // namespace
}  // namespace drawdown
