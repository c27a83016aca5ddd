// Stated capacity: what repeats, what contradicts, what follows from the
// journal.
#include "ledger/capacity.h"

#include <limits>
#include <random>
#include <tuple>

#include "gtest/gtest.h"
#include "ledger/inspect.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "ledger/rebuild.h"
#include "ledger/verify.h"
#include "tests/support/random.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

class CapacityTest : public testing::Test {
 protected:
  std::unique_ptr<Posting> Begin(int64_t now_us = 0) {
    auto transaction = store_->BeginWrite();
    EXPECT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(*std::move(transaction), header_, now_us);
    EXPECT_THAT(posting, IsOk());
    return *std::move(posting);
  }

  static CapacityStated Row(int64_t from_hour, int64_t to_hour, int64_t gpus,
                            std::string_view id = "") {
    return {0,
            CapacityState::kDelivered,
            id,
            from_hour * kHour,
            to_hour * kHour,
            gpus * kGpu};
  }

  static absl::StatusOr<Verdict> PostTo(Posting* posting, CapacityStated row) {
    row.pool = *posting->Intern(NameKind::kPool, "aws/x", false);
    return posting->Post(row);
  }
  absl::StatusOr<Verdict> Post(const CapacityStated& row, int64_t now_us = 0) {
    const auto posting = Begin(now_us);
    auto verdict = PostTo(posting.get(), row);
    if (verdict.ok()) {
      EXPECT_THAT(posting->Commit(), IsOk());
    }
    return verdict;
  }

  std::vector<CapacityInfo> List(const CapacityQuery& query = {},
                                 Store* store = nullptr) {
    const auto books = (store == nullptr ? *store_ : *store).BeginRead();
    std::vector<CapacityInfo> all;
    EXPECT_THAT(VisitCapacity(books->get(), query,
                              [&](const CapacityInfo& info) {
                                all.push_back(info);
                                return true;
                              }),
                IsOk());
    return all;
  }

  VerifyReport VerifyNow() {
    const auto books = store_->BeginRead();
    auto report = VerifyBooks(books->get(), header_, 0);
    EXPECT_THAT(report, IsOk());
    return *std::move(report);
  }

