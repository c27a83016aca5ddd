#include "tests/unit/ledger/quota_simulation.h"

#include "gtest/gtest.h"
#include "ledger/buckets.h"
#include "ledger/memory_store.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

const std::vector<std::string> kPlaces = {"a",   "a/d", "a/d/c", "e",
                                          "e/b", "f",   "f/a/b"};

}  // namespace

QuotaSimulation::QuotaSimulation(uint64_t salt)
    : random_(salt),
      store_(NewMemoryStore()),
      naive_(header_.bucket_us),
      clock_(20'000 * 24 * kHour + random_.Between(0, 30 * 24) * kHour) {}

QuotaSimulation::Counts QuotaSimulation::counts() const {
  Counts counts = counts_;
  counts["steps of the wall clock"] = clock_.steps();
  counts["boots"] = clock_.boots();
  return counts;
}

void QuotaSimulation::Run(int64_t steps) {
  for (int64_t step = 0; step < steps;) {
    Advance();
    Begin();
    for (int64_t left = random_.Between(1, 3); left > 0; --left, ++step) {
      Operate();
      Compare(posting_->quotas());
      EXPECT_TRUE(naive_.FullDevicesAreOneGpu());
      if (!testing::Test::HasFailure()) continue;
      FAIL() << "step " << step << " at " << FormatInstant(now_us_);
    }
    Commit();
    posting_.reset();
    if (random_.OneIn(4)) CompareStored();
    if (random_.OneIn(8)) CompareOutlook();
    if (random_.OneIn(400)) Verify();
    if (testing::Test::HasFailure()) return;
  }
  Verify();
}

void QuotaSimulation::Advance() {
  if (random_.OneIn(12)) Disturb();
  const int64_t now_us = clock_.HoldTime();
  switch (random_.Between(0, 11)) {
    case 0:  // A window's edge, to the microsecond.
      clock_.Pass((now_us / kHour + 1) * kHour - random_.Between(0, 1) -
                  now_us);
      break;
    case 1:
      clock_.Pass(random_.Between(0, 40) * kHour);
      break;
    case 2:
      if (random_.OneIn(20)) clock_.Pass(33 * 24 * kHour);
      break;
    case 3:
      break;  // The same instant.
    default:
      clock_.Pass(random_.Between(1, kHour));
  }
}

void QuotaSimulation::Disturb() {
  switch (random_.Between(0, 7)) {
    case 0:
      clock_.Boot();
      break;
    case 1:
      clock_.Step(random_.Between(-2'000'000, 2'000'000));
      break;
    case 2:
    case 3:
      clock_.Step(random_.Between(-3 * kHour, 3 * kHour));
      break;
    case 4:
      clock_.Step((random_.OneIn(2) ? 33 : -33) * 24 * kHour);
      break;
    default:
      clock_.Step(0);
  }
}

void QuotaSimulation::Begin() {
  posting_.reset();
  auto transaction = store_->BeginWrite();
  ASSERT_THAT(transaction, IsOk());
  // Two of five postings are other processes', which leave nothing behind.
  auto posting =
      Posting::Begin(*std::move(transaction), header_, clock_.wall_us(),
                     begun_++ % 5 < 3 ? &memory_ : nullptr);
  ASSERT_THAT(posting, IsOk());
  posting_ = *std::move(posting);
  const auto hold_us = posting_->HoldTime(clock_.reading());
  ASSERT_THAT(hold_us, IsOk());
  ASSERT_EQ(*hold_us, clock_.HoldTime());
  now_us_ = *hold_us;
}

void QuotaSimulation::Commit() {
  // A sign of life is kept beside the journal.
  const uint64_t next_sequence = posting_->tip().next_sequence;
  const auto committed = posting_->Commit();
  ASSERT_THAT(committed, IsOk());
  if (*committed) clock_.Commit(next_sequence > next_sequence_);
  next_sequence_ = posting_->tip().next_sequence;
}

void QuotaSimulation::Operate() {
  switch (random_.Between(0, 21)) {
    case 0:
      if (random_.OneIn(6)) {
        Move();
      } else if (naive_.quotas.size() < 14 || random_.OneIn(3)) {
        SetQuota();
      }
      break;
    case 1:
      random_.OneIn(2) ? AddUsage() : Import();
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
    case 16:
      random_.OneIn(2) ? Beat() : CloseGhost();
      break;
    case 17:
      switch (random_.Between(0, 3)) {
        case 0:
          SetPolicy();
          break;
        case 1:
          Refund();
          break;
        default:
          Correct();
      }
      break;
    default:
      Change();
  }
}

// --- quotas
QuotaLimit QuotaSimulation::AnyLimit(QuotaPeriod period) {
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

void QuotaSimulation::SetQuota() {
  QuotaSetting setting;
  setting.scope.tenant = Any(kTenants);
  setting.scope.pool = Any(kSelectors);
  constexpr QuotaPeriod kPeriods[] = {QuotaPeriod::kTotal, QuotaPeriod::kMonth,
                                      QuotaPeriod::kRolling,
                                      QuotaPeriod::kAtOnce};
  setting.scope.period = kPeriods[random_.Between(0, 3)];
  if (setting.scope.period == QuotaPeriod::kRolling) {
    setting.scope.rolling_us = kHour * (random_.OneIn(2) ? 1 : 24);
  }
  if (!random_.OneIn(10)) setting.limit = AnyLimit(setting.scope.period);
  setting.from_us = now_us_ + (random_.OneIn(4) ? 3 * kHour : 0);
  // Alone in its transaction, as the engine sets quotas: an error drops it.
  Commit();
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
    Commit();
  } else {
    ASSERT_THAT(set.status(), IsError(ErrorCode::kInvalidArgument, "slices"));
  }
  Begin();
}

// --- tenants
void QuotaSimulation::Move() {
  TenantMove move;
  move.old_path = Any(kTenants);
  move.new_path = Any(kPlaces);
  move.from_us =
      FloorTo(clock_.wall_us(), kHour) - random_.Between(0, 40) * kHour;
  Commit();
  Begin();
  const auto moved = posting_->MoveTenant(move, clock_.wall_us());
  if (moved.ok()) {
    Commit();
    if (*moved != Verdict::kUnchanged) {
      naive_.Move(move);
      ++counts_["moves of tenants"];
    }
  } else {
    const ErrorCode code = GetErrorCode(moved.status());
    ASSERT_TRUE(code == ErrorCode::kWrongState ||
                code == ErrorCode::kInvalidArgument ||
                code == ErrorCode::kNotFound)
        << moved.status();
  }
  Begin();
}

// --- facts
void QuotaSimulation::AddUsage() {
  const std::string id = "u" + std::to_string(++next_id_);
  UsageAdded usage;
  const std::string tenant = Any(kTenants);
  const std::string pool = Any(kPools);
  usage.usage_id = id;
  usage.tenant = *posting_->Intern(NameKind::kTenant, tenant, false);
  usage.pool = *posting_->Intern(NameKind::kPool, pool, false);
  const int64_t bucket_us =
      FloorTo(clock_.wall_us(), kHour) - random_.Between(0, 30) * kHour;
  usage.start_us = bucket_us;
  usage.end_us = bucket_us + kHour;
  usage.gpu_time = GpuTime(random_.Between(0, 3 * kHour));
  ASSERT_THAT(posting_->Post(usage), IsOk());
  naive_.amounts.push_back({tenant, pool, bucket_us, usage.gpu_time.count()});
}

// Of a run that is new, and may have ended; the row may speak of what is still
// to come.
void QuotaSimulation::Import() {
  NaiveRun run;
  run.id = "i" + std::to_string(++next_id_);
  run.tenant = Any(kTenants);
  run.pool = Any(kPools);
  run.micro_gpus = AnyGpus();
  Segment& segment = run.segments.emplace_back();
  segment.micro_gpus = run.micro_gpus;
  segment.start_us = random_.OneIn(2)
                         ? EventInstant()
                         : clock_.wall_us() - random_.Between(0, 40 * kHour);
  if (random_.OneIn(3)) {
    segment.end_us = std::max(segment.start_us, EventInstant());
    run.ended = true;
  }
  RunImported row;
  row.run_id = run.id;
  row.tenant = *posting_->Intern(NameKind::kTenant, run.tenant, false);
  row.pool = *posting_->Intern(NameKind::kPool, run.pool, false);
  row.micro_gpus = run.micro_gpus;
  row.start_us = segment.start_us;
  row.end_us = segment.end_us;
  ASSERT_THAT(posting_->Post(row), IsOk());
  NoteLater(&run);
  naive_.runs[run.key()] = run;
  // The engine posts no start of another attempt together with an import.
  Commit();
  Begin();
}

void QuotaSimulation::Drain() {
  UsageDrained usage;
  const std::string tenant = Any(kTenants);
  const std::string pool = Any(kPools);
  usage.tenant = *posting_->Intern(NameKind::kTenant, tenant, false);
  usage.pool = *posting_->Intern(NameKind::kPool, pool, false);
  usage.bucket_us = FloorTo(clock_.wall_us(), kHour) - kHour;
  usage.gpu_time = GpuTime(random_.Between(1, kHour));
  ASSERT_THAT(posting_->Post(usage), IsOk());
  naive_.amounts.push_back(
      {tenant, pool, usage.bucket_us, usage.gpu_time.count()});
}

}  // namespace drawdown
