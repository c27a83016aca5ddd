#include "inputs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace drawdown::c_api {
namespace {

// Longer than any name or path, and than any contract that makes sense.
constexpr uint64_t kMaxTextBytes = uint64_t{64} << 20;

// Longer than any struct will ever be: what says more is not one of ours, and
// is not looked at as far as that.
constexpr uint32_t kMaxStructBytes = uint32_t{1} << 16;

constexpr int64_t kFirstInstant = -62'167'219'200'000'000;  // 0000-01-01
constexpr int64_t kEndOfTime = 253'402'300'800'000'000;     // 10000-01-01

}  // namespace

void Inputs::Fail(int32_t code, std::string message) {
  if (outcome_.ok()) outcome_ = Outcome(code, std::move(message));
}

std::string Inputs::Text(const char* name, drawdown_text text) {
  if (text.size == 0) return {};
  if (text.data == nullptr) {
    Fail(DRAWDOWN_INVALID_ARGUMENT, absl::StrCat(name, " is NULL"));
    return {};
  }
  const uint64_t size =
      text.size == DRAWDOWN_NUL_TERMINATED ? std::strlen(text.data) : text.size;
  if (size > kMaxTextBytes) {
    Fail(DRAWDOWN_INVALID_ARGUMENT,
         absl::StrCat(name, " has ", size, " bytes; at most ", kMaxTextBytes,
                      " are read"));
    return {};
  }
  return std::string(text.data, size);
}

std::vector<std::string> Inputs::Texts(const char* name,
                                       const drawdown_text* texts,
                                       uint64_t count) {
  std::vector<std::string> read;
  if (count > 0 && !NotNull(name, texts)) return read;
  for (uint64_t i = 0; i < count && ok(); ++i) {
    read.push_back(Text(name, texts[i]));
  }
  return read;
}

std::string Inputs::Path(const char* name, drawdown_text path) {
  std::string read = Text(name, path);
  const size_t end = read.find('\0');
  if (end != std::string::npos) {
    Fail(DRAWDOWN_INVALID_ARGUMENT,
         absl::StrCat(name, " has a zero byte after \"", read.substr(0, end),
                      "\""));
  }
  return read;
}

std::vector<std::string> Inputs::Paths(const char* name,
                                       const drawdown_text* paths,
                                       uint64_t count) {
  std::vector<std::string> read = Texts(name, paths, count);
  for (uint64_t i = 0; i < read.size(); ++i) Path(name, paths[i]);
  return read;
}

bool Inputs::NotNull(const char* name, const void* pointer) {
  if (pointer != nullptr) return true;
  Fail(DRAWDOWN_INVALID_ARGUMENT, absl::StrCat(name, " is NULL"));
  return false;
}

int64_t Inputs::Instant(const char* name, int64_t instant_us) {
  if (instant_us < kFirstInstant || instant_us >= kEndOfTime) {
    Fail(DRAWDOWN_BAD_TIME,
         absl::StrCat(name, " ", instant_us,
                      " us after 1970 is not in the years 0000 to 9999"));
    return 0;
  }
  return instant_us;
}

std::optional<int64_t> Inputs::MaybeInstant(const char* name,
                                            int64_t instant_us) {
  if (instant_us == DRAWDOWN_UNSET) return std::nullopt;
  return Instant(name, instant_us);
}

bool Inputs::Flag(const char* name, uint8_t value) {
  if (value > 1) {
    Fail(DRAWDOWN_INVALID_ARGUMENT,
         absl::StrCat(name, " is ", static_cast<int>(value), ", not 0 or 1"));
  }
  return value == 1;
}

std::chrono::microseconds Inputs::Whole(const char* name, int64_t length_us,
                                        std::chrono::microseconds unit) {
  if (length_us < 0 || length_us % unit.count() != 0) {
    Fail(DRAWDOWN_INVALID_ARGUMENT,
         absl::StrCat(name, " ", length_us, " is not a whole number of ",
                      unit.count(), " us"));
    return {};
  }
  return std::chrono::microseconds(length_us);
}

uint64_t Inputs::Within(const char* name, uint64_t value, uint64_t least,
                        uint64_t most) {
  if (value < least || value > most) {
    Fail(DRAWDOWN_INVALID_ARGUMENT,
         absl::StrCat(name, " ", value, " is not from ", least, " to ", most));
  }
  return value;
}

void Inputs::FailNumber(const char* name, int32_t value) {
  Fail(DRAWDOWN_INVALID_ARGUMENT,
       absl::StrCat(name, " ", value, " is none that this library knows"));
}

void Inputs::FailReserved(const char* name) {
  Fail(DRAWDOWN_BAD_STRUCT, absl::StrCat(name, ": a reserved field is not 0"));
}

void Inputs::ReadBytes(const char* name, const void* theirs, void* ours,
                       size_t our_size, size_t size_of_v1) {
  uint32_t size = 0;
  std::memcpy(&size, theirs, sizeof size);
  if (size < size_of_v1) {
    return Fail(DRAWDOWN_BAD_STRUCT,
                absl::StrCat(name, ": struct_size ", size, " is less than ",
                             size_of_v1, "; begin with the _INIT macro"));
  }
  if (size > kMaxStructBytes) {
    return Fail(DRAWDOWN_BAD_STRUCT,
                absl::StrCat(name, ": struct_size ", size,
                             " is no struct's; begin with the _INIT macro"));
  }
  const auto* const bytes = static_cast<const char*>(theirs);
  for (size_t i = our_size; i < size; ++i) {
    if (bytes[i] == 0) continue;
    return Fail(DRAWDOWN_BAD_STRUCT,
                absl::StrCat(name, ": struct_size ", size,
                             " and something in it that this version of the "
                             "library, ",
                             DRAWDOWN_VERSION_TEXT, ", does not know"));
  }
  std::memcpy(ours, theirs, std::min<size_t>(size, our_size));
}

}  // namespace drawdown::c_api
