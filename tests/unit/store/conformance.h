// What every Store promises (ledger/store.h), as one suite. A test program
// includes this once and instantiates StoreConformance with makers of stores.
#ifndef DRAWDOWN_TESTS_UNIT_STORE_CONFORMANCE_H_
#define DRAWDOWN_TESTS_UNIT_STORE_CONFORMANCE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "drawdown/status.h"
#include "ledger/store.h"
#include "tests/support/random.h"

namespace drawdown {

// Makes an empty store (its kMeta table may hold a header).
using StoreMaker = std::unique_ptr<Store> (*)(const std::string& folder);

class StoreConformance : public testing::TestWithParam<StoreMaker> {
 protected:
  using Model = std::map<std::string, std::string>;

  void SetUp() override {
    std::string name = testing::TempDir() + "/drawdown-conformance-XXXXXX";
    folder_ = mkdtemp(name.data());
    store_ = GetParam()(folder_);
    ASSERT_NE(store_, nullptr);
  }
  void TearDown() override {
    store_.reset();
    ASSERT_EQ(system(("rm -rf " + folder_).c_str()), 0);
  }

  std::unique_ptr<WriteTransaction> Write() {
    auto txn = store_->BeginWrite();
    EXPECT_TRUE(txn.ok()) << txn.status();
    return std::move(txn).value();
  }
  std::unique_ptr<ReadTransaction> Read() {
    auto txn = store_->BeginRead();
    EXPECT_TRUE(txn.ok()) << txn.status();
    return std::move(txn).value();
  }
  void PutAll(const Model& rows) {
    auto txn = Write();
    for (const auto& [key, value] : rows) {
      ASSERT_TRUE(txn->Put(Table::kRuns, key, value).ok());
    }
    ASSERT_TRUE(txn->Commit().ok());
  }

  static std::string Get(ReadTransaction* txn, const std::string& key) {
    const auto value = txn->Get(Table::kRuns, key);
    if (!value.ok()) return value.status().ToString();
    return value->has_value() ? std::string(**value) : "(absent)";
  }
  static bool Ok(const absl::StatusOr<bool>& moved) {
    EXPECT_TRUE(moved.ok()) << moved.status();
    return moved.ok() && *moved;
  }
  static std::string At(const Cursor& cursor) {
    return std::string(cursor.key()) + "=" + std::string(cursor.value());
  }
  static std::vector<std::string> Forward(ReadTransaction* txn) {
    auto cursor = txn->NewCursor(Table::kRuns).value();
    std::vector<std::string> rows;
    for (bool on = Ok(cursor->SeekAtLeast("")); on; on = Ok(cursor->Next())) {
      rows.push_back(At(*cursor));
    }
    return rows;
  }
  static std::vector<std::string> Backward(ReadTransaction* txn) {
    auto cursor = txn->NewCursor(Table::kRuns).value();
    std::vector<std::string> rows;
    for (bool on = Ok(cursor->SeekLast()); on; on = Ok(cursor->Previous())) {
      rows.push_back(At(*cursor));
    }
    return rows;
  }

