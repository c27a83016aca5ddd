#include "example/fleet.h"

#include "base/check.h"

namespace drawdown::example {

MoneyAmount Pool::PriceAt(int64_t at) const {
  CHECK(!prices.empty() && prices.front().from <= at);
  MoneyAmount price;
  for (const PriceStep& step : prices) {
    if (step.from <= at) price = step.price;
  }
  return price;
}

int64_t GpuHoursAt(const std::vector<QuantityStep>& steps, int64_t at) {
  CHECK(!steps.empty() && steps.front().from <= at);
  int64_t gpu_hours = 0;
  for (const QuantityStep& step : steps) {
    if (step.from <= at) gpu_hours = step.gpu_hours;
  }
  return gpu_hours;
}

const Pool& AwsGb200() {
  static const Pool* const pool =
      new Pool{.name = "aws/us-east-1/gb200",
               .sku = "p6e-gb200.36xlarge",
               .gpu = "GB200",
               .region = "us-east-1",
               .region_name = "US East (N. Virginia)",
               .zone = "us-east-1a",
               .sub_account = "111122223333",
               .sub_account_name = "acme-training",
               .gpus_per_unit = 4,
               .list_price = Micros(5'850'000),
               .prices = {{kRunsStart, Micros(4'100'000)}}};
  return *pool;
}

const Pool& AwsH200() {
  static const Pool* const pool =
      new Pool{.name = "aws/us-east-1/h200",
               .sku = "p5en.48xlarge",
               .gpu = "H200",
               .region = "us-east-1",
               .region_name = "US East (N. Virginia)",
               .zone = "us-east-1c",
               .sub_account = "111122224444",
               .sub_account_name = "acme-serving",
               .gpus_per_unit = 8,
               .list_price = Micros(4'980'000),
               .prices = {{kRunsStart, Micros(3'600'000)},
                          {OctoberAt(12), Micros(3'450'000)}}};
  return *pool;
}

const Pool& AwsH100() {
  static const Pool* const pool =
      new Pool{.name = "aws/us-west-2/h100",
               .sku = "p5.48xlarge",
               .gpu = "H100",
               .region = "us-west-2",
               .region_name = "US West (Oregon)",
               .zone = "us-west-2b",
               .sub_account = "111122225555",
               .sub_account_name = "globex-recommend",
               .tenant = tenant::kGlobex,
               .gpus_per_unit = 8,
               .list_price = Micros(3'930'000),
               .prices = {{kRunsStart, Micros(2'900'000)}}};
  return *pool;
}

const Pool& AwsB200() {
  static const Pool* const pool =
      new Pool{.name = "aws/us-west-2/b200",
               .sku = "p6-b200.48xlarge",
               .gpu = "B200",
               .region = "us-west-2",
               .region_name = "US West (Oregon)",
               .zone = "us-west-2b",
               .sub_account = "111122225555",
               .sub_account_name = "globex-recommend",
               .gpus_per_unit = 8,
               .list_price = Micros(5'200'000),
               .prices = {{kRunsStart, Micros(3'800'000)}}};
  return *pool;
}

const Pool& NordH100() {
  static const Pool* const pool =
      new Pool{.name = "nordgpu/lulea-1/h100",
               .sku = "NG-H100-SXM",
               .gpu = "H100",
               .region = "lulea-1",
               .region_name = "Lulea 1",
               .sub_account = "proj-initech",
               .sub_account_name = "initech",
               .list_price = Micros(2'650'000),
               .prices = {{kRunsStart, Micros(2'350'000)}}};
  return *pool;
}

const Pool& NordH200() {
  static const Pool* const pool =
      new Pool{.name = "nordgpu/lulea-1/h200",
               .sku = "NG-H200-SXM",
               .gpu = "H200",
               .region = "lulea-1",
               .region_name = "Lulea 1",
               .sub_account = "proj-globex",
               .sub_account_name = "globex",
               .list_price = Micros(3'300'000),
               .prices = {{kRunsStart, Micros(2'950'000)},
                          {StockholmDay(10), Micros(2'800'000)}}};
  return *pool;
}

const Commitment& Gb200Reserved() {
  static const Commitment* const commitment =
      new Commitment{.id = "gb200-reserved",
                     .name = "GB200 UltraServer reservation",
                     .price = Micros(2'050'000),
                     .steps = {{kRunsStart, 24'576}, {OctoberAt(15), 32'768}}};
  return *commitment;
}

const Commitment& H100Block() {
  static const Commitment* const commitment = new Commitment{
      .id = "h100-block",
      .name = "H100 monthly block",
      .price = Micros(1'950'000),
      .steps = {{kRunsStart, 149'000}, {StockholmDay(16), 178'800}}};
  return *commitment;
}

}  // namespace drawdown::example
