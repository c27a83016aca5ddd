// Damaged contracts are accepted or refused with kBadContract, and nothing
// else.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "contract/parse.h"
#include "drawdown/status.h"
#include "tests/unit/contract/example_contract.h"

namespace drawdown {
namespace {

constexpr uint64_t kSeed = 20251103;

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Mutate(std::string text) {
    const size_t edits = 1 + Below(4);
    for (size_t i = 0; i < edits && !text.empty(); ++i) Edit(&text);
    return text;
  }

 private:
  size_t Below(size_t n) { return random_() % n; }

  void Edit(std::string* text) {
    constexpr std::string_view kBytes = "{}[]\"\\:,;'#0-9eE.\n\t \xff\x01*/";
    const size_t at = Below(text->size());
    const size_t length = 1 + Below(40);
    switch (Below(5)) {
      case 0:
        text->erase(at, length);
        break;
      case 1:
        text->insert(at, text->substr(Below(text->size()), length));
        break;
      case 2:
        (*text)[at] = static_cast<char>(random_());
        break;
      case 3:
        (*text)[at] = kBytes[Below(kBytes.size())];
        break;
      default:
        text->resize(at);
        break;
    }
  }

  std::mt19937_64 random_;
};

void ExpectOkOrBadContract(const std::string& text) {
  const auto contract = ParseContract("f", text);
  if (contract.ok()) {
    // Whatever is accepted can be checked further.
    (void)CheckBucketAligned(*contract, kMicrosPerHour);
    return;
  }
  ASSERT_EQ(GetErrorCode(contract.status()), ErrorCode::kBadContract);
  ASSERT_FALSE(contract.status().message().empty());
}

void MutateMany(const std::string& text, int times) {
  Mutator mutator(kSeed);
  for (int i = 0; i < times; ++i) {
    SCOPED_TRACE(i);
    ExpectOkOrBadContract(mutator.Mutate(text));
  }
}

TEST(MutationTest, TextprotoNeverCrashes) {
  SCOPED_TRACE(kSeed);
  MutateMany(kExampleContract, 1'000);
}

TEST(MutationTest, JsonNeverCrashes) {
  SCOPED_TRACE(kSeed);
  MutateMany(kExampleContractJson, 1'000);
}

}  // namespace
}  // namespace drawdown