  std::string folder_;
  std::unique_ptr<Store> store_;
};

inline ErrorCode CodeOf(const absl::Status& status) {
  return GetErrorCode(status);
}

TEST_P(StoreConformance, EmptyStoreHasNothing) {
  auto txn = Read();
  EXPECT_EQ(Get(txn.get(), "a"), "(absent)");
  auto cursor = txn->NewCursor(Table::kRuns).value();
  EXPECT_FALSE(Ok(cursor->SeekLast()));
  EXPECT_FALSE(Ok(cursor->SeekAtLeast("")));
  EXPECT_FALSE(Ok(cursor->Next()));
  EXPECT_FALSE(Ok(cursor->Previous()));
}

TEST_P(StoreConformance, CommitIsSeenByLaterReaders) {
  auto txn = Write();
  ASSERT_TRUE(txn->Put(Table::kRuns, "a", "1").ok());
  ASSERT_TRUE(txn->Put(Table::kRuns, "a", "2").ok());
  ASSERT_TRUE(txn->Put(Table::kRuns, "b", "").ok());
  ASSERT_TRUE(txn->Commit().ok());
  auto reader = Read();
  EXPECT_EQ(Get(reader.get(), "a"), "2");
  EXPECT_EQ(Get(reader.get(), "b"), "");
}

TEST_P(StoreConformance, TablesAreApart) {
  auto txn = Write();
  for (int i = 0; i < kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    ASSERT_TRUE(txn->Put(table, "k", TableName(table)).ok());
  }
  ASSERT_TRUE(txn->Commit().ok());
  auto reader = Read();
  for (int i = 0; i < kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    EXPECT_EQ(**reader->Get(table, "k"), TableName(table));
  }
}

TEST_P(StoreConformance, AbortChangesNothing) {
  PutAll({{"a", "1"}, {"b", "2"}});
  {
    auto txn = Write();
    ASSERT_TRUE(txn->Put(Table::kRuns, "a", "9").ok());
    ASSERT_TRUE(txn->Put(Table::kRuns, "c", "9").ok());
    ASSERT_TRUE(txn->Delete(Table::kRuns, "b").ok());
  }
  auto reader = Read();
  EXPECT_THAT(Forward(reader.get()), testing::ElementsAre("a=1", "b=2"));
}

TEST_P(StoreConformance, ReaderKeepsItsSnapshot) {
  PutAll({{"a", "1"}, {"b", "1"}});
  auto before = Read();
  auto txn = Write();
  ASSERT_TRUE(txn->Put(Table::kRuns, "a", "2").ok());
  ASSERT_TRUE(txn->Delete(Table::kRuns, "b").ok());
  auto during = Read();
  EXPECT_EQ(Get(during.get(), "a"), "1");
  ASSERT_TRUE(txn->Commit().ok());
  auto after = Read();
  for (ReadTransaction* old : {before.get(), during.get()}) {
    EXPECT_THAT(Forward(old), testing::ElementsAre("a=1", "b=1"));
  }
  EXPECT_THAT(Forward(after.get()), testing::ElementsAre("a=2"));
}

TEST_P(StoreConformance, WriterReadsItsOwnWrites) {
  PutAll({{"a", "1"}, {"c", "1"}, {"e", "1"}});
  auto txn = Write();
  ASSERT_TRUE(txn->Put(Table::kRuns, "b", "2").ok());
  ASSERT_TRUE(txn->Put(Table::kRuns, "c", "2").ok());
  ASSERT_TRUE(txn->Delete(Table::kRuns, "e").ok());
  ASSERT_TRUE(txn->Delete(Table::kRuns, "nothing").ok());
  EXPECT_EQ(Get(txn.get(), "b"), "2");
  EXPECT_EQ(Get(txn.get(), "c"), "2");
  EXPECT_EQ(Get(txn.get(), "e"), "(absent)");
  EXPECT_THAT(Forward(txn.get()), testing::ElementsAre("a=1", "b=2", "c=2"));
  EXPECT_THAT(Backward(txn.get()), testing::ElementsAre("c=2", "b=2", "a=1"));
  ASSERT_TRUE(txn->Put(Table::kRuns, "e", "3").ok());
  EXPECT_EQ(Get(txn.get(), "e"), "3");
}

TEST_P(StoreConformance, CursorSeeksAndTurns) {
  PutAll({{"b", "1"}, {"d", "2"}, {"f", "3"}});
  auto txn = Read();
  auto cursor = txn->NewCursor(Table::kRuns).value();
  EXPECT_FALSE(Ok(cursor->Next()));
  ASSERT_TRUE(Ok(cursor->SeekAtLeast("c")));
  EXPECT_EQ(At(*cursor), "d=2");
  ASSERT_TRUE(Ok(cursor->Previous()));
  EXPECT_EQ(At(*cursor), "b=1");
  ASSERT_TRUE(Ok(cursor->Next()));
  ASSERT_TRUE(Ok(cursor->Next()));
  EXPECT_EQ(At(*cursor), "f=3");
  EXPECT_FALSE(Ok(cursor->Next()));
  EXPECT_FALSE(Ok(cursor->Previous()));  // It stood nowhere.
  ASSERT_TRUE(Ok(cursor->SeekAtLeast("f")));
  EXPECT_EQ(At(*cursor), "f=3");
  EXPECT_FALSE(Ok(cursor->SeekAtLeast("g")));
  ASSERT_TRUE(Ok(cursor->SeekLast()));
  EXPECT_EQ(At(*cursor), "f=3");
}

TEST_P(StoreConformance, CursorStaysUsableAcrossWrites) {
  PutAll({{"a", "1"}, {"c", "1"}, {"e", "1"}, {"g", "1"}});
  auto txn = Write();
  auto cursor = txn->NewCursor(Table::kRuns).value();
  ASSERT_TRUE(Ok(cursor->SeekAtLeast("c")));
  ASSERT_TRUE(txn->Put(Table::kRuns, "d", "2").ok());
  ASSERT_TRUE(Ok(cursor->Next()));
  EXPECT_EQ(At(*cursor), "d=2");
  ASSERT_TRUE(txn->Delete(Table::kRuns, "d").ok());
  ASSERT_TRUE(Ok(cursor->Next()));
  EXPECT_EQ(At(*cursor), "e=1");
  ASSERT_TRUE(txn->Delete(Table::kRuns, "e").ok());
  ASSERT_TRUE(Ok(cursor->Previous()));
  EXPECT_EQ(At(*cursor), "c=1");
  ASSERT_TRUE(Ok(cursor->SeekLast()));
  ASSERT_TRUE(txn->Delete(Table::kRuns, "g").ok());
  ASSERT_TRUE(Ok(cursor->Previous()));
  EXPECT_EQ(At(*cursor), "c=1");
}

TEST_P(StoreConformance, CursorGivesNoRecordTwice) {
  PutAll({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}});
  auto txn = Write();
  auto cursor = txn->NewCursor(Table::kRuns).value();
  ASSERT_TRUE(Ok(cursor->SeekAtLeast("b")));
  ASSERT_TRUE(txn->Delete(Table::kRuns, "b").ok());
  ASSERT_TRUE(Ok(cursor->Next()));
  EXPECT_EQ(At(*cursor), "c=1");
  ASSERT_TRUE(txn->Put(Table::kRuns, "a", "2").ok());
  ASSERT_TRUE(Ok(cursor->Next()));
  EXPECT_EQ(At(*cursor), "d=1");
}

