// A process of a ledger with quotas: meters, a keeper of budgets and drains,
// without the engine. The quotas are the test's: their limits lie in memory
// that its processes share, what is held in a record of the store, and what is
// used is read from the books.
#ifndef DRAWDOWN_TESTS_SUPPORT_QUOTA_PROCESS_H_
#define DRAWDOWN_TESTS_SUPPORT_QUOTA_PROCESS_H_

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/uuid.h"
#include "ledger/buckets.h"
#include "ledger/live_records.h"
#include "ledger/posting.h"
#include "ledger/records.h"
#include "ledger/series.h"
#include "settle/budget_keeper.h"
#include "settle/drain.h"
#include "settle/live_usage.h"
#include "store/lmdb_store.h"
#include "tests/support/fork_shared.h"

namespace drawdown {

inline constexpr int64_t kQuotaStart = 493'000 * kMicrosPerHour;

// Tenants t0, t1, t2 and t3 with one pool. Quota 1 is over t0, t1 and t2; 2,
// below it, over t0 and t1; 3 over t0 and 4 over t1, both below 2. Nothing is
// over t3.
inline constexpr uint32_t kQuotaTenants = 4;
inline constexpr uint32_t kQuotas = 4;
// A limit that no test comes near.
inline constexpr int64_t kPlenty = 1'000'000'000;
struct QuotaRules {
  std::atomic<int64_t> clock_us{kQuotaStart};
  // By quota number.
  std::array<std::atomic<int64_t>, kQuotas + 1> limits{};
  // Buckets in a window; 0: there is one window for all time.
  std::atomic<int32_t> window{0};
  std::atomic<bool> exists{true};
  // What is kept for those under each, by quota number; 0: nothing.
  std::array<std::atomic<int64_t>, kQuotas + 1> guarantees{};
  // What is left of each falls by so many micro-GPUs.
  std::atomic<int64_t> falls{0};
  // If not 0, the clock is once read so, by a keeper that is slow to go on.
  std::atomic<int64_t> read_once_us{0};

  static bool Covers(uint32_t quota, uint32_t tenant) {
    static constexpr uint32_t kTenantsOf[] = {0, 0b0111, 0b0011, 0b01, 0b10};
    return kTenantsOf[quota] >> tenant & 1;
  }
  static uint32_t Above(uint32_t quota) {
    static constexpr uint32_t kAbove[] = {0, 0, 1, 2, 2};
    return kAbove[quota];
  }
  static uint32_t Lowest(uint32_t tenant) {
    static constexpr uint32_t kLowest[] = {3, 4, 1, 0};
    return kLowest[tenant];
  }
};

// The same of a quota and of those above it.
inline std::vector<ChainAsk> AskedFrom(uint32_t lowest, Int128 amount_us) {
  ChainAsk asked;
  for (uint32_t quota = lowest; quota != 0; quota = QuotaRules::Above(quota)) {
    asked.push_back({quota, amount_us});
  }
  return {asked};
}

inline constexpr char kHeldKey[] = "test-held";

class RulesOfTest : public BudgetBooks {
 public:
  // The ids of t0 to t3.
  RulesOfTest(QuotaRules* rules, std::vector<uint32_t> tenants,
              int64_t bucket_us)
      : rules_(rules), tenants_(std::move(tenants)), bucket_us_(bucket_us) {}

  absl::StatusOr<std::vector<PublishedBudget>> Published(
      ReadTransaction* books, std::span<const uint32_t> quotas) override {
    const int64_t now_us = rules_->clock_us;
    std::vector<PublishedBudget> all;
    for (uint32_t quota = 1; quota <= kQuotas && rules_->exists; ++quota) {
      const bool asked =
          quotas.empty() ||
          std::find(quotas.begin(), quotas.end(), quota) != quotas.end();
      if (!asked) continue;
      ASSIGN_OR_RETURN(const int64_t used, UsedOf(books, quota, now_us));
      PublishedBudget& one = all.emplace_back();
      one.quota = quota;
      one.above = QuotaRules::Above(quota);
      one.available_us = rules_->limits[quota] - used;
      if (const int64_t guarantee = rules_->guarantees[quota]; guarantee != 0) {
        one.guarantee_left_us = guarantee - used;
      }
      one.falls = rules_->falls;
      one.at_us = now_us;
      one.valid_until_us = WindowEnd(now_us);
    }
    return all;
  }
  absl::StatusOr<std::vector<uint32_t>> Lowest(ReadTransaction*,
                                               const MeterIds& ids) override {
    for (uint32_t i = 0; i < kQuotaTenants; ++i) {
      const uint32_t lowest = QuotaRules::Lowest(i);
      if (tenants_[i] == ids.tenant && lowest != 0 && rules_->exists) {
        return std::vector<uint32_t>{lowest};
      }
    }
    return std::vector<uint32_t>{};
  }

