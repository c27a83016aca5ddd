// Meters, with the n-th allocation failing: what they count is counted once,
// whatever could not be had.
#include <thread>

#include "tests/abi/memory_writes.h"

namespace drawdown::c_abi_test {
namespace {

class MemoryOfMeters : public MemoryOfWrites {
 protected:
  // Counts in threads that have nothing yet, with the n-th allocation of each
  // failing, until none does. `count` gives how much it counted.
  void InNewThreads(const char* function,
                    const std::function<int64_t()>& count) {
    SCOPED_TRACE(function);
    int64_t left = -1;
    for (int64_t n = 0; left < 0 && n < 1'000; ++n) {
      // What it is to find out must not be known from the last.
      SetQuotas(1'000'000'000 + ++quotas_set_);
      int64_t counted = 0;
      std::thread thread([&] {
        allocations_left = n;
        counted = count();
        left = allocations_left.exchange(-1);
      });
      thread.join();
      recorded_ += counted;
    }
    EXPECT_GE(left, 0) << "it never ends";
  }
  // All budgets are made anew for another slice, a ceiling's alone for another
  // ceiling.
  void SetQuotas(int64_t nominal) {
    SetQuota("acme", false, 2 * nominal);
    SetQuota("acme/slice", true, nominal);
  }
  void SetQuota(const char* tenant, bool slice, int64_t nominal) {
    drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
    setting.tenant = drawdown_str(tenant);
    setting.period = DRAWDOWN_PERIOD_TOTAL;
    setting.slice = slice;
    setting.nominal = drawdown_int128_of(nominal);
    drawdown_error error = 0;
    EXPECT_EQ(drawdown_quota_set(ledger_, &setting, nullptr, &error),
              DRAWDOWN_OK)
        << drawdown_error_message(error);
  }
  drawdown_meter Bind() {
    drawdown_meter meter = 0;
    EXPECT_EQ(drawdown_meter_bind(ledger_, Text(tenant_), drawdown_str(kPool),
                                  0, &meter, nullptr),
              DRAWDOWN_OK);
    return meter;
  }
  void ExpectAllIsThere(drawdown_ledger ledger) {
    EXPECT_EQ(drawdown_drain(ledger, nullptr, nullptr), DRAWDOWN_OK);
    drawdown_table usage = 0;
    ASSERT_EQ(drawdown_usage(ledger, nullptr, &usage, nullptr), DRAWDOWN_OK);
    drawdown_int128 sum = {0, 0};
    ASSERT_EQ(drawdown_table_decimal(usage, 0, 0, &sum, nullptr, nullptr),
              DRAWDOWN_OK);
    EXPECT_EQ(static_cast<int64_t>(sum.low), recorded_);
    drawdown_table_close(usage, nullptr);
  }

  int64_t recorded_ = 0;
  int64_t quotas_set_ = 0;
};

TEST_F(MemoryOfMeters, IsNeededToBindAndDrain) {
  FailAllocations(
      "drawdown_meter_bind", [&](int64_t n) { Name("bind", n); },
      [&](Outputs* out) {
        drawdown_meter meter = 0;
        const int32_t code =
            drawdown_meter_bind(ledger_, Text(tenant_), drawdown_str(kPool), 0,
                                &meter, &out->error);
        if (code == DRAWDOWN_OK) {
          drawdown_record(meter, 7);
          recorded_ += 7;
        }
        return code;
      });
  FailAllocations(
      "drawdown_meter_bind_many", [&](int64_t n) { Name("bind", n); },
      [&](Outputs* out) {
        const drawdown_text tenants[] = {Text(tenant_), Text(run_)};
        const drawdown_text pools[] = {drawdown_str(kPool),
                                       drawdown_str(kPool)};
        drawdown_meter meters[2] = {0, 0};
        return drawdown_meter_bind_many(ledger_, tenants, pools, 2, 0, meters,
                                        &out->error);
      });
  Name("drain", 0);
  const drawdown_meter meter = Bind();
  FailAllocations(
      "drawdown_drain",
      [&](int64_t) {
        drawdown_record(meter, 11);
        recorded_ += 11;
      },
      [&](Outputs* out) {
        return drawdown_drain(ledger_, nullptr, &out->error);
      });
  ExpectAllIsThere(ledger_);
}

// A thread's first call sets up its counters, where it can: where it cannot, it
// counts elsewhere.
TEST_F(MemoryOfMeters, IsNotNeededToRecord) {
  Name("record", 0);
  const drawdown_meter meter = Bind();
  const int64_t amounts[] = {1, 2, 4};
  const drawdown_meter meters[] = {meter, meter, meter};
  InNewThreads("drawdown_record", [&] {
    drawdown_record(meter, 1);
    return 1;
  });
  InNewThreads("drawdown_record_many", [&] {
    drawdown_record_many(meter, amounts, 3);
    return 7;
  });
  InNewThreads("drawdown_record_batch", [&] {
    drawdown_record_batch(meters, amounts, 3);
    return 7;
  });
  ExpectAllIsThere(ledger_);
}

// Busy where nobody could say for want of memory; what is admitted is counted.
TEST_F(MemoryOfMeters, MayFailWhereUsageIsAdmitted) {
  Name("try", 0);
  const drawdown_meter meter = Bind();
  const int64_t amounts[] = {1, 2, 4};
  const drawdown_meter meters[] = {meter, meter, meter};
  int busy = 0;
  const auto counted = [&](int32_t decision, int64_t amount) -> int64_t {
    busy += decision == DRAWDOWN_TRY_BUSY;
    EXPECT_NE(decision, DRAWDOWN_QUOTA_EXCEEDED);
    return decision == DRAWDOWN_ADMITTED ? amount : 0;
  };
  InNewThreads("drawdown_try_record",
               [&] { return counted(drawdown_try_record(meter, 1), 1); });
  InNewThreads("drawdown_try_record_batch", [&] {
    uint8_t decisions[] = {9, 9, 9};
    drawdown_try_record_batch(meters, amounts, 3, decisions);
    return counted(decisions[0], 1) + counted(decisions[1], 2) +
           counted(decisions[2], 4);
  });
  EXPECT_GT(busy, 0);
  ExpectAllIsThere(ledger_);
}

// The thread that drains has nobody to throw to: it tries again.
TEST_F(MemoryOfMeters, MayFailInTheThreadThatDrains) {
  Name("settler", 0);
  drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
  options.create_if_missing = 1;
  options.drain_interval_us = 10'000;
  drawdown_ledger other = 0;
  ASSERT_EQ(drawdown_ledger_open(Text(directory_), &options, &other, nullptr),
            DRAWDOWN_OK);
  drawdown_meter meter = 0;
  ASSERT_EQ(drawdown_meter_bind(other, Text(tenant_), drawdown_str(kPool), 0,
                                &meter, nullptr),
            DRAWDOWN_OK);
  for (int64_t n = 0; n < 40; ++n) {
    drawdown_record(meter, 1);
    ++recorded_;
    allocations_left = n;
    for (int i = 0; i < 10'000 && allocations_left >= 0; ++i) usleep(1'000);
    ASSERT_LT(allocations_left.exchange(-1), 0) << "it drains no more";
  }
  ExpectAllIsThere(other);
  drawdown_ledger_close(other, nullptr);
}

}  // namespace
}  // namespace drawdown::c_abi_test