TEST_P(StoreConformance, DeleteWhileWalking) {
  Model rows;
  for (int i = 100; i < 1000; ++i) rows[std::to_string(i)] = "x";
  PutAll(rows);
  auto txn = Write();
  auto cursor = txn->NewCursor(Table::kRuns).value();
  int deleted = 0;
  for (bool on = Ok(cursor->SeekAtLeast("")); on; on = Ok(cursor->Next())) {
    const std::string key(cursor->key());
    if (key.back() == '0') continue;
    ASSERT_TRUE(txn->Delete(Table::kRuns, key).ok());
    ++deleted;
  }
  EXPECT_EQ(deleted, 810);
  EXPECT_EQ(Forward(txn.get()).size(), 90u);
}

TEST_P(StoreConformance, KeysSortAsUnsignedBytes) {
  const std::string zero(1, '\0');
  PutAll({{zero, "0"},
          {zero + zero, "00"},
          {"\x7f", "7f"},
          {"\x80", "80"},
          {"\xff", "ff"},
          {std::string(kMaxKeyBytes, '\xff'), "long"}});
  auto reader = Read();
  auto cursor = reader->NewCursor(Table::kRuns).value();
  std::vector<std::string> values;
  for (bool on = Ok(cursor->SeekAtLeast("")); on; on = Ok(cursor->Next())) {
    values.emplace_back(cursor->value());
  }
  EXPECT_THAT(values,
              testing::ElementsAre("0", "00", "7f", "80", "ff", "long"));
}