  Header header_;
  std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(CapacityTest, TheSameAgainIsUnchangedAndAnOverlapNamesBoth) {
  ASSERT_THAT(Post(Row(10, 20, 8)), IsOk());
  struct Case {
    CapacityStated row;
    std::optional<Verdict> verdict;  // none: a conflict
  };
  CapacityStated excluded = Row(10, 20, 9);
  excluded.state = CapacityState::kExcluded;
  const Case cases[] = {
      {Row(10, 20, 8), Verdict::kUnchanged},
      {Row(20, 30, 9), Verdict::kNew},  // half-open: they touch
      {Row(5, 10, 9), Verdict::kNew},
      {excluded, Verdict::kNew},
      {Row(10, 20, 9, "node-1"), Verdict::kNew},
      {Row(10, 20, 9), {}},
      {Row(10, 19, 8), {}},
      {Row(10, 21, 8), {}},
      {Row(9, 20, 8), {}},
      {Row(11, 12, 8), {}},
      {Row(19, 20, 1), {}},
      {Row(1, 100, 8), {}},
  };
  // In one posting, in which the rows before are not in the store yet, and in
  // one of its own for each.
  for (const bool together : {true, false}) {
    store_ = NewMemoryStore();
    const auto all = Begin();
    ASSERT_THAT(PostTo(all.get(), Row(10, 20, 8)), IsOk());
    if (!together) {
      ASSERT_THAT(all->Commit(), IsOk());
    }
    for (const Case& one : cases) {
      const auto verdict =
          together ? PostTo(all.get(), one.row) : Post(one.row);
      if (one.verdict) {
        ASSERT_THAT(verdict, IsOk());
        EXPECT_EQ(*verdict, *one.verdict);
      } else {
        EXPECT_THAT(verdict, IsError(ErrorCode::kConflict,
                                     "delivered capacity of pool aws/x"));
      }
    }
  }
  EXPECT_THAT(Post(Row(19, 25, 3)),
              IsError(ErrorCode::kConflict,
                      "is stated as 8 GPUs [1970-01-01T10:00:00Z, "
                      "1970-01-01T20:00:00Z); this says 3 GPUs "
                      "[1970-01-01T19:00:00Z, 1970-01-02T01:00:00Z)"));
  EXPECT_THAT(Post(Row(15, 16, 3, "node-1")),
              IsError(ErrorCode::kConflict, "aws/x (node-1) is stated"));
  EXPECT_TRUE(VerifyNow().ok);
}

// Between the bounds of a query the cursor leaps from series to series: it
// finds what a look at every record does.
TEST_F(CapacityTest, QueriesOfATimeFindWhatLiesInIt) {
  std::mt19937_64 random(TestSeed());
  const auto posting = Begin();
  for (const char* id : {"", "a", "ab", "b", "c"}) {
    int64_t hour = static_cast<int64_t>(random() % 40);
    for (uint64_t rows = random() % 12; rows > 0; --rows) {
      const int64_t end = hour + 1 + static_cast<int64_t>(random() % 5);
      CapacityStated row = Row(hour, end, 1, id);
      row.state = static_cast<CapacityState>(random() % 3);
      ASSERT_THAT(PostTo(posting.get(), row), IsOk());
      hour = end + static_cast<int64_t>(random() % 3);
    }
  }
  ASSERT_THAT(posting->Commit(), IsOk());
  const auto key = [](const CapacityInfo& info) {
    return std::tuple(info.record.state, info.record.capacity_id,
                      info.record.start_us);
  };
  for (int64_t from = -1; from < 60; ++from) {
    for (int64_t to = from + 1; to < 62; to += 7) {
      CapacityQuery query;
      query.from_us = from * kHour;
      query.to_us = to * kHour;
      std::vector<decltype(key(CapacityInfo()))> found;
      for (const CapacityInfo& info : List(query)) found.push_back(key(info));
      std::vector<decltype(key(CapacityInfo()))> naive;
      for (const CapacityInfo& info : List()) {
        if (info.record.end_us > from * kHour &&
            info.record.start_us < to * kHour) {
          naive.push_back(key(info));
        }
      }
      ASSERT_EQ(found, naive) << from << " " << to;
    }
  }
}

TEST_F(CapacityTest, ValuesThatCannotBeAreRefused) {
  CapacityStated odd = Row(0, 1, 1);
  odd.state = static_cast<CapacityState>(3);
  const std::string long_id(201, 'x');
  const std::pair<CapacityStated, const char*> cases[] = {
      {Row(1, 1, 1), "is not after start"},
      {Row(2, 1, 1), "is not after start"},
      {Row(0, 1, -1), "gpus -1"},
      {Row(0, 1, 1'000'000'001), "gpus 1000000001"},
      {Row(0, 1, 1, "a\tb"), "capacity_id holds a control character"},
      {Row(0, 1, 1, long_id), "capacity_id has 201 bytes"},
      {Row(-100'000'000, 1, 1), "start is not in the years"},
      {Row(0, 100'000'000, 1), "end is not in the years"},
      {odd, "state 3"},
  };
  for (const auto& [row, part] : cases) {
    EXPECT_THAT(Post(row), IsError(ErrorCode::kBadRow, part));
  }
  EXPECT_THAT(Post(Row(0, 1, 0)), IsOk());
  EXPECT_THAT(Post(Row(0, 1, 1'000'000'000, "all")), IsOk());
}

TEST_F(CapacityTest, RecordsAreListedByPoolStateIdAndTime) {
  {
    const auto posting = Begin();
    // Ids in another order than names.
    for (const char* pool : {"aws/z", "aws/a"}) {
      CapacityStated row = Row(-5, 5, 1);
      row.pool = *posting->Intern(NameKind::kPool, pool, false);
      for (const char* id : {"n2", "n1", ""}) {
        row.capacity_id = id;
        ASSERT_THAT(posting->Post(row), IsOk());
      }
      row.state = CapacityState::kReplaced;
      ASSERT_THAT(posting->Post(row), IsOk());
      row.start_us = 5 * kHour;
      row.end_us = 6 * kHour;
      row.state = CapacityState::kDelivered;
      ASSERT_THAT(posting->Post(row), IsOk());
    }
    ASSERT_THAT(posting->Commit(), IsOk());
  }
  std::vector<CapacityInfo> all = List();
  ASSERT_EQ(all.size(), 10u);
  const auto place = [](const CapacityInfo& info) {
    return std::make_tuple(info.record.pool, info.record.state,
                           info.record.capacity_id, info.record.start_us);
  };
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_LT(place(all[i - 1]), place(all[i]));
  }
  EXPECT_EQ(all[0].record.pool, "aws/a");
  EXPECT_EQ(all[0].record.start_us, -5 * kHour);
  EXPECT_GT(all[0].journal_sequence, all[5].journal_sequence);
  EXPECT_EQ(List({.pool = "aws/z"}).size(), 5u);
  EXPECT_EQ(List({.state = CapacityState::kReplaced}).size(), 2u);
  EXPECT_EQ(List({.from_us = 5 * kHour}).size(), 2u);
  EXPECT_EQ(List({.to_us = 5 * kHour}).size(), 8u);
  EXPECT_EQ(List({.limit = 3}).size(), 3u);
  EXPECT_TRUE(List({.pool = "aws/q"}).empty());
}

TEST_F(CapacityTest, VerifyFindsATamperedRecord) {
  ASSERT_THAT(Post(Row(0, 1, 1)), IsOk());
  ASSERT_TRUE(VerifyNow().ok);
  const std::string key =
      EncodeCapacityKey({0, CapacityState::kDelivered, "", 0});
  for (const bool remove : {false, true}) {
    auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    const StoredCapacity other = {kHour, 2 * kGpu, 2};
    ASSERT_THAT(
        remove ? (*transaction)->Delete(Table::kCapacity, key)
               : (*transaction)
                     ->Put(Table::kCapacity, key, EncodeCapacity(key, other)),
        IsOk());
    ASSERT_THAT((*transaction)->Commit(), IsOk());
    EXPECT_FALSE(VerifyNow().ok);
  }
}

// Even where the journal says so.
TEST_F(CapacityTest, VerifyFindsAnOverlap) {
  for (const int64_t start_hour : {2, 1}) {
    store_ = NewMemoryStore();
    const auto posting = Begin();
    const NameAdded name = {NameKind::kPool, 0, "aws/x"};
    ASSERT_THAT(posting->Replay(1, {0, name}), IsOk());
    ASSERT_THAT(posting->Replay(2, {0, Row(0, 2, 1)}), IsOk());
    ASSERT_THAT(posting->Replay(3, {0, Row(start_hour, 3, 1)}), IsOk());
    ASSERT_THAT(posting->Replay(4, {0, Row(1, 3, 1, "n")}), IsOk());
    ASSERT_THAT(posting->Commit(), IsOk());
    const VerifyReport report = VerifyNow();
    EXPECT_EQ(report.ok, start_hour == 2);
    if (report.ok) continue;
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_NE(report.findings[0].find("twice of 1970-01-01T01:00:00Z"),
              std::string::npos);
  }
}

TEST_F(CapacityTest, BooksOfAnInstantAndSalvagedBooksHoldIt) {
  ASSERT_THAT(Post(Row(0, 1, 1), kHour), IsOk());
  ASSERT_THAT(Post(Row(1, 2, 2, "n"), 2 * kHour), IsOk());
  const auto books = store_->BeginRead();
  for (const auto& [until, count] : {std::pair{kHour - 1, 0u},
                                     {kHour, 1u},
                                     {2 * kHour - 1, 1u},
                                     {2 * kHour, 2u}}) {
    const auto past = NewMemoryStore();
    ASSERT_THAT(Rebuild(books->get(), header_, past.get(), until), IsOk());
    EXPECT_EQ(List({}, past.get()).size(), count);
  }
  const auto fresh = NewMemoryStore();
  const auto report = SalvageInto(books->get(), header_, fresh.get());
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->entries_lost, 0u);
  const std::vector<CapacityInfo> saved = List({}, fresh.get());
  ASSERT_EQ(saved.size(), 2u);
  EXPECT_EQ(saved[1].record.capacity_id, "n");
  EXPECT_EQ(saved[1].record.micro_gpus, 2 * kGpu);
}

TEST_F(CapacityTest, TheJournalSaysWhatWasStated) {
  CapacityStated row = Row(0, 1, 3, "node-7");
  row.state = CapacityState::kExcluded;
  ASSERT_THAT(Post(row), IsOk());
  const auto books = store_->BeginRead();
  std::vector<JournalEntry> entries;
  ASSERT_THAT(VisitJournal(books->get(), 0,
                           [&](const JournalEntry& entry) {
                             entries.push_back(entry);
                             return true;
                           }),
              IsOk());
  ASSERT_EQ(entries.size(), 3u);  // pool, capacity, link
  EXPECT_EQ(entries[1].kind, "capacity");
  EXPECT_EQ(entries[1].subject, "aws/x");
  EXPECT_EQ(entries[1].detail,
            "excluded 3 GPUs [1970-01-01T00:00:00Z, 1970-01-01T01:00:00Z), "
            "node-7");
}

// Whatever the order and the commits, what is accepted is what a list of
// accepted rows would accept.
TEST_F(CapacityTest, AcceptsWhatDoesNotOverlap) {
  Random random;
  std::vector<std::pair<std::string, CapacityStated>> accepted;
  std::unique_ptr<Posting> posting;
  int conflicts = 0;
  for (int i = 0; i < 4'000; ++i) {
    const int64_t start = random.Between(-500, 500);
    const std::string id(static_cast<size_t>(random.Between(0, 2)), 'n');
    CapacityStated row =
        Row(start, start + random.Between(1, 4), random.Between(1, 2), id);
    row.state = static_cast<CapacityState>(random.Between(0, 2));
    bool same = false;
    bool overlaps = false;
    for (const auto& [other_id, other] : accepted) {
      if (other_id != id || other.state != row.state) continue;
      const bool meets =
          other.start_us < row.end_us && row.start_us < other.end_us;
      const bool equal = other.start_us == row.start_us &&
                         other.end_us == row.end_us &&
                         other.micro_gpus == row.micro_gpus;
      same = same || equal;
      overlaps = overlaps || (meets && !equal);
    }
    if (posting == nullptr) posting = Begin();
    const auto verdict = PostTo(posting.get(), row);
    ASSERT_EQ(verdict.ok(), !overlaps) << "DRAWDOWN_SEED=" << TestSeed();
    if (verdict.ok()) {
      ASSERT_EQ(*verdict, same ? Verdict::kUnchanged : Verdict::kNew);
      if (!same) accepted.emplace_back(id, row);
    }
    conflicts += !verdict.ok();
    if (random.OneIn(5)) {
      ASSERT_THAT(posting->Commit(), IsOk());
      posting.reset();
    }
  }
  if (posting != nullptr) {
    ASSERT_THAT(posting->Commit(), IsOk());
  }
  EXPECT_GT(conflicts, 100);
  EXPECT_EQ(List().size(), accepted.size());
  EXPECT_TRUE(VerifyNow().ok);
}

}  // namespace
}  // namespace drawdown
