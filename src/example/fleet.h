// The example's fixed facts: tenants, pools, prices, the month. The contract
// files state the same numbers in their own words; a test compares the two.
//
// Times in this module are whole seconds since the epoch, UTC.
#ifndef DRAWDOWN_SRC_EXAMPLE_FLEET_H_
#define DRAWDOWN_SRC_EXAMPLE_FLEET_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "drawdown/units.h"

namespace drawdown::example {

inline constexpr int64_t kMinute = 60;
inline constexpr int64_t kHour = 3'600;
inline constexpr int64_t kDay = 24 * kHour;

// October 2026 in UTC.
inline constexpr int64_t kMonthStart = 1'790'812'800;
inline constexpr int64_t kMonthEnd = kMonthStart + 31 * kDay;

// Runs lie within these: some begin before the month, some end after it.
inline constexpr int64_t kRunsStart = kMonthStart - 3 * kDay;
inline constexpr int64_t kRunsEnd = kMonthEnd + 3 * kDay;

// The instant of day 1..32 of October at `hour`:00 UTC.
constexpr int64_t OctoberAt(int day, int hour = 0) {
  return kMonthStart + (day - 1) * kDay + hour * kHour;
}

// Start of billing day 1..32 of October in Stockholm, where NordGPU bills:
// summer time (UTC+2) ends on 25 October 2026, a day of 25 hours.
constexpr int64_t StockholmDay(int day) {
  return OctoberAt(day) - (day <= 25 ? 2 : 1) * kHour;
}

namespace tenant {
inline constexpr std::string_view kLlm = "acme/research/llm";
inline constexpr std::string_view kVision = "acme/research/vision";
inline constexpr std::string_view kChat = "acme/chat";
inline constexpr std::string_view kSearch = "acme/search";
inline constexpr std::string_view kGlobex = "globex/recommend";
inline constexpr std::string_view kInitech = "initech/platform";
}  // namespace tenant

// Millionths of a currency unit, as prices are written here.
constexpr MoneyAmount Micros(int64_t micros) {
  return MoneyAmount(static_cast<Int128>(micros) * 1'000'000'000'000);
}

// A price per GPU-hour and the instant from which it holds.
struct PriceStep {
  int64_t from = 0;
  MoneyAmount price;
};

struct Pool {
  std::string_view name;  // our path
  std::string_view sku;   // as bills name it
  std::string_view gpu;   // the GPU's model name
  std::string_view region;
  std::string_view region_name;
  std::string_view zone;         // availability zone
  std::string_view sub_account;  // that runs it
  std::string_view sub_account_name;
  std::string_view tenant;        // that alone runs there; empty: several
  int64_t gpus_per_unit = 1;      // per PricingUnit
  MoneyAmount list_price;         // public, per GPU-hour
  std::vector<PriceStep> prices;  // contracted on-demand, by time

  // The contracted on-demand price at `at`.
  MoneyAmount PriceAt(int64_t at) const;
};

const Pool& AwsGb200();
const Pool& AwsH200();
const Pool& AwsH100();
const Pool& AwsB200();  // in the contract, but nobody runs there
const Pool& NordH100();
const Pool& NordH200();

// A commitment's steps: quantity per fulfilment interval, in whole GPU-hours.
struct QuantityStep {
  int64_t from = 0;
  int64_t gpu_hours = 0;
};

struct Commitment {
  std::string_view id;
  std::string_view name;
  MoneyAmount price;                // per GPU-hour, covered or not used
  std::vector<QuantityStep> steps;  // those that touch the month
};

const Commitment& Gb200Reserved();  // hourly floor of AwsGb200()
const Commitment& H100Block();      // monthly block of NordH100()

// The quantity of `steps` in force at `at`.
int64_t GpuHoursAt(const std::vector<QuantityStep>& steps, int64_t at);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_FLEET_H_
