#include "tests/abi/call_fuzz.h"

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace drawdown::c_abi_test {
namespace {

constexpr size_t kMostHandles = 24;  // of a kind

[[noreturn]] void Fail(const char* function, int32_t code, const char* what) {
  fprintf(stderr, "%s gave %d (%s): %s; DRAWDOWN_SEED=%" PRIu64 "\n", function,
          code, drawdown_code_name(code), what, TestSeed());
  abort();
}

}  // namespace

void Handles::Close(Kind kind, uint64_t handle) {
  switch (kind) {
    case Kind::kLedger:
      drawdown_ledger_close(handle, nullptr);
      break;
    case Kind::kTable:
      drawdown_table_close(handle, nullptr);
      break;
    case Kind::kBytes:
      drawdown_bytes_close(handle, nullptr);
      break;
    case Kind::kError:
      drawdown_error_free(handle);
      break;
    case Kind::kMeter:
      break;  // Needs no closing.
  }
}

void Handles::Add(Kind kind, uint64_t handle, Random* random) {
  uint64_t displaced = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<uint64_t>& seen = seen_[static_cast<size_t>(kind)];
    if (seen.size() < kMostHandles) {
      seen.push_back(handle);
      return;
    }
    const auto last = static_cast<int64_t>(seen.size()) - 1;
    uint64_t& place = seen[static_cast<size_t>(random->Between(0, last))];
    displaced = place;
    place = handle;
  }
  Close(kind, displaced);
}

uint64_t Handles::Any(Kind kind, Random* random) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::vector<uint64_t>& seen = seen_[static_cast<size_t>(kind)];
  if (seen.empty()) return 0;
  const auto last = static_cast<int64_t>(seen.size()) - 1;
  return seen[static_cast<size_t>(random->Between(0, last))];
}

void Handles::CloseAll() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (size_t kind = 0; kind < kKinds; ++kind) {
    for (const uint64_t handle : seen_[kind]) {
      Close(static_cast<Kind>(kind), handle);
    }
    seen_[kind].clear();
  }
}

Caller::Caller(Handles* handles, const std::string& folder, uint64_t salt)
    : handles_(handles), folder_(folder), random_(salt) {}

void Caller::Call() {
  output_count_ = 0;
  switch (Below(17)) {
    case 16:
      return CallForecasts();
    case 0:
      return CallLedger();
    case 1:
    case 2:
      return CallMeters();
    case 3:
    case 4:
      return CallRuns();
    case 5:
    case 6:
      return CallHolds();
    case 7:
      return CallQuotas();
    case 8:
    case 9:
      return CallUsage();
    case 10:
      return CallContracts();
    case 11:
      return CallArrow();
    case 12:
      return CallErrors();
    default:
      return CallTables();
  }
}

drawdown_error* Caller::Error() {
  error_ = UINT64_MAX;  // Every call must set it.
  reports_ = !OneIn(8);
  return reports_ ? &error_ : nullptr;
}

void Caller::Ended(const char* function, int32_t code) {
  const char* const name = drawdown_code_name(code);
  if (std::strcmp(name, "unknown") == 0) Fail(function, code, "unknown code");
  if (code == DRAWDOWN_INTERNAL) Fail(function, code, "an exception");
  for (size_t i = 0; i < output_count_; ++i) {
    const Output& output = outputs_[i];
    if (code != DRAWDOWN_OK && output.handle != 0) {
      Fail(function, code, "an output of a call that failed");
    }
    if (output.handle != 0) handles_->Add(output.kind, output.handle, &random_);
  }
  if (code == DRAWDOWN_OK) ++succeeded_;
  if (!reports_) return;
  if (code == DRAWDOWN_OK) {
    if (error_ != 0) Fail(function, code, "an error of a success");
    return;
  }
  if (drawdown_error_code(error_) != code) {
    Fail(function, code, "the error has another code");
  }
  if (drawdown_error_message(error_)[0] == '\0') {
    Fail(function, code, "the error says nothing");
  }
  if (OneIn(8)) return handles_->Add(Kind::kError, error_, &random_);
  if (drawdown_error_free(error_) != DRAWDOWN_OK ||
      drawdown_error_free(error_) != DRAWDOWN_BAD_HANDLE) {
    Fail(function, code, "the error is not freed once");
  }
}

