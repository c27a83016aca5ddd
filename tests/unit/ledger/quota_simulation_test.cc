// The books of quotas and holds, driven through random lives with a clock of
// their own and compared after every operation with a naive model: what is used
// and held to the millionth of a GPU-microsecond, every admission and every
// refusal.
//
// $DRAWDOWN_SIMULATION_STEPS sets the number of operations, $DRAWDOWN_SEED
// repeats.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/buckets.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "ledger/quota_rules.h"
#include "ledger/rebuild.h"
#include "ledger/usage_query.h"
#include "ledger/verify.h"
#include "tests/support/random.h"
#include "tests/support/status.h"
#include "tests/unit/ledger/naive_quotas.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kGpu = kMicroGpusPerGpu;
const std::vector<std::string> kTenants = {"a", "a/b", "a/b/c", "a/d", "e"};
const std::vector<std::string> kPlaces = {"a",   "a/d", "a/d/c", "e",
                                          "e/b", "f",   "f/a/b"};
const std::vector<std::string> kPools = {"p/x", "p/y", "q/x"};
const std::vector<std::string> kSelectors = {"*", "p", "p/x"};

int64_t Steps() {
  const char* const steps = std::getenv("DRAWDOWN_SIMULATION_STEPS");
  return steps == nullptr ? 6'000 : std::strtoll(steps, nullptr, 10);
}

class Simulation {
 public:
  explicit Simulation(uint64_t salt)
      : random_(salt), store_(NewMemoryStore()), naive_(header_.bucket_us) {
    now_us_ = 20'000 * 24 * kHour + random_.Between(0, 30 * 24) * kHour;
  }

  // Operations, one to three in a transaction.
  void Run(int64_t steps) {
    for (int64_t step = 0; step < steps;) {
      Advance();
      Begin();
      for (int64_t left = random_.Between(1, 3); left > 0; --left, ++step) {
        Operate();
        Compare(posting_->quotas());
        if (!testing::Test::HasFailure()) continue;
        FAIL() << "step " << step << " at " << FormatInstant(now_us_);
      }
      ASSERT_THAT(posting_->Commit(), IsOk());
      posting_.reset();
      if (random_.OneIn(4)) CompareStored();
      if (random_.OneIn(400)) Verify();
      if (testing::Test::HasFailure()) return;
    }
    Verify();
  }

  int64_t admitted() const { return admitted_; }
  int64_t refused() const { return refused_; }
  int64_t moves() const { return moves_; }

 private:
  const std::string& Any(const std::vector<std::string>& from) {
    return from[random_.Between(0, static_cast<int64_t>(from.size()) - 1)];
  }
  template <typename Map>
  std::string AnyKey(const Map& map) {
    auto it = map.begin();
    std::advance(it, random_.Between(0, static_cast<int64_t>(map.size()) - 1));
    return it->first;
  }

  void Advance() {
    switch (random_.Between(0, 11)) {
      case 0:  // A window's edge, to the microsecond.
        now_us_ = (now_us_ / kHour + 1) * kHour - random_.Between(0, 1);
        break;
      case 1:
        now_us_ += random_.Between(0, 40) * kHour;
        break;
      case 2:
        if (random_.OneIn(20)) now_us_ += 33 * 24 * kHour;
        break;
      case 3:
        break;  // The same instant.
      default:
        now_us_ += random_.Between(1, kHour);
    }
  }

  void Begin() {
    posting_.reset();
    auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(*std::move(transaction), header_, now_us_);
    ASSERT_THAT(posting, IsOk());
    posting_ = *std::move(posting);
  }

  void Operate() {
    switch (random_.Between(0, 19)) {
      case 0:
        if (random_.OneIn(6)) {
          Move();
        } else if (naive_.quotas.size() < 14 || random_.OneIn(3)) {
          SetQuota();
        }
        break;
      case 1:
        AddUsage();
        break;
      case 2:
        Drain();
        break;
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        Place();
        break;
      case 8:
      case 9:
        Renew();
        break;
      case 10:
      case 11:
        Close();
        break;
      case 12:
      case 13:
      case 14:
      case 15:
        Start();
        break;
      default:
        Change();
    }
  }