TEST_P(StoreConformance, RefusesKeysOfNoOrTooManyBytes) {
  auto txn = Write();
  for (const size_t size : {size_t{0}, kMaxKeyBytes + 1}) {
    const std::string key(size, 'k');
    const ErrorCode bad = ErrorCode::kInvalidArgument;
    EXPECT_EQ(CodeOf(txn->Put(Table::kRuns, key, "v")), bad) << size;
    EXPECT_EQ(CodeOf(txn->Append(Table::kRuns, key, "v")), bad) << size;
    EXPECT_EQ(CodeOf(txn->Delete(Table::kRuns, key)), bad) << size;
    EXPECT_EQ(CodeOf(txn->Get(Table::kRuns, key).status()), bad) << size;
  }
  // And the transaction goes on.
  ASSERT_TRUE(txn->Put(Table::kRuns, "k", "v").ok());
  EXPECT_TRUE(txn->Commit().ok());
}

TEST_P(StoreConformance, KeepsBigValues) {
  std::string big(3 << 20, '\0');
  for (size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 7);
  PutAll({{"a", "small"}, {"b", big}, {"c", "small"}});
  auto reader = Read();
  EXPECT_TRUE(Get(reader.get(), "b") == big);
  PutAll({{"b", big + "x"}});
  EXPECT_TRUE(Get(reader.get(), "b") == big);
  EXPECT_TRUE(Get(Read().get(), "b") == big + "x");
}