  // What is used of a quota, or held.
  absl::StatusOr<int64_t> UsedOf(ReadTransaction* books, uint32_t quota,
                                 int64_t now_us) {
    GpuTime used;
    RETURN_IF_ERROR(
        VisitCells(books, [&](const CellKey& key, const Cell& cell) {
          if (Counts(quota, key.tenant, key.bucket, now_us))
            used += cell.recorded;
          return absl::OkStatus();
        }));
    ASSIGN_OR_RETURN(const auto epoch, ReadLiveEpoch(books));
    ASSIGN_OR_RETURN(const OpenUsage open, ReadOpenUsage(books));
    for (const auto& [ids, banks] : open) {
      for (uint32_t bank = 0; bank < 2; ++bank) {
        if (Counts(quota, ids.first, epoch->buckets[bank], now_us)) {
          used += banks[bank];
        }
      }
    }
    ASSIGN_OR_RETURN(const auto held, books->Get(Table::kMeta, kHeldKey));
    int64_t amount = 0;
    // Holds of the test are t0's.
    if (held && QuotaRules::Covers(quota, 0)) {
      std::memcpy(&amount, held->data(), sizeof amount);
    }
    return static_cast<int64_t>(used.count()) + amount;
  }

 private:
  bool Counts(uint32_t quota, uint32_t tenant, int32_t bucket,
              int64_t now_us) const {
    const int32_t window = rules_->window;
    if (window != 0 &&
        BucketOf(now_us, bucket_us_) / window != bucket / window) {
      return false;
    }
    for (uint32_t i = 0; i < kQuotaTenants; ++i) {
      if (tenants_[i] == tenant) return QuotaRules::Covers(quota, i);
    }
    return false;
  }
  int64_t WindowEnd(int64_t now_us) const {
    const int32_t window = rules_->window;
    if (window == 0) return std::numeric_limits<int64_t>::max();
    const int32_t index = BucketOf(now_us, bucket_us_) / window;
    return BucketStart((index + 1) * window, bucket_us_);
  }

  QuotaRules* const rules_;
  const std::vector<uint32_t> tenants_;
  const int64_t bucket_us_;
};

template <typename T>
T MustHave(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  }
  CHECK(result.ok());
  return *std::move(result);
}

class QuotaProcess {
 public:
  // Once, before there is any QuotaProcess.
  static void MakeBooks(const std::string& path) {
    Header header;
    header.uuid = FormatUuid(NewUuid());
    header.boot_id = MustHave(BootId());
    header.lmdb_version = LmdbVersion();
    const LmdbOptions options = {.allow_any_filesystem = true};
    CHECK(
        CreateLmdbStore(path, kHeaderKey, EncodeHeader(header), options).ok());
    std::filesystem::create_directory(path + "/live");
    const auto store = MustHave(OpenLmdbStore(path, options));
    const auto posting = MustHave(
        Posting::Begin(MustHave(store->BeginWrite()), header, kQuotaStart));
    for (uint32_t i = 0; i < kQuotaTenants; ++i) {
      MustHave(posting->Intern(NameKind::kTenant, TenantName(i), false));
    }
    MustHave(posting->Intern(NameKind::kPool, "p", false));
    LiveDirectory live(std::filesystem::canonical(path) / "live",
                       *ParseUuid(header.uuid), header.boot_id);
    // Makes the epoch word.
    MustHave(PrepareDrain(posting.get(), &live, header.bucket_us, kQuotaStart));
    MustHave(posting->Commit());
  }

