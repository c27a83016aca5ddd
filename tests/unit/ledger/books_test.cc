// The rules of the books, over a store in memory.
#include <map>
#include <tuple>

#include "base/path.h"
#include "base/wide.h"
#include "gtest/gtest.h"
#include "ledger/buckets.h"
#include "ledger/inspect.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "ledger/rebuild.h"
#include "ledger/usage_query.h"
#include "ledger/verify.h"
#include "tests/support/random.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

class BooksTest : public testing::Test {
 protected:
  std::unique_ptr<Posting> Begin(int64_t now_us = 0) {
    auto transaction = store_->BeginWrite();
    EXPECT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(*std::move(transaction), header_, now_us);
    EXPECT_THAT(posting, IsOk());
    return *std::move(posting);
  }

  static RunChanged Change(RunChange kind, int64_t at_us,
                           int64_t micro_gpus = 0) {
    RunChanged change;
    change.change = kind;
    change.run_id = "run";
    change.at_us = at_us;
    change.micro_gpus = micro_gpus;
    return change;
  }

  absl::StatusOr<Verdict> Post(RunChanged change, int64_t now_us = 0) {
    const auto posting = Begin(now_us);
    if (change.change == RunChange::kStart) {
      change.tenant = *posting->Intern(NameKind::kTenant, "acme", false);
      change.pool = *posting->Intern(NameKind::kPool, "aws/x", false);
    }
    auto verdict = posting->Post(change);
    if (verdict.ok()) {
      EXPECT_THAT(posting->Commit(), IsOk());
    }
    return verdict;
  }

  UsageAnswer Ask(UsageQuery query) {
    const auto books = store_->BeginRead();
    EXPECT_THAT(books, IsOk());
    auto answer = AnswerUsage(books->get(), header_.bucket_us, {}, query);
    EXPECT_THAT(answer, IsOk());
    return *std::move(answer);
  }
  GpuTime TotalAt(int64_t at_us) { return Ask({.at_us = at_us}).total; }

  VerifyReport VerifyNow() {
    const auto books = store_->BeginRead();
    EXPECT_THAT(books, IsOk());
    auto report = VerifyBooks(books->get(), header_, 0);
    EXPECT_THAT(report, IsOk());
    return *std::move(report);
  }

  Header header_;
  std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(BooksTest, OpenRunAccruesByItself) {
  ASSERT_THAT(Post(Change(RunChange::kStart, kHour / 2, 8 * kGpu)), IsOk());
  EXPECT_EQ(TotalAt(kHour / 2), GpuTime());
  EXPECT_EQ(TotalAt(kHour), GpuTime(8 * kHour / 2));
  EXPECT_EQ(TotalAt(1'000 * kHour + 1),
            GpuTime(8 * (1'000 * kHour + 1 - kHour / 2)));
}

TEST_F(BooksTest, LifeOfARunWithResizeAndSuspension) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, 4 * kGpu)), IsOk());
  ASSERT_THAT(Post(Change(RunChange::kResize, kHour, 8 * kGpu)), IsOk());
  ASSERT_THAT(Post(Change(RunChange::kSuspend, 2 * kHour)), IsOk());
  ASSERT_THAT(Post(Change(RunChange::kResume, 5 * kHour)), IsOk());
  RunChanged stop = Change(RunChange::kStop, 6 * kHour);
  stop.reason = StopReason::kPreempted;
  ASSERT_THAT(Post(stop), IsOk());
  EXPECT_EQ(TotalAt(100 * kHour), GpuTime((4 + 8 + 8) * kHour));
  EXPECT_EQ(TotalAt(4 * kHour), GpuTime((4 + 8) * kHour));
  EXPECT_TRUE(VerifyNow().ok);
}

TEST_F(BooksTest, RepeatingACallChangesNothing) {
  const RunChanged start = Change(RunChange::kStart, 0, kGpu);
  const RunChanged resize = Change(RunChange::kResize, kHour, 2 * kGpu);
  const RunChanged stop = Change(RunChange::kStop, 2 * kHour);
  for (const RunChanged& change : {start, resize, stop}) {
    ASSERT_THAT(Post(change), IsOk());
  }
  const uint64_t entries = VerifyNow().entries;
  for (const RunChanged& change : {start, resize, stop}) {
    const auto verdict = Post(change);
    ASSERT_THAT(verdict, IsOk());
    EXPECT_EQ(*verdict, Verdict::kUnchanged);
  }
  EXPECT_EQ(VerifyNow().entries, entries);
}

TEST_F(BooksTest, AStopWhileSuspendedIsRememberedAndCanBeRepeated) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, kGpu)), IsOk());
  ASSERT_THAT(Post(Change(RunChange::kSuspend, kHour)), IsOk());
  const RunChanged stop = Change(RunChange::kStop, 3 * kHour);
  for (const Verdict expected : {Verdict::kUpdate, Verdict::kUnchanged}) {
    const auto verdict = Post(stop);
    ASSERT_THAT(verdict, IsOk());
    EXPECT_EQ(*verdict, expected);
  }
  EXPECT_THAT(Post(Change(RunChange::kStop, 2 * kHour)),
              IsError(ErrorCode::kConflict, "1 GPUs [1970-01-01T03:00:00Z"));
  EXPECT_THAT(Post(Change(RunChange::kResume, 3 * kHour)),
              IsError(ErrorCode::kWrongState, "is ended"));
  EXPECT_EQ(TotalAt(100 * kHour), GpuTime(kHour));
  EXPECT_TRUE(VerifyNow().ok);
}

