// What appends and late puts promise: a part of the suite in conformance.h.
#ifndef DRAWDOWN_TESTS_UNIT_STORE_CONFORMANCE_WRITES_H_
#define DRAWDOWN_TESTS_UNIT_STORE_CONFORMANCE_WRITES_H_

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "ledger/store.h"
#include "tests/support/random.h"
#include "tests/unit/store/conformance.h"

namespace drawdown {

TEST_P(StoreConformance, AppendsInOrderOnly) {
  PutAll({{"m", "1"}});
  auto txn = Write();
  EXPECT_EQ(CodeOf(txn->Append(Table::kRuns, "a", "2")), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(txn->Append(Table::kRuns, "m", "2")), ErrorCode::kCorrupt);
  ASSERT_TRUE(txn->Append(Table::kRuns, "n", "2").ok());
  EXPECT_EQ(CodeOf(txn->Append(Table::kRuns, "n", "3")), ErrorCode::kCorrupt);
  ASSERT_TRUE(txn->Delete(Table::kRuns, "n").ok());
  ASSERT_TRUE(txn->Append(Table::kRuns, "mm", "4").ok());
  ASSERT_TRUE(txn->Commit().ok());
  EXPECT_THAT(Forward(Read().get()), testing::ElementsAre("m=1", "mm=4"));
}

// Puts before the end split pages that appends go to.
TEST_P(StoreConformance, AppendsMixWithEverythingElse) {
  std::mt19937_64 random(TestSeed());
  const auto key_of = [](uint64_t number) {
    std::string text = std::to_string(number);
    return std::string(8 - text.size(), '0') + text;
  };
  Model model;
  uint64_t next = 1'000;
  for (int round = 0; round < 12; ++round) {
    auto txn = Write();
    const uint32_t others = round % 3 == 0 ? 2 : 30;  // One write in so many.
    for (int i = 0; i < 400; ++i) {
      const std::string value(random() % 900, static_cast<char>('a' + i % 26));
      if (random() % others != 0) {
        const std::string key = key_of(next += 1 + random() % 5);
        ASSERT_TRUE(txn->Append(Table::kRuns, key, value).ok());
        model[key] = value;
        continue;
      }
      // Often near the end, where the last page is.
      const uint64_t back = random() % 2 == 0 ? 40 : next;
      const std::string key = key_of(next - random() % back);
      ASSERT_EQ(Get(txn.get(), key),
                model.count(key) > 0 ? model[key] : "(absent)");
      if (random() % 4 == 0) {
        ASSERT_TRUE(txn->Delete(Table::kRuns, key).ok());
        model.erase(key);
      } else {
        ASSERT_TRUE(txn->Put(Table::kRuns, key, value).ok());
        model[key] = value;
      }
    }
    ASSERT_TRUE(txn->Commit().ok());
    std::vector<std::string> expected;
    for (const auto& [key, value] : model)
      expected.push_back(key + "=" + value);
    ASSERT_EQ(Forward(Read().get()), expected);
  }
}

TEST_P(StoreConformance, AppendsAfterAPutThatSplitsTheOnlyPage) {
  for (int before = 1; before < 9; ++before) {
    const std::string value(800, 'v');
    auto txn = Write();
    for (const std::string& key : Forward(txn.get())) {
      ASSERT_TRUE(txn->Delete(Table::kRuns, key.substr(0, 2)).ok());
    }
    ASSERT_TRUE(txn->Commit().ok());
    txn = Write();
    std::vector<std::string> expected;
    for (int i = 0; i < before; ++i) {
      expected.push_back("m" + std::to_string(i));
      ASSERT_TRUE(txn->Append(Table::kRuns, expected.back(), value).ok());
    }
    ASSERT_TRUE(txn->Put(Table::kRuns, "a0", value).ok());
    expected.insert(expected.begin(), "a0");
    for (int i = 0; i < 9; ++i) {
      expected.push_back("n" + std::to_string(i));
      ASSERT_TRUE(txn->Append(Table::kRuns, expected.back(), value).ok());
    }
    ASSERT_TRUE(txn->Commit().ok());
    for (std::string& row : expected) row += "=" + value;
    ASSERT_EQ(Forward(Read().get()), expected) << before;
  }
}

// Whether or not they are done already.
TEST_P(StoreConformance, LatePutsAreSeenByWhatComesAfterThem) {
  PutAll({{"a", "1"}, {"d", "1"}, {"g", "1"}, {"x", "1"}});
  auto txn = Write();
  auto cursor = txn->NewCursor(Table::kRuns).value();
  ASSERT_TRUE(Ok(cursor->SeekAtLeast("a")));
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "b", "2").ok());
  ASSERT_TRUE(Ok(cursor->Next()));
  EXPECT_EQ(At(*cursor), "b=2");
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "c", "2").ok());
  EXPECT_EQ(Get(txn.get(), "c"), "2");
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "d", "2").ok());
  EXPECT_EQ(Get(txn.get(), "g"), "1");  // after what is late
  EXPECT_EQ(Get(txn.get(), "d"), "2");
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "f", "2").ok());
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "e", "2").ok());
  EXPECT_EQ(Get(txn.get(), "f"), "2");
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "h", "2").ok());
  ASSERT_TRUE(txn->Put(Table::kRuns, "h", "3").ok());
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "i", "2").ok());
  ASSERT_TRUE(txn->Delete(Table::kRuns, "i").ok());
  ASSERT_TRUE(txn->AppendLate(Table::kRuns, "y", "2").ok());
  ASSERT_TRUE(txn->AppendLate(Table::kRuns, "z", "2").ok());
  ASSERT_TRUE(txn->PutLate(Table::kCells, "z", "apart").ok());
  const std::vector<std::string> all = {"a=1", "b=2", "c=2", "d=2",
                                        "e=2", "f=2", "g=1", "h=3",
                                        "x=1", "y=2", "z=2"};
  EXPECT_EQ(Forward(txn.get()), all);
  // Calls for one table do not end the views of another.
  ASSERT_TRUE(txn->PutLate(Table::kCells, "a", "5").ok());
  const auto last = txn->Get(Table::kCells, "z");
  EXPECT_EQ(Get(txn.get(), "a"), "1");
  EXPECT_EQ(**last, "apart");
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "a", "4").ok());
  ASSERT_TRUE(txn->Commit().ok());
  EXPECT_EQ(Get(Read().get(), "a"), "4");
  EXPECT_EQ(Get(Read().get(), "z"), "2");
}