  // --- quotas
  QuotaLimit AnyLimit(QuotaPeriod period) {
    const Int128 unit =
        period == QuotaPeriod::kAtOnce ? Int128{kGpu} : Int128{kHour};
    QuotaLimit limit;
    limit.nominal = unit * random_.Between(0, 400);
    limit.soft = random_.OneIn(8);
    limit.slice = random_.OneIn(3);
    if (limit.slice && random_.OneIn(2)) {
      limit.lending = limit.nominal / random_.Between(1, 3);
    }
    if (random_.OneIn(3)) limit.borrowing = unit * random_.Between(0, 50);
    return limit;
  }

  void SetQuota() {
    QuotaSetting setting;
    setting.scope.tenant = Any(kTenants);
    setting.scope.pool = Any(kSelectors);
    constexpr QuotaPeriod kPeriods[] = {
        QuotaPeriod::kTotal, QuotaPeriod::kMonth, QuotaPeriod::kRolling,
        QuotaPeriod::kAtOnce};
    setting.scope.period = kPeriods[random_.Between(0, 3)];
    if (setting.scope.period == QuotaPeriod::kRolling) {
      setting.scope.rolling_us = kHour * (random_.OneIn(2) ? 1 : 24);
    }
    if (!random_.OneIn(10)) setting.limit = AnyLimit(setting.scope.period);
    setting.from_us = now_us_ + (random_.OneIn(4) ? 3 * kHour : 0);
    // Alone in its transaction, as the engine sets quotas: an error drops it.
    ASSERT_THAT(posting_->Commit(), IsOk());
    Begin();
    const auto set = posting_->SetQuota(setting, {});
    if (naive_.PathNow(setting.scope.tenant) != setting.scope.tenant) {
      ASSERT_THAT(set.status(), IsError(ErrorCode::kWrongState, "set its"));
    } else if (set.ok()) {
      NaiveQuota* quota = nullptr;
      for (NaiveQuota& one : naive_.quotas) {
        if (one.scope == setting.scope) quota = &one;
      }
      if (quota == nullptr) {
        quota = &naive_.quotas.emplace_back();
        quota->scope = setting.scope;
      }
      if (*set != Verdict::kUnchanged) {
        quota->limits[*setting.from_us] = setting.limit;
      }
      ASSERT_THAT(posting_->Commit(), IsOk());
    } else {
      ASSERT_THAT(set.status(), IsError(ErrorCode::kInvalidArgument, "slices"));
    }
    Begin();
  }

  // --- tenants
  void Move() {
    TenantMove move;
    move.old_path = Any(kTenants);
    move.new_path = Any(kPlaces);
    move.from_us = FloorTo(now_us_, kHour) - random_.Between(0, 40) * kHour;
    ASSERT_THAT(posting_->Commit(), IsOk());
    Begin();
    const auto moved = posting_->MoveTenant(move, now_us_);
    if (moved.ok()) {
      ASSERT_THAT(posting_->Commit(), IsOk());
      if (*moved != Verdict::kUnchanged) {
        naive_.Move(move);
        ++moves_;
      }
    } else {
      const ErrorCode code = GetErrorCode(moved.status());
      ASSERT_TRUE(code == ErrorCode::kWrongState ||
                  code == ErrorCode::kInvalidArgument ||
                  code == ErrorCode::kUnknownName)
          << moved.status();
    }
    Begin();
  }