TEST_F(BooksTest, AStopForAnotherReasonNamesBoth) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, kGpu)), IsOk());
  RunChanged stop = Change(RunChange::kStop, kHour);
  stop.reason = StopReason::kPreempted;
  ASSERT_THAT(Post(stop), IsOk());
  stop.reason = StopReason::kFailed;
  const auto again = Post(stop);
  EXPECT_THAT(again, IsError(ErrorCode::kConflict, "), preempted; this says"));
  EXPECT_THAT(again, IsError(ErrorCode::kConflict, "01:00:00Z, failed"));
}

TEST_F(BooksTest, WrongChangesAreNamed) {
  EXPECT_THAT(Post(Change(RunChange::kStop, 0)),
              IsError(ErrorCode::kNotFound, "run attempt 1"));
  ASSERT_THAT(Post(Change(RunChange::kStart, kHour, kGpu)), IsOk());
  EXPECT_THAT(Post(Change(RunChange::kStart, kHour, 2 * kGpu)),
              IsError(ErrorCode::kConflict, "acme on aws/x, 1 GPUs"));
  EXPECT_THAT(Post(Change(RunChange::kResume, 2 * kHour)),
              IsError(ErrorCode::kWrongState, "is open"));
  EXPECT_THAT(Post(Change(RunChange::kResize, 0, kGpu)),
              IsError(ErrorCode::kBadRow, "would rewrite it"));
  ASSERT_THAT(Post(Change(RunChange::kStop, 2 * kHour)), IsOk());
  EXPECT_THAT(Post(Change(RunChange::kStop, 3 * kHour)),
              IsError(ErrorCode::kConflict,
                      "this says stopped at 1970-01-01T03:00:00Z"));
  EXPECT_EQ(TotalAt(10 * kHour), GpuTime(kHour));
}

TEST_F(BooksTest, NothingIsVisibleBeforeCommit) {
  {
    const auto posting = Begin();
    RunImported row = {"r", 1, 0, 0, kGpu, 0, kHour, ""};
    row.tenant = *posting->Intern(NameKind::kTenant, "acme", false);
    row.pool = *posting->Intern(NameKind::kPool, "aws/x", false);
    ASSERT_THAT(posting->Post(row), IsOk());
  }
  EXPECT_EQ(TotalAt(kHour), GpuTime());
  EXPECT_EQ(VerifyNow().entries, 0u);
}

TEST_F(BooksTest, StrictRefusesUnknownNames) {
  const auto posting = Begin();
  EXPECT_THAT(posting->Intern(NameKind::kTenant, "nobody", true),
              IsError(ErrorCode::kUnknownName, "nobody"));
}