uint64_t Caller::Handle(Kind kind) {
  switch (Below(16)) {
    case 0:
      return 0;
    case 1:  // Made up.
      return static_cast<uint64_t>(random_.Between(INT64_MIN, INT64_MAX));
    case 2:  // Of any kind.
      return handles_->Any(static_cast<Kind>(Below(kKinds)), &random_);
    case 3:  // One bit of it wrong.
      return handles_->Any(kind, &random_) ^ uint64_t { 1 } << Below(64);
    default:
      return handles_->Any(kind, &random_);
  }
}

uint64_t* Caller::Out(Kind kind) {
  if (OneIn(16)) return nullptr;
  Output& output = outputs_[output_count_++];
  output = {kind, 0};
  return &output.handle;
}

drawdown_text Caller::Text(const char* sensible) {
  static const std::string kLong(70'000, 'x');
  static const std::string kDeep = [] {
    std::string path;
    for (int i = 0; i < 200; ++i) path += "a/";
    return path + "a";
  }();
  switch (Below(24)) {
    case 0:
      return {nullptr, 0};
    case 1:
      return {nullptr, 1 + Below(9)};
    case 2:
      return {"ab\0cd", 5};
    case 3:
      return {"\xff\xfe\xc0\x80", 4};
    case 4:
      return {kLong.data(), kLong.size()};
    case 5:
      return {kDeep.data(), kDeep.size()};
    case 6:  // Too long to be read, so that it is not.
      return {sensible, UINT64_MAX - 1 - Below(1000)};
    case 7:
      return drawdown_str("../../../*//..\x1b[31m\r\n=cmd|' /C'!A0");
    case 8:
      return {sensible, DRAWDOWN_NUL_TERMINATED};
    default:
      return drawdown_str(sensible);
  }
}

drawdown_text Caller::Tenant() {
  static const char* const kTenants[] = {"acme", "acme/chat", "acme/code",
                                         "other", ""};
  return Text(kTenants[Below(5)]);
}

drawdown_text Caller::Pool() {
  static const char* const kPools[] = {"aws/us-east-1/gb200", "aws/*/gb200",
                                       "gcp/b/h100", "*"};
  return Text(kPools[Below(4)]);
}

drawdown_text Caller::Id() {
  static const char* const kIds[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  return Text(kIds[Below(8)]);
}

drawdown_text Caller::Path() {
  static const char* const kNames[] = {"/books", "/other", "/absent/deep",
                                       "/runs.csv", ""};
  path_ = folder_ + kNames[Below(5)];
  return Text(path_.c_str());
}

int64_t Caller::Number(int64_t sensible) {
  switch (Below(16)) {
    case 0:
      return INT64_MIN;
    case 1:
      return INT64_MAX;
    case 2:
      return -1;
    case 3:
      return 0;
    case 4:
      return random_.Between(INT64_MIN, INT64_MAX);
    default:
      return sensible;
  }
}

int64_t Caller::Instant() {
  constexpr int64_t kStart = 1'790'812'800'000'000;  // 2026-10-01
  constexpr int64_t kMonth = 31 * INT64_C(86'400'000'000);
  return Number(kStart + random_.Between(0, kMonth));
}

drawdown_int128 Caller::Wide(int64_t sensible) {
  if (!OneIn(8)) return drawdown_int128_of(Number(sensible));
  drawdown_int128 wide;
  wide.low = static_cast<uint64_t>(random_.Between(INT64_MIN, INT64_MAX));
  wide.high = Number(INT64_MIN);
  return wide;
}

int32_t Caller::Choice(int32_t last) {
  if (OneIn(16)) return static_cast<int32_t>(Number(last + 1));
  return static_cast<int32_t>(Below(static_cast<size_t>(last) + 1));
}

}  // namespace drawdown::c_abi_test