  // --- facts
  void AddUsage() {
    const std::string id = "u" + std::to_string(++next_id_);
    UsageAdded usage;
    const std::string tenant = Any(kTenants);
    const std::string pool = Any(kPools);
    usage.usage_id = id;
    usage.tenant = *posting_->Intern(NameKind::kTenant, tenant, false);
    usage.pool = *posting_->Intern(NameKind::kPool, pool, false);
    const int64_t bucket_us =
        FloorTo(now_us_, kHour) - random_.Between(0, 30) * kHour;
    usage.start_us = bucket_us;
    usage.end_us = bucket_us + kHour;
    usage.gpu_time = GpuTime(random_.Between(0, 3 * kHour));
    ASSERT_THAT(posting_->Post(usage), IsOk());
    naive_.amounts.push_back({tenant, pool, bucket_us, usage.gpu_time.count()});
  }

  void Drain() {
    UsageDrained usage;
    const std::string tenant = Any(kTenants);
    const std::string pool = Any(kPools);
    usage.tenant = *posting_->Intern(NameKind::kTenant, tenant, false);
    usage.pool = *posting_->Intern(NameKind::kPool, pool, false);
    usage.bucket_us = FloorTo(now_us_, kHour) - kHour;
    usage.gpu_time = GpuTime(random_.Between(1, kHour));
    ASSERT_THAT(posting_->Post(usage), IsOk());
    naive_.amounts.push_back(
        {tenant, pool, usage.bucket_us, usage.gpu_time.count()});
  }

  // --- holds
  void Place() {
    std::vector<HoldRequest> requests(random_.Between(1, 3));
    std::vector<NaiveQuotas::Asked> asks;
    for (HoldRequest& request : requests) {
      request.hold_id = "h" + std::to_string(++next_id_);
      request.tenant = Any(kTenants);
      request.pool = Any(kPools);
      request.gpu_time =
          GpuTime(random_.OneIn(6) ? 0 : random_.Between(1, 40 * kHour));
      request.micro_gpus = random_.OneIn(3) ? 0 : AnyGpus();
      if (request.gpu_time.zero() && request.micro_gpus == 0) {
        request.micro_gpus = kGpu;
      }
      request.ttl_us = random_.Between(1, 30 * kHour);
      asks.push_back({request.tenant, request.pool, request.gpu_time.count(),
                      request.micro_gpus});
    }
    const bool fits = naive_.Fits(asks, now_us_);
    const auto placed = posting_->PlaceHolds(requests, false, now_us_);
    ASSERT_THAT(placed, IsOk());
    CheckAdmission(*placed, fits, asks);
    if (!fits) return;
    for (const HoldRequest& request : requests) {
      naive_.holds[request.hold_id] = {
          request.tenant,           request.pool,
          request.gpu_time.count(), 0,
          request.micro_gpus,       now_us_ + request.ttl_us};
    }
    if (!random_.OneIn(10)) return;
    // The same again changes nothing.
    const auto again = posting_->PlaceHolds(requests, false, now_us_);
    ASSERT_THAT(again, IsOk());
    ASSERT_TRUE(again->admitted());
  }

  void Renew() {
    if (naive_.holds.empty()) return;
    const std::string id = AnyKey(naive_.holds);
    NaiveHold& hold = naive_.holds[id];
    if (hold.closed) return;
    HoldRenewal renewal;
    renewal.hold_id = id;
    renewal.renewal = ++renewals_[id];
    renewal.ttl_us = random_.Between(1, 30 * kHour);
    renewal.extend = GpuTime(random_.Between(0, 10 * kHour));
    if (hold.run.empty() && random_.OneIn(2)) {
      renewal.charge = GpuTime(random_.Between(0, 10 * kHour));
    }
    NaiveHold after = hold;
    after.total += renewal.extend.count();
    after.charged += renewal.charge.count();
    after.expires_us = now_us_ + renewal.ttl_us;
    constexpr Int128 kFine = 1'000'000;
    const Int128 more = naive_.HeldBy(after, now_us_) -
                        naive_.HeldBy(hold, now_us_) +
                        renewal.charge.count() * kFine;
    int64_t gpus = 0;
    if (now_us_ >= hold.expires_us) {
      if (hold.run.empty()) gpus = hold.micro_gpus;
      if (!hold.run.empty() && naive_.runs[hold.run].suspended) {
        gpus = naive_.runs[hold.run].micro_gpus;
      }
    }
    const std::vector<NaiveQuotas::Asked> asks = {
        {hold.tenant, hold.pool, (more + kFine - 1) / kFine, gpus}};
    const bool fits = naive_.Fits(asks, now_us_);
    const auto renewed = posting_->RenewHold(renewal, now_us_);
    ASSERT_THAT(renewed, IsOk());
    CheckAdmission(*renewed, fits, asks);
    if (!fits) {
      --renewals_[id];
      return;
    }
    hold = after;
    Charge(hold, renewal.charge.count());
  }