TEST_F(BooksTest, RecordTimeNeverGoesBack) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, kGpu), 5'000), IsOk());
  ASSERT_THAT(Post(Change(RunChange::kStop, kHour), 1'000), IsOk());
  const auto books = store_->BeginRead();
  std::vector<int64_t> recorded;
  ASSERT_THAT(VisitJournal(books->get(), 0,
                           [&](const JournalEntry& entry) {
                             recorded.push_back(entry.recorded_us);
                             return true;
                           }),
              IsOk());
  for (const int64_t at : recorded) EXPECT_EQ(at, 5'000);
}

TEST_F(BooksTest, RebuildAtAnInstantShowsWhatWasBelievedThen) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, kGpu), 1'000), IsOk());
  ASSERT_THAT(Post(Change(RunChange::kStop, kHour), 2'000), IsOk());
  const auto books = store_->BeginRead();
  const auto past = NewMemoryStore();
  ASSERT_THAT(Rebuild(books->get(), header_, past.get(), 1'999), IsOk());
  const auto past_books = past->BeginRead();
  UsageQuery query;
  query.at_us = 10 * kHour;
  const auto answer = AnswerUsage(past_books->get(), kHour, {}, query);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->total, GpuTime(10 * kHour));
}

// Changes one record behind the ledger's back.
void Overwrite(Store* store, Table table, const std::string& key,
               const std::optional<std::string>& value) {
  auto transaction = store->BeginWrite();
  ASSERT_THAT(transaction, IsOk());
  if (value) {
    ASSERT_THAT((*transaction)->Put(table, key, *value), IsOk());
  } else {
    ASSERT_THAT((*transaction)->Delete(table, key), IsOk());
  }
  ASSERT_THAT((*transaction)->Commit(), IsOk());
}

TEST_F(BooksTest, VerifyFindsEveryTamperedRecord) {
  ASSERT_THAT(Post(Change(RunChange::kStart, kHour / 3, kGpu)), IsOk());
  ASSERT_THAT(Post(Change(RunChange::kStop, 3 * kHour)), IsOk());
  ASSERT_TRUE(VerifyNow().ok);
  for (int table = 1; table < kTableCount; ++table) {
    std::vector<std::pair<std::string, std::string>> records;
    {
      const auto books = store_->BeginRead();
      const auto cursor = (*books)->NewCursor(static_cast<Table>(table));
      for (auto found = (*cursor)->SeekAtLeast(std::string(1, '\0')); *found;
           found = (*cursor)->Next()) {
        records.emplace_back((*cursor)->key(), (*cursor)->value());
      }
    }
    for (const auto& [key, value] : records) {
      std::string damaged = value;
      damaged[damaged.size() / 2] ^= 4;
      Overwrite(store_.get(), static_cast<Table>(table), key, damaged);
      EXPECT_FALSE(VerifyNow().ok) << TableName(static_cast<Table>(table));
      Overwrite(store_.get(), static_cast<Table>(table), key, std::nullopt);
      EXPECT_FALSE(VerifyNow().ok) << TableName(static_cast<Table>(table));
      Overwrite(store_.get(), static_cast<Table>(table), key, value);
    }
  }
  EXPECT_TRUE(VerifyNow().ok);
}

TEST_F(BooksTest, VerifyFindsAValidRecordThatTheJournalDoesNotExplain) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, kGpu)), IsOk());
  const std::string key = StretchKey({0, 0, 0});
  CellStretch stretch;
  stretch.present = 1;
  stretch.cells[0].partial = GpuTime(1);
  std::string value;
  AppendStretch(key, stretch, &value);
  Overwrite(store_.get(), Table::kCells, key, value);
  const VerifyReport report = VerifyNow();
  EXPECT_FALSE(report.ok);
  EXPECT_NE(report.from_runs, report.in_buckets);
}

// Changes byte `at` of an entry of a block, its length being byte 0. Lengths
// here are of one byte.
void DamageEntry(Store* store, uint64_t block, uint64_t sequence, size_t at) {
  std::string bytes;
  {
    const auto books = store->BeginRead();
    bytes = std::string(**(*books)->Get(Table::kJournal, SequenceKey(block)));
  }
  size_t start = 0;
  for (uint64_t before = block; before < sequence; ++before) {
    start += 1 + static_cast<unsigned char>(bytes[start]);
  }
  bytes[start + at] ^= 5;
  Overwrite(store, Table::kJournal, SequenceKey(block), bytes);
}