TEST_P(StoreConformance, OneWriterAtATime) {
  auto txn = Write();
  ASSERT_TRUE(txn->Put(Table::kRuns, "a", "1").ok());
  std::thread other([this] {
    auto second = Write();
    const std::string seen = Get(second.get(), "a");
    ASSERT_TRUE(second->Put(Table::kRuns, "a", seen + "2").ok());
    ASSERT_TRUE(second->Commit().ok());
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_TRUE(txn->Commit().ok());
  other.join();
  EXPECT_EQ(Get(Read().get(), "a"), "12");
}

TEST_P(StoreConformance, EndedTransactionsRefuseEverything) {
  const ErrorCode ended = ErrorCode::kWrongState;
  auto txn = Write();
  auto cursor = txn->NewCursor(Table::kRuns).value();
  ASSERT_TRUE(txn->Put(Table::kRuns, "a", "1").ok());
  ASSERT_TRUE(Ok(cursor->SeekLast()));
  ASSERT_TRUE(txn->Commit().ok());
  EXPECT_EQ(CodeOf(txn->Put(Table::kRuns, "a", "2")), ended);
  EXPECT_EQ(CodeOf(txn->Append(Table::kRuns, "b", "2")), ended);
  EXPECT_EQ(CodeOf(txn->Delete(Table::kRuns, "a")), ended);
  EXPECT_EQ(CodeOf(txn->Get(Table::kRuns, "a").status()), ended);
  EXPECT_EQ(CodeOf(txn->NewCursor(Table::kRuns).status()), ended);
  EXPECT_EQ(CodeOf(txn->Commit()), ended);
  EXPECT_EQ(CodeOf(cursor->Next().status()), ended);
  auto reader = Read();
  auto orphan = reader->NewCursor(Table::kRuns).value();
  ASSERT_TRUE(Ok(orphan->SeekLast()));
  reader.reset();
  EXPECT_EQ(CodeOf(orphan->SeekLast().status()), ended);
}

TEST_P(StoreConformance, TransactionsOutliveTheStore) {
  PutAll({{"a", "1"}});
  auto reader = Read();
  auto writer = Write();
  store_.reset();
  EXPECT_EQ(Get(reader.get(), "a"), "1");
  ASSERT_TRUE(writer->Put(Table::kRuns, "a", "2").ok());
  EXPECT_TRUE(writer->Commit().ok());
}

TEST_P(StoreConformance, ManyThreadsReadWhileOneWrites) {
  PutAll({{"a", "0"}, {"b", "0"}});
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([this] {
      for (int n = 0; n < 200; ++n) {
        auto txn = Read();
        ASSERT_EQ(Get(txn.get(), "a"), Get(txn.get(), "b"));
      }
    });
  }
  for (int n = 1; n <= 50; ++n) {
    PutAll({{"a", std::to_string(n)}, {"b", std::to_string(n)}});
  }
  for (std::thread& reader : readers) reader.join();
}

// Random transactions against a std::map, with a cursor walking both ways and
// snapshots kept for a while.
TEST_P(StoreConformance, AgreesWithAMap) {
  std::mt19937_64 random(TestSeed());
  const auto key = [&] {
    const int letter = static_cast<int>(random() % 40);
    return std::string(1 + random() % 3, static_cast<char>('A' + letter));
  };
  Model committed;
  std::vector<std::pair<std::unique_ptr<ReadTransaction>, Model>> snapshots;
  const auto check = [&](ReadTransaction* txn, const Model& model) {
    std::vector<std::string> expected;
    for (const auto& [k, v] : model) expected.push_back(k + "=" + v);
    ASSERT_EQ(Forward(txn), expected);
    std::reverse(expected.begin(), expected.end());
    ASSERT_EQ(Backward(txn), expected);
  };
  for (int round = 0; round < 60; ++round) {
    Model model = committed;
    auto txn = Write();
    auto cursor = txn->NewCursor(Table::kRuns).value();
    Model::iterator at = model.end();
    std::string stood;
    const int operations = static_cast<int>(random() % 60);
    for (int n = 0; n < operations; ++n) {
      const std::string k = key();
      switch (random() % 7) {
        case 0:
        case 1: {
          const std::string v(random() % 2000, static_cast<char>(random()));
          const bool late = random() % 2 == 0;
          ASSERT_TRUE((late ? txn->PutLate(Table::kRuns, k, v)
                            : txn->Put(Table::kRuns, k, v))
                          .ok());
          model[k] = v;
          break;
        }
        case 2:
          ASSERT_TRUE(txn->Delete(Table::kRuns, k).ok());
          model.erase(k);
          break;
        case 3: {
          const auto found = model.find(k);
          ASSERT_EQ(Get(txn.get(), k),
                    found == model.end() ? "(absent)" : found->second);
          break;
        }
        case 4:
          at = model.lower_bound(k);
          ASSERT_EQ(Ok(cursor->SeekAtLeast(k)), at != model.end());
          stood = at == model.end() ? "" : at->first;
          break;
        case 5:
          if (stood.empty()) break;
          at = model.upper_bound(stood);
          ASSERT_EQ(Ok(cursor->Next()), at != model.end());
          stood = at == model.end() ? "" : at->first;
          break;
        default:
          if (stood.empty()) break;
          at = model.lower_bound(stood);
          ASSERT_EQ(Ok(cursor->Previous()), at != model.begin());
          stood = at == model.begin() ? "" : std::prev(at)->first;
          break;
      }
      if (n % 16 == 0 && !stood.empty() && model.contains(stood)) {
        ASSERT_TRUE(Ok(cursor->SeekAtLeast(stood)));
        ASSERT_EQ(At(*cursor), stood + "=" + model[stood]);
      }
    }
    check(txn.get(), model);
    if (random() % 4 == 0) continue;  // abort
    ASSERT_TRUE(txn->Commit().ok());
    committed = std::move(model);
    snapshots.emplace_back(Read(), committed);
    if (snapshots.size() > 5) snapshots.erase(snapshots.begin());
    for (auto& [reader, rows] : snapshots) check(reader.get(), rows);
  }
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_STORE_CONFORMANCE_H_