  void Close() {
    if (naive_.holds.empty()) return;
    const std::string id = AnyKey(naive_.holds);
    NaiveHold& hold = naive_.holds[id];
    if (hold.closed) return;
    const bool settled = random_.OneIn(2);
    HoldClosed closing = {id, settled, GpuTime(), now_us_};
    if (settled && hold.run.empty()) {
      closing.charge = GpuTime(random_.Between(0, 50 * kHour));
    }
    const auto policy =
        random_.OneIn(2) ? OverdraftPolicy::kBook : OverdraftPolicy::kRefuse;
    bool fits = true;
    std::vector<NaiveQuotas::Asked> asks;
    if (policy == OverdraftPolicy::kRefuse) {
      // Nothing when renewals charged more than it held.
      const Int128 held = now_us_ < hold.expires_us
                              ? std::max<Int128>(0, hold.total - hold.charged)
                              : Int128{0};
      asks = {{hold.tenant, hold.pool,
               std::max<Int128>(0, closing.charge.count() - held), 0}};
      fits = naive_.Fits(asks, now_us_);
    }
    const auto closed = posting_->CloseHold(closing, policy);
    ASSERT_THAT(closed, IsOk());
    CheckAdmission(*closed, fits, asks);
    if (!fits) return;
    hold.closed = true;
    Charge(hold, closing.charge.count());
  }

  void Charge(const NaiveHold& hold, Int128 amount) {
    if (amount == 0) return;
    naive_.amounts.push_back(
        {hold.tenant, hold.pool, FloorTo(now_us_, kHour), amount});
  }

  // --- runs
  int64_t AnyGpus() {
    return random_.OneIn(3) ? random_.Between(1, 3 * kGpu)
                            : random_.Between(1, 32) * kGpu;
  }

  void Start() {
    const std::string id = "r" + std::to_string(++next_id_);
    std::string hold_id;
    if (!naive_.holds.empty() && !random_.OneIn(4)) {
      hold_id = AnyKey(naive_.holds);
      const NaiveHold& hold = naive_.holds[hold_id];
      const bool usable =
          !hold.closed && hold.run.empty() && now_us_ < hold.expires_us;
      if (!usable) hold_id.clear();
    }
    NaiveRun run;
    run.tenant = hold_id.empty() ? Any(kTenants) : naive_.holds[hold_id].tenant;
    run.pool = hold_id.empty() ? Any(kPools) : naive_.holds[hold_id].pool;
    run.micro_gpus = AnyGpus();
    run.hold = hold_id;
    run.segments = {{now_us_, std::nullopt, run.micro_gpus}};
    RunStarting starting;
    starting.change.run_id = id;
    starting.change.at_us = now_us_;
    starting.change.micro_gpus = run.micro_gpus;
    starting.tenant = run.tenant;
    starting.pool = run.pool;
    starting.hold_id = hold_id;
    const auto started = posting_->StartRun(starting, now_us_);
    if (hold_id.empty() && naive_.NeedsHold(run.tenant, run.pool, now_us_)) {
      ASSERT_THAT(started.status(), IsError(ErrorCode::kHoldRequired, id));
      return;
    }
    int64_t gpus = run.micro_gpus;
    if (!hold_id.empty()) {
      gpus = std::max<int64_t>(0, gpus - naive_.holds[hold_id].micro_gpus);
    }
    const std::vector<NaiveQuotas::Asked> asks = {
        {run.tenant, run.pool, 0, gpus}};
    const bool fits = naive_.Fits(asks, now_us_);
    ASSERT_THAT(started, IsOk());
    CheckAdmission(*started, fits, asks);
    if (!fits) return;
    naive_.runs[id] = run;
    if (!hold_id.empty()) naive_.holds[hold_id].run = id;
  }