TEST_F(BooksTest, SalvageKeepsWhatCanBeRead) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, kGpu)), IsOk());
  {
    const auto posting = Begin();
    for (const char* id : {"a", "b", "c"}) {
      const UsageAdded usage = {id, 0, 0, 0, kHour, GpuTime(1'000)};
      ASSERT_THAT(posting->Post(usage), IsOk());
    }
    ASSERT_THAT(posting->Commit(), IsOk());
  }
  // Entries: 1 tenant, 2 pool, 3 start, 4 link, 5-7 usage, 8 link.
  DamageEntry(store_.get(), 1, 1, 9);
  DamageEntry(store_.get(), 5, 6, 9);
  const auto books = store_->BeginRead();
  const auto fresh = NewMemoryStore();
  const auto report = SalvageInto(books->get(), header_, fresh.get());
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->runs, 1u);
  EXPECT_EQ(report->usage_records, 2u);
  EXPECT_EQ(report->entries_lost, 2u);
  const auto fresh_books = fresh->BeginRead();
  const auto verified = VerifyBooks(fresh_books->get(), header_, kHour);
  ASSERT_THAT(verified, IsOk());
  EXPECT_TRUE(verified->ok);
  EXPECT_EQ(verified->from_usage, GpuTime(2'000));
}

// A damaged length hides the rest of its block, and nothing of another.
TEST_F(BooksTest, SalvageCountsWhatADamagedBlockHides) {
  ASSERT_THAT(Post(Change(RunChange::kStart, 0, kGpu)), IsOk());
  for (const char* id : {"a", "b", "c"}) {
    const auto posting = Begin();
    for (const char* part : {"1", "2", "3"}) {
      const std::string whole = std::string(id) + part;
      const UsageAdded usage = {whole, 0, 0, 0, kHour, GpuTime(1'000)};
      ASSERT_THAT(posting->Post(usage), IsOk());
    }
    ASSERT_THAT(posting->Commit(), IsOk());
  }
  // Blocks: 1-4, then 5-8, 9-12 and 13-16 of three amounts and a link each.
  DamageEntry(store_.get(), 9, 10, 0);
  const auto books = store_->BeginRead();
  const auto fresh = NewMemoryStore();
  const auto report = SalvageInto(books->get(), header_, fresh.get());
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->usage_records, 7u);
  EXPECT_EQ(report->entries_lost, 3u);
  EXPECT_EQ(report->entries_read, 13u);
  ASSERT_EQ(report->losses.size(), 1u);
  EXPECT_NE(report->losses[0].find("10 to 12"), std::string::npos);
}

TEST_F(BooksTest, RunsMayComeInAnyOrder) {
  Random random(2);
  for (int round = 0; round < 12; ++round) {
    store_ = NewMemoryStore();
    const int sizes[] = {5, 900, 2'500};
    const int count = sizes[round % 3];
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.push_back(std::to_string(10'000 + i));
    // In order, nearly so, or not at all; some rows twice.
    const int swaps = round < 3 ? 0 : round < 6 ? 1 : count;
    for (int i = 0; i < swaps; ++i) {
      std::swap(ids[random.Between(0, count - 1)],
                ids[random.Between(0, count - 1)]);
    }
    for (int i = 0; i < 5; ++i)
      ids.push_back(ids[random.Between(0, count - 1)]);
    auto posting = Begin();
    int known = 0;
    for (size_t i = 0; i < ids.size(); ++i) {
      RunImported row = {ids[i], 1, 0, 0, kGpu, 0, kHour, ""};
      row.tenant = *posting->Intern(NameKind::kTenant, "acme", false);
      row.pool = *posting->Intern(NameKind::kPool, "aws/x", false);
      const auto verdict = posting->Post(row);
      ASSERT_THAT(verdict, IsOk());
      known += *verdict == Verdict::kUnchanged;
      if (random.OneIn(1'000)) {
        ASSERT_THAT(posting->Commit(), IsOk());
        posting = Begin();
      }
    }
    ASSERT_THAT(posting->Commit(), IsOk());
    EXPECT_EQ(known, 5);
    EXPECT_EQ(TotalAt(kHour), GpuTime(count * kHour));
    const VerifyReport report = VerifyNow();
    EXPECT_TRUE(report.ok);
    EXPECT_EQ(report.runs, static_cast<uint64_t>(count));
  }
}

TEST_F(BooksTest, OverflowIsRefusedAndChangesNothing) {
  const auto posting = Begin();
  const Int128 huge = static_cast<Int128>(1) << 126;
  const uint32_t tenant = *posting->Intern(NameKind::kTenant, "acme", false);
  const uint32_t pool = *posting->Intern(NameKind::kPool, "aws/x", false);
  for (const char* id : {"a", "b", "c"}) {
    const UsageAdded usage = {id, tenant, pool, 0, kHour, GpuTime(huge)};
    ASSERT_THAT(posting->Post(usage), IsOk());
  }
  EXPECT_THAT(posting->Commit(), IsError(ErrorCode::kOverflow, "acme"));
  EXPECT_EQ(TotalAt(kHour), GpuTime());
}

// --- against a naive model
// ----------------------------------------------------

struct NaiveRun {
  std::string tenant;
  std::string pool;
  std::vector<Segment> segments;
};

// Usage of [from, to), segment by segment.
GpuTime NaiveUsage(const std::vector<NaiveRun>& runs, int64_t from_us,
                   int64_t to_us, const std::string& tenant) {
  GpuTime sum;
  for (const NaiveRun& run : runs) {
    if (!IsAtOrBelow(run.tenant, tenant)) continue;
    for (const Segment& segment : run.segments) {
      const auto until = [&](int64_t cut_us) {
        const bool ended = segment.end_us && *segment.end_us <= cut_us;
        const int64_t end_us = ended ? *segment.end_us : cut_us;
        if (end_us <= segment.start_us) return Int128{0};
        const Int128 exact = static_cast<Int128>(segment.micro_gpus) *
                             (end_us - segment.start_us);
        return ended ? DivHalfEven(exact, kMicroGpusPerGpu)
                     : exact / kMicroGpusPerGpu;
      };
      sum += GpuTime(until(to_us) - until(from_us));
    }
  }
  return sum;
}

int64_t RandomInstant(Random* random) {
  const int64_t hours = random->Between(-30, 900);
  switch (random->Between(0, 3)) {
    case 0:
      return hours * kHour;
    case 1:
      return hours * kHour + random->Between(0, 3'599) * kMicrosPerSecond;
    default:
      return hours * kHour + random->Between(0, kHour - 1);
  }
}

TEST_F(BooksTest, RandomBooksAgreeWithANaiveModel) {
  Random random(1);
  const char* const tenants[] = {"acme", "acme/chat", "acme/chat/eu", "globex"};
  const char* const pools[] = {"aws/x", "nord/y"};
  for (int round = 0; round < 25; ++round) {
    store_ = NewMemoryStore();
    std::vector<NaiveRun> runs;
    auto posting = Begin();
    for (int i = 0; i < 120; ++i) {
      NaiveRun run = {
          tenants[random.Between(0, 3)], pools[random.Between(0, 1)], {}};
      Segment segment;
      segment.start_us = RandomInstant(&random);
      segment.micro_gpus = random.OneIn(2) ? random.Between(0, 16) * kGpu
                                           : random.Between(1, 4'000'000);
      if (!random.OneIn(6)) {
        segment.end_us = segment.start_us +
                         (random.OneIn(2) ? random.Between(0, 200) * kHour
                                          : random.Between(0, 90 * kHour));
      }
      run.segments.push_back(segment);
      const std::string id = "run-" + std::to_string(i);
      RunImported row = {
          id, 1, 0, 0, segment.micro_gpus, segment.start_us, segment.end_us,
          ""};
      row.tenant = *posting->Intern(NameKind::kTenant, run.tenant, false);
      row.pool = *posting->Intern(NameKind::kPool, run.pool, false);
      ASSERT_THAT(posting->Post(row), IsOk());
      runs.push_back(run);
      if (random.OneIn(30)) {
        ASSERT_THAT(posting->Commit(), IsOk());
        posting = Begin();
      }
    }
    ASSERT_THAT(posting->Commit(), IsOk());
    ASSERT_TRUE(VerifyNow().ok);
    for (int i = 0; i < 60; ++i) {
      int64_t from_us = RandomInstant(&random);
      int64_t to_us = RandomInstant(&random);
      if (from_us > to_us) std::swap(from_us, to_us);
      const std::string tenant =
          random.OneIn(3) ? "" : tenants[random.Between(0, 3)];
      UsageQuery query;
      query.from_us = from_us;
      query.at_us = to_us;
      query.tenant = tenant;
      const GpuTime expected = NaiveUsage(runs, from_us, to_us, tenant);
      ASSERT_EQ(Ask(query).total, expected)
          << FormatInstant(from_us) << " to " << FormatInstant(to_us);
      // Days of a zone that cuts buckets in half give the same sum.
      query.by = {UsageDimension::kDay, UsageDimension::kTenant};
      query.zone = random.OneIn(2) ? "Asia/Kolkata" : "America/Los_Angeles";
      const UsageAnswer by_day = Ask(query);
      GpuTime sum;
      for (const UsageRow& row : by_day.rows) sum += row.gpu_time;
      ASSERT_EQ(sum, expected) << query.zone;
    }
  }
}

TEST_F(BooksTest, DaysOfAZoneCutRunsExactly) {
  const auto posting = Begin();
  RunImported row = {"r", 1, 0, 0, kGpu, 0, 48 * kHour, ""};
  row.tenant = *posting->Intern(NameKind::kTenant, "acme", false);
  row.pool = *posting->Intern(NameKind::kPool, "aws/x", false);
  ASSERT_THAT(posting->Post(row), IsOk());
  ASSERT_THAT(posting->Commit(), IsOk());
  UsageQuery query;
  query.at_us = 48 * kHour;
  query.by = {UsageDimension::kDay};
  query.zone = "Asia/Kolkata";  // +05:30
  const UsageAnswer answer = Ask(query);
  ASSERT_EQ(answer.rows.size(), 3u);
  EXPECT_EQ(answer.rows[0].group, std::vector<std::string>{"1970-01-01"});
  EXPECT_EQ(answer.rows[0].gpu_time, GpuTime(18 * kHour + kHour / 2));
  EXPECT_EQ(answer.rows[1].gpu_time, GpuTime(24 * kHour));
  EXPECT_EQ(answer.rows[2].gpu_time, GpuTime(5 * kHour + kHour / 2));
  EXPECT_TRUE(answer.notes.empty());
}

TEST_F(BooksTest, ImportedUsageIsSpreadEvenlyAndProratedWithANote) {
  const auto posting = Begin();
  UsageAdded usage = {
      "u", 0, 0, kHour / 2, 2 * kHour + kHour / 2, GpuTime(1'000'001)};
  usage.tenant = *posting->Intern(NameKind::kTenant, "acme", false);
  usage.pool = *posting->Intern(NameKind::kPool, "aws/x", false);
  ASSERT_THAT(posting->Post(usage), IsOk());
  ASSERT_THAT(posting->Commit(), IsOk());
  UsageQuery query;
  query.at_us = 100 * kHour;
  query.by = {UsageDimension::kHour};
  const UsageAnswer hours = Ask(query);
  ASSERT_EQ(hours.rows.size(), 3u);
  EXPECT_EQ(hours.rows[0].gpu_time, GpuTime(250'000));
  EXPECT_EQ(hours.rows[1].gpu_time, GpuTime(500'001));
  EXPECT_EQ(hours.rows[2].gpu_time, GpuTime(250'000));
  EXPECT_EQ(hours.rows[1].group.front(), "1970-01-01T01:00:00Z");
  query.by.clear();
  query.to_us = kHour + kHour / 2;
  const UsageAnswer cut = Ask(query);
  EXPECT_EQ(cut.total, GpuTime(500'000));
  ASSERT_EQ(cut.notes.size(), 1u);
  EXPECT_NE(cut.notes[0].find("prorated"), std::string::npos);
}

}  // namespace
}  // namespace drawdown