  QuotaProcess(
      const std::string& path, QuotaRules* rules,
      std::chrono::milliseconds patience = std::chrono::milliseconds(5'000),
      std::chrono::milliseconds posting_patience =
          std::chrono::milliseconds(5'000))
      : rules_(rules),
        store_(MustHave(OpenLmdbStore(
            path, {.lock_timeout = patience, .allow_any_filesystem = true}))) {
    {
      const auto books = MustHave(store_->BeginRead());
      header_ = MustHave(
          DecodeHeader(*MustHave(books->Get(Table::kMeta, kHeaderKey))));
    }
    const std::string live = std::filesystem::canonical(path) / "live";
    live_ = std::make_unique<LiveDirectory>(live, *ParseUuid(header_.uuid),
                                            MustHave(BootId()));
    epoch_ = MustHave(live_->OpenEpoch());
    FindIds();
    std::vector<uint32_t> tenants;
    for (const MeterIds& ids : ids_) tenants.push_back(ids.tenant);
    auto books =
        std::make_unique<RulesOfTest>(rules, tenants, header_.bucket_us);
    quotas_ = books.get();
    keeper_ = MustHave(
        BudgetKeeper::Open(live_.get(), epoch_, std::move(books), Hooks(),
                           {patience, header_.bucket_us, posting_patience}));
    CHECK(AttachAdmission(place(), epoch_, now_us(), keeper_).ok());
    meters_ = MustHave(BindMeters(place(), epoch_, 0, ids_));
  }
  ~QuotaProcess() { Close(); }
  QuotaProcess(const QuotaProcess&) = delete;  // Owns what hooks refer to.
  QuotaProcess& operator=(const QuotaProcess&) = delete;

  void Close() {
    if (closed_) return;
    closed_ = true;
    DetachAdmission(keeper_.get());
    keeper_->Stop();
  }

  const Meter& meter(int tenant) const { return meters_[tenant]; }
  const MeterIds& ids(int tenant) const { return ids_[tenant]; }
  BudgetKeeper& keeper() { return *keeper_; }
  Store& store() { return *store_; }
  LiveDirectory& live() { return *live_; }
  EpochFile& epoch() { return *epoch_; }
  LanesPlace place() const { return {live_->path(), live_->ledger()}; }
  int64_t bucket_us() const { return header_.bucket_us; }

  std::unique_ptr<Posting> BeginPosting() {
    return MustHave(
        Posting::Begin(MustHave(store_->BeginWrite()), header_, now_us()));
  }
  absl::Status Drain() {
    for (bool again = true; again;) {
      auto transaction = store_->BeginWrite();
      RETURN_IF_ERROR(transaction.status());
      ASSIGN_OR_RETURN(
          const std::unique_ptr<Posting> posting,
          Posting::Begin(*std::move(transaction), header_, now_us()));
      ASSIGN_OR_RETURN(PreparedDrain drain,
                       PrepareDrain(posting.get(), live_.get(), bucket_us(),
                                    now_us(), keeper_.get()));
      RETURN_IF_ERROR(posting->Commit().status());
      ASSIGN_OR_RETURN(const auto books, store_->BeginRead());
      RETURN_IF_ERROR(
          FinishDrain(&drain, live_.get(), bucket_us(), now_us(), books.get()));
      again = drain.result.flipped;
    }
    return absl::OkStatus();
  }

  // What follows a change of the rules, as of a commit of quotas.
  void ChangeQuotas() {
    const auto transaction = MustHave(store_->BeginWrite());
    CHECK(keeper_->BeginQuotaChange().ok());
    CHECK(keeper_->Freshen(transaction.get(), now_us()).ok());
  }

  // What is in the books and beyond them of a tenant, as queries see it.
  int64_t Usage(int tenant) {
    for (;;) {
      const auto files = MustHave(live_->List());
      const auto books = MustHave(store_->BeginRead());
      const auto live = MustHave(
          ReadLiveUsage(books.get(), live_.get(), files, now_us(), false));
      if (!live) continue;
      GpuTime sum = MustHave(InCells(books.get(), tenant));
      for (const LiveAmount& amount : live->amounts.amounts) {
        if (amount.at.tenant == ids_[tenant].tenant) sum += amount.gpu_time;
      }
      return static_cast<int64_t>(sum.count());
    }
  }
  int64_t InCells(int tenant) {
    return static_cast<int64_t>(
        MustHave(InCells(MustHave(store_->BeginRead()).get(), tenant)).count());
  }

  // After a drain by anybody, as if all were asked for: budgets say what the
  // books say.
  int64_t RoomInBooks(uint32_t quota) {
    const auto books = MustHave(store_->BeginRead());
    return rules_->limits[quota] -
           MustHave(quotas_->UsedOf(books.get(), quota, now_us()));
  }
  int64_t Room(uint32_t quota) {
    return MustHave(keeper_->Room(quota, now_us()));
  }

  int64_t now_us() const { return rules_->clock_us; }

 private:
  static std::string TenantName(uint32_t i) { return "t" + std::to_string(i); }
  void FindIds() {
    const auto posting = BeginPosting();
    for (uint32_t i = 0; i < kQuotaTenants; ++i) {
      ids_.push_back(
          {MustHave(posting->Intern(NameKind::kTenant, TenantName(i), true)),
           MustHave(posting->Intern(NameKind::kPool, "p", true))});
    }
  }
  BudgetHooks Hooks() {
    BudgetHooks hooks;
    hooks.now_us = [this] {
      const int64_t once_us = rules_->read_once_us.exchange(0);
      return once_us != 0 ? once_us : now_us();
    };
    hooks.snapshot = [this] { return store_->BeginRead(); };
    hooks.drain = [this](Deadline) { return Drain(); };
    hooks.with_writer_lock =
        [this](Deadline, const BudgetHooks::Work& work) -> absl::Status {
      ASSIGN_OR_RETURN(const auto transaction, store_->BeginWrite());
      return work(transaction.get());
    };
    return hooks;
  }
  absl::StatusOr<GpuTime> InCells(ReadTransaction* books, int tenant) {
    GpuTime sum;
    RETURN_IF_ERROR(
        VisitCells(books, [&](const CellKey& key, const Cell& cell) {
          if (key.tenant == ids_[tenant].tenant) sum += cell.recorded;
          return absl::OkStatus();
        }));
    return sum;
  }

  QuotaRules* const rules_;
  std::unique_ptr<Store> store_;
  Header header_;
  std::unique_ptr<LiveDirectory> live_;
  std::shared_ptr<EpochFile> epoch_;
  std::vector<MeterIds> ids_;
  RulesOfTest* quotas_ = nullptr;
  std::shared_ptr<BudgetKeeper> keeper_;
  std::vector<Meter> meters_;
  bool closed_ = false;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_QUOTA_PROCESS_H_