  void Change() {
    if (naive_.runs.empty()) return;
    const std::string id = AnyKey(naive_.runs);
    NaiveRun& run = naive_.runs[id];
    if (run.ended) return;
    RunChanged change;
    change.run_id = id;
    change.at_us = now_us_;
    int64_t gpus = 0;
    NaiveRun after = run;
    Segment& last = after.segments.back();
    if (run.suspended && random_.OneIn(2)) {
      change.change = RunChange::kResume;
      const bool held = !run.hold.empty() && !naive_.holds[run.hold].closed &&
                        now_us_ < naive_.holds[run.hold].expires_us;
      gpus = held ? 0 : run.micro_gpus;
      after.suspended = false;
      after.segments.push_back({now_us_, std::nullopt, run.micro_gpus});
    } else if (!run.suspended && random_.OneIn(3)) {
      change.change = RunChange::kResize;
      change.micro_gpus = AnyGpus();
      if (change.micro_gpus == run.micro_gpus) return;
      gpus = std::max<int64_t>(0, change.micro_gpus - run.micro_gpus);
      last.end_us = now_us_;
      after.micro_gpus = change.micro_gpus;
      after.segments.push_back({now_us_, std::nullopt, change.micro_gpus});
    } else if (!run.suspended && random_.OneIn(2)) {
      change.change = RunChange::kSuspend;
      last.end_us = now_us_;
      after.suspended = true;
    } else {
      change.change = RunChange::kStop;
      change.reason = StopReason::kDone;
      if (!last.end_us) last.end_us = now_us_;
      after.ended = true;
    }
    // A change at the very instant of the one before may be taken for its
    // repetition.
    if (run.segments.back().start_us == now_us_ ||
        run.segments.back().end_us == now_us_) {
      return;
    }
    const std::vector<NaiveQuotas::Asked> asks = {
        {run.tenant, run.pool, 0, gpus}};
    const bool fits = naive_.Fits(asks, now_us_);
    const auto changed = posting_->ChangeRun(change, now_us_);
    ASSERT_THAT(changed, IsOk());
    CheckAdmission(*changed, fits, asks);
    if (!fits) return;
    run = after;
    if (run.ended && !run.hold.empty()) naive_.holds[run.hold].closed = true;
  }

  // --- checks
  void CheckAdmission(const Admission& admission, bool fits,
                      const std::vector<NaiveQuotas::Asked>& asks) {
    ASSERT_EQ(admission.admitted(), fits)
        << (admission.refusal ? DescribeRefusal(*admission.refusal)
                              : "admitted what does not fit");
    (fits ? admitted_ : refused_) += asks.empty() ? 0 : 1;
    if (fits) return;
    const Refusal& refusal = *admission.refusal;
    ASSERT_TRUE(refusal.used + refusal.held + refusal.reserved + refusal.asked >
                refusal.limit - 3)
        << DescribeRefusal(refusal);
  }

