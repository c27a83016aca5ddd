#include "ledger/journal.h"

#include <vector>

#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

class JournalTest : public testing::Test {
 protected:
  // Commits of entries whose texts have these lengths, each with its link.
  void Write(const std::vector<std::vector<size_t>>& commits) {
    const auto transaction = store_->BeginWrite();
    JournalAppender writer(transaction->get(), next_, chain_);
    for (const std::vector<size_t>& lengths : commits) {
      for (const size_t length : lengths) {
        const std::string text(length, 'x');
        writer.Add(next_us_++, ContractApplied{"c", 1, "", text});
        texts_.push_back(length);
      }
      EXPECT_EQ(writer.open_entries(), lengths.size());
      chain_ = writer.Chain();
      writer.AddLink(next_us_++, {lengths.size(), chain_});
      texts_.push_back(kLink);
      EXPECT_EQ(writer.open_entries(), 0u);
    }
    next_ = writer.next_sequence();
    ASSERT_THAT(writer.Close(), IsOk());
    ASSERT_THAT((*transaction)->Commit(), IsOk());
  }

  std::vector<std::string> Blocks() {
    std::vector<std::string> blocks;
    const auto books = store_->BeginRead();
    const auto cursor = (*books)->NewCursor(Table::kJournal);
    for (auto found = (*cursor)->SeekAtLeast(""); *found;
         found = (*cursor)->Next()) {
      blocks.emplace_back((*cursor)->value());
    }
    return blocks;
  }

  // Walks from `from` on and compares with what was written.
  void ExpectEntriesFrom(uint64_t from) {
    const auto books = store_->BeginRead();
    auto cursor = JournalCursor::Make(books->get());
    ASSERT_THAT(cursor, IsOk());
    uint64_t expected = from;
    auto found = cursor->SeekAtLeast(from);
    for (; *found; found = cursor->Next(), ++expected) {
      ASSERT_EQ(cursor->sequence(), expected);
      const auto entry = DecodeEntry(expected, cursor->entry());
      ASSERT_THAT(entry, IsOk());
      const auto* contract = std::get_if<ContractApplied>(&entry->body);
      const size_t length = contract ? contract->text.size() : kLink;
      ASSERT_EQ(length, texts_[expected - 1]);
    }
    EXPECT_EQ(expected, next_);
  }

  static constexpr size_t kLink = ~size_t{0};
  std::unique_ptr<Store> store_ = NewMemoryStore();
  uint64_t next_ = 1;
  int64_t next_us_ = 0;
  Sha256Digest chain_{};
  std::vector<size_t> texts_;
};

TEST_F(JournalTest, ACommitOfFewEntriesIsOneBlock) {
  Write({{5, 6, 7}});
  EXPECT_EQ(Blocks().size(), 1u);
  Write({{5}, {}});
  EXPECT_EQ(Blocks().size(), 3u);
  ExpectEntriesFrom(1);
}

TEST_F(JournalTest, BlocksAreBoundedUnlessOneEntryIsLonger) {
  Write({std::vector<size_t>(200, 40)});
  const std::vector<std::string> blocks = Blocks();
  EXPECT_GE(blocks.size(), 4u);
  EXPECT_LE(blocks.size(), 8u);
  for (const std::string& block : blocks) {
    EXPECT_LE(block.size(), kMaxBlockBytes);
  }
  Write({{1, 10'000, 1}});
  EXPECT_EQ(Blocks().size(), blocks.size() + 3);
  ExpectEntriesFrom(1);
}

TEST_F(JournalTest, EverySequenceIsFound) {
  Random random;
  for (int i = 0; i < 20; ++i) {
    std::vector<size_t> lengths;
    for (int64_t left = random.Between(0, 40); left > 0; --left) {
      lengths.push_back(static_cast<size_t>(
          random.OneIn(20) ? random.Between(0, 5'000) : random.Between(0, 90)));
    }
    Write({lengths});
  }
  for (uint64_t from = 1; from <= next_; ++from) ExpectEntriesFrom(from);
}

// The chain is over what blocks hold, so that a reader can check it with blocks
// alone.
TEST_F(JournalTest, TheChainIsTheDigestOfTheBytesBeforeTheLink) {
  const Sha256Digest before = chain_;
  Write({std::vector<size_t>(100, 40)});
  std::string bytes(before.begin(), before.end());
  for (const std::string& block : Blocks()) bytes += block;
  const auto books = store_->BeginRead();
  auto cursor = JournalCursor::Make(books->get());
  ASSERT_THAT(cursor, IsOk());
  ASSERT_TRUE(*cursor->SeekAtLeast(101));
  bytes.resize(bytes.size() - cursor->entry().size() - 1);
  EXPECT_EQ(HexOf(chain_), HexOf(Sha256Of(bytes)));
}

}  // namespace
}  // namespace drawdown
