// What one posting leaves to the next is of the very books that it was read in.
#include "ledger/posting_memory.h"

#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "tests/support/passing_on.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

// Counts what is read of names and quotas.
class CountedReads : public PassingOn {
 public:
  CountedReads(std::unique_ptr<WriteTransaction> books, int* reads)
      : PassingOn(std::move(books)), reads_(reads) {}

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    if (table == Table::kNames || table == Table::kQuotas) ++*reads_;
    return PassingOn::Get(table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    if (table == Table::kNames || table == Table::kQuotas) ++*reads_;
    return PassingOn::NewCursor(table);
  }

 private:
  int* const reads_;
};

struct Books {
  std::unique_ptr<Posting> Begin(PostingMemory* memory) {
    auto transaction = store->BeginWrite();
    EXPECT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(
        std::make_unique<CountedReads>(*std::move(transaction), &reads),
        Header(), 0, memory);
    EXPECT_THAT(posting, IsOk());
    return *std::move(posting);
  }
  void Limit(const std::string& tenant, Int128 nominal, PostingMemory* memory) {
    Limit(tenant, {.nominal = nominal}, 0, memory);
  }
  void Limit(const std::string& tenant, const QuotaLimit& limit,
             int64_t from_us, PostingMemory* memory) {
    const auto posting = Begin(memory);
    SetLimit(tenant, limit, from_us, posting.get());
    ASSERT_THAT(posting->Commit(), IsOk());
  }
  static void SetLimit(const std::string& tenant, const QuotaLimit& limit,
                       int64_t from_us, Posting* posting) {
    QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.limit = limit;
    setting.from_us = from_us;
    ASSERT_THAT(posting->SetQuota(setting, {}), IsOk());
  }
  // Whether there was room for an hour more, or for so many.
  bool Hold(const std::string& tenant, PostingMemory* memory,
            const std::string& pool = "p", int64_t hours = 1,
            int64_t at_us = 0) {
    const auto posting = Begin(memory);
    const std::string id = std::to_string(++ids);
    const HoldRequest request = {id, tenant, pool, GpuTime(hours * kHour)};
    const auto placed = posting->PlaceHolds({&request, 1}, false, at_us);
    EXPECT_THAT(placed, IsOk());
    EXPECT_THAT(posting->Commit(), IsOk());
    return placed.ok() && placed->admitted();
  }

  std::unique_ptr<Store> store = NewMemoryStore();
  int reads = 0;
  int ids = 0;
};

TEST(PostingMemoryTest, WhatIsKnownIsNotReadAgain) {
  Books books;
  PostingMemory memory;
  books.Limit("acme", 100 * kHour, &memory);
  EXPECT_TRUE(books.Hold("acme/a", &memory));
  EXPECT_TRUE(books.Hold("acme/a", &memory));
  books.reads = 0;
  EXPECT_TRUE(books.Hold("acme/a", &memory));
  const int again = std::exchange(books.reads, 0);
  EXPECT_TRUE(books.Hold("acme/a", nullptr));
  EXPECT_LT(2 * again, books.reads);
}

TEST(PostingMemoryTest, OthersMayHavePosted) {
  Books books;
  PostingMemory memory;
  books.Limit("acme", 100 * kHour, &memory);
  EXPECT_TRUE(books.Hold("acme/a", &memory));
  books.Limit("acme", kHour, nullptr);
  EXPECT_FALSE(books.Hold("acme/a", &memory));
  books.Limit("acme", 2 * kHour, &memory);
  EXPECT_TRUE(books.Hold("acme/a", &memory));
  EXPECT_FALSE(books.Hold("acme/a", &memory));
}

// As many entries, and others.
TEST(PostingMemoryTest, OtherBooksAreNotTheSame) {
  Books strict;
  Books lax;
  PostingMemory memory;
  strict.Limit("acme", 0, nullptr);
  lax.Limit("acme", kHour, nullptr);
  EXPECT_FALSE(strict.Hold("acme", &memory));
  EXPECT_TRUE(lax.Hold("acme", &memory));
}

TEST(PostingMemoryTest, WhatWasNotCommittedIsNotKnown) {
  Books books;
  PostingMemory memory;
  books.Limit("acme", 100 * kHour, &memory);
  {
    const auto posting = books.Begin(&memory);
    Books::SetLimit("acme", {.nominal = 0}, 0, posting.get());
    ASSERT_THAT(posting->Intern(NameKind::kTenant, "beta", false), IsOk());
  }
  EXPECT_TRUE(books.Hold("acme/a", &memory));
  const auto posting = books.Begin(&memory);
  EXPECT_THAT(posting->Intern(NameKind::kTenant, "beta", true),
              IsError(ErrorCode::kUnknownName, "beta"));
}

// Of all that is posted together.
TEST(PostingMemoryTest, TheClockOfHoldsIsReadOnceAPosting) {
  Books books;
  int64_t now_us = 0;
  const auto read_clock = [&] {
    now_us += kHour;
    return ClockReading{now_us, "boot", now_us};
  };
  for (int64_t n = 1; n <= 2; ++n) {
    const auto posting = books.Begin(nullptr);
    for (int i = 0; i < 2; ++i) {
      const auto at_us = posting->HoldTimeOfAll(read_clock);
      ASSERT_THAT(at_us, IsOk());
      EXPECT_EQ(*at_us, n * kHour);
    }
  }
}

// A refusal has changed nothing, so what was known still is.
TEST(PostingMemoryTest, WhatWasRefusedForgetsNothing) {
  Books books;
  PostingMemory memory;
  books.Limit("acme", 0, &memory);
  EXPECT_FALSE(books.Hold("acme/a", &memory));
  books.reads = 0;
  EXPECT_FALSE(books.Hold("acme/a", &memory));
  const int again = std::exchange(books.reads, 0);
  EXPECT_FALSE(books.Hold("acme/a", nullptr));
  EXPECT_LT(again, books.reads);
}

TEST(PostingMemoryTest, ASliceIsSetAsideFromItsInstantOn) {
  Books books;
  PostingMemory memory;
  books.Limit("acme", 10 * kHour, &memory);
  books.Limit("acme/slice", {.nominal = 8 * kHour, .slice = true}, kHour,
              &memory);
  EXPECT_TRUE(books.Hold("acme/a", &memory));
  EXPECT_FALSE(books.Hold("acme/a", &memory, "p", 5, 2 * kHour));
}

// acme on xp is not acmex on p.
TEST(PostingMemoryTest, NamesThatJoinAlikeAreNotTheSame) {
  Books books;
  PostingMemory memory;
  books.Limit("acme", 0, &memory);
  books.Limit("acmex", kHour, &memory);
  EXPECT_TRUE(books.Hold("acmex", &memory, "p"));
  EXPECT_FALSE(books.Hold("acme", &memory, "xp"));
}

}  // namespace
}  // namespace drawdown