TEST_P(StoreConformance, ACursorWhoseRecordIsGoneSeesLatePuts) {
  PutAll({{"a", "1"}, {"c", "1"}, {"e", "1"}});
  for (const bool forward : {true, false}) {
    auto txn = Write();
    auto cursor = txn->NewCursor(Table::kRuns).value();
    ASSERT_TRUE(Ok(cursor->SeekAtLeast("c")));
    ASSERT_TRUE(txn->Delete(Table::kRuns, "c").ok());
    ASSERT_TRUE(txn->PutLate(Table::kRuns, "b", "2").ok());
    ASSERT_TRUE(txn->PutLate(Table::kRuns, "d", "2").ok());
    ASSERT_TRUE(Ok(forward ? cursor->Next() : cursor->Previous()));
    EXPECT_EQ(At(*cursor), forward ? "d=2" : "b=2");
  }
}

TEST_P(StoreConformance, ALateAppendThatIsNoneFailsByTheCommit) {
  PutAll({{"k", "1"}});
  auto txn = Write();
  ASSERT_TRUE(txn->PutLate(Table::kRuns, "a", "2").ok());
  absl::Status failed = txn->AppendLate(Table::kRuns, "j", "2");
  if (failed.ok()) failed = txn->Commit();
  EXPECT_EQ(CodeOf(failed), ErrorCode::kCorrupt) << failed;
  txn.reset();
  EXPECT_EQ(Forward(Read().get()), std::vector<std::string>{"k=1"});
  // A read may find it out, and then the commit knows.
  txn = Write();
  failed = txn->AppendLate(Table::kRuns, "j", "2");
  if (failed.ok()) {
    failed = txn->Get(Table::kRuns, "j").status();
    EXPECT_FALSE(txn->Commit().ok());
  }
  EXPECT_EQ(CodeOf(failed), ErrorCode::kCorrupt) << failed;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_STORE_CONFORMANCE_WRITES_H_