  void Compare(QuotaBooks* books) {
    Admitter admitter = books->AdmitterAt(now_us_);
    const auto all = books->index.All();
    ASSERT_THAT(all, IsOk());
    ASSERT_EQ(all->size(), naive_.quotas.size());
    for (const StoredQuota* const stored : *all) {
      for (const NaiveQuota& quota : naive_.quotas) {
        if (!(quota.scope == stored->scope)) continue;
        const auto describe = [&quota] {
          return "quota of " + quota.scope.tenant + " on " + quota.scope.pool +
                 " " + std::string(QuotaPeriodName(quota.scope.period));
        };
        const auto standing = admitter.StandingOf(*stored);
        ASSERT_THAT(standing, IsOk()) << describe();
        const auto same = [](FineTime books_have, Int128 naive_has) {
          return books_have.count() == naive_has;
        };
        ASSERT_TRUE(same(standing->used, naive_.Used(quota, now_us_)))
            << describe();
        ASSERT_TRUE(same(standing->held, naive_.Held(quota, now_us_)))
            << describe();
        ASSERT_TRUE(same(standing->reserved, naive_.Reserved(quota, now_us_)))
            << describe();
      }
    }
  }

  void CompareStored() {
    const auto books = store_->BeginRead();
    ASSERT_THAT(books, IsOk());
    QuotaBooks quotas(books->get(), header_.bucket_us, NamesOf(books->get()));
    Compare(&quotas);
  }

  void CompareUsage(ReadTransaction* books) {
    UsageQuery query;
    query.by = {UsageDimension::kTenant};
    query.to_us = FloorTo(now_us_, kHour);
    query.from_us = *query.to_us - random_.Between(1, 200) * kHour;
    query.at_us = now_us_;
    const auto answer = AnswerUsage(books, header_.bucket_us, {}, query);
    ASSERT_THAT(answer, IsOk());
    std::map<std::string, Int128> rows;
    for (const UsageRow& row : answer->rows) {
      rows[row.group.front()] = row.gpu_time.count();
    }
    ASSERT_TRUE(rows == naive_.Usage(*query.from_us, *query.to_us));
  }

  // Against the journal, and what is held against what rebuilding makes of it.
  void Verify() {
    const auto books = store_->BeginRead();
    ASSERT_THAT(books, IsOk());
    const auto report = VerifyBooks(books->get(), header_, now_us_);
    ASSERT_THAT(report, IsOk());
    ASSERT_TRUE(report->ok) << report->findings.front();
    CompareUsage(books->get());
    const std::unique_ptr<Store> rebuilt = NewMemoryStore();
    ASSERT_THAT(Rebuild(books->get(), header_, rebuilt.get()), IsOk());
    const auto again = rebuilt->BeginRead();
    ASSERT_THAT(again, IsOk());
    QuotaBooks quotas(again->get(), header_.bucket_us, NamesOf(again->get()));
    Compare(&quotas);
  }

  Random random_;
  const Header header_;
  const std::unique_ptr<Store> store_;
  NaiveQuotas naive_;
  std::unique_ptr<Posting> posting_;
  std::map<std::string, uint32_t> renewals_;
  int64_t now_us_ = 0;
  int64_t next_id_ = 0;
  int64_t admitted_ = 0;
  int64_t refused_ = 0;
  int64_t moves_ = 0;
};

// Many short lives rather than a long one: the naive model is slow when there
// is much to sum. A seed's lives are its own, for seeds of 32 bits.
TEST(QuotaSimulation, EveryStepIsAsTheNaiveModelSays) {
  constexpr int64_t kStepsOfALife = 500;
  const int64_t lives = std::max<int64_t>(1, Steps() / kStepsOfALife);
  int64_t admitted = 0;
  int64_t refused = 0;
  int64_t moves = 0;
  for (int64_t life = 0; life < lives && !testing::Test::HasFailure(); ++life) {
    SCOPED_TRACE("life " + std::to_string(life));
    Simulation simulation(static_cast<uint64_t>(life + 1) << 32);
    simulation.Run(kStepsOfALife);
    admitted += simulation.admitted();
    refused += simulation.refused();
    moves += simulation.moves();
  }
  std::cerr << lives << " lives of " << kStepsOfALife
            << " operations: " << admitted << " admitted, " << refused
            << " refused, " << moves << " moves of tenants\n";
  ASSERT_GT(admitted, 0);
  ASSERT_GT(refused, 0);
  ASSERT_GT(moves, 0);
}

}  // namespace
}  // namespace drawdown
