// Meters, with the n-th allocation failing: what they count is counted once,
// whatever could not be had.
#include <thread>

#include "tests/abi/memory_writes.h"

namespace drawdown::c_abi_test {
namespace {

class MemoryOfMeters : public MemoryOfWrites {
 protected:
  // Calls in a thread of its own, which has nothing yet.
  static void InNewThread(const std::function<void()>& call) {
    const int64_t left = allocations_left.exchange(-1);
    std::thread thread([&] {
      allocations_left = left;
      call();
      allocations_left_after_ = allocations_left.exchange(-1);
    });
    thread.join();
    allocations_left = allocations_left_after_;
  }
  drawdown_meter Bind() {
    drawdown_meter meter = 0;
    EXPECT_EQ(drawdown_meter_bind(ledger_, Text(tenant_), drawdown_str(kPool),
                                  0, &meter, nullptr),
              DRAWDOWN_OK);
    return meter;
  }
  void Recorded(int64_t amount) { recorded_ += amount; }
  void ExpectAllIsThere() {
    EXPECT_EQ(drawdown_drain(ledger_, nullptr, nullptr), DRAWDOWN_OK);
    drawdown_table usage = 0;
    ASSERT_EQ(drawdown_usage(ledger_, nullptr, &usage, nullptr), DRAWDOWN_OK);
    drawdown_int128 sum = {0, 0};
    ASSERT_EQ(drawdown_table_decimal(usage, 0, 0, &sum, nullptr, nullptr),
              DRAWDOWN_OK);
    EXPECT_EQ(static_cast<int64_t>(sum.low), recorded_);
    drawdown_table_close(usage, nullptr);
  }

  int64_t recorded_ = 0;
  static int64_t allocations_left_after_;
};
int64_t MemoryOfMeters::allocations_left_after_ = -1;

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
          Recorded(7);
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
        Recorded(11);
      },
      [&](Outputs* out) {
        return drawdown_drain(ledger_, nullptr, &out->error);
      });
  ExpectAllIsThere();
}

}  // namespace
}  // namespace drawdown::c_abi_test
