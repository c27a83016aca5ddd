#include "example/plants.h"

#include "base/csv.h"
#include "example/bill_rows.h"
#include "example/planting.h"

namespace drawdown::example {
namespace {

// GPUs that the contracts do not name, for charges that nobody caused.
const Pool& AwsStrayL40s() {
  static const Pool* const pool =
      new Pool{.sku = "g6e.12xlarge",
               .gpu = "L40S",
               .region = "eu-west-1",
               .region_name = "Europe (Ireland)",
               .zone = "eu-west-1b",
               .sub_account = "111122225555",
               .sub_account_name = "globex-recommend",
               .gpus_per_unit = 4,
               .list_price = Micros(2'622'350)};
  return *pool;
}

const Pool& NordStrayA100() {
  static const Pool* const pool = new Pool{.sku = "NG-A100-PCIE",
                                           .gpu = "A100",
                                           .region = "lulea-1",
                                           .region_name = "Lulea 1",
                                           .sub_account = "proj-initech",
                                           .sub_account_name = "initech",
                                           .list_price = Micros(1'290'000)};
  return *pool;
}

}  // namespace

void PlantAws(const PlantBed& bed) {
  constexpr LineKind kOnDemand = LineKind::kOnDemand;
  Distort(bed,
          {"aws-1", &AwsH200(), kOnDemand, OctoberAt(6), OctoberAt(7),
           "one 8-GPU node too many, billed for a whole day"},
          {.extra_gpus = 8});
  Distort(bed,
          {"aws-2", &AwsH200(), kOnDemand, OctoberAt(12, 12), OctoberAt(12, 18),
           "an afternoon at 3.60, the price that ended at midnight"},
          {.price = Micros(3'600'000)});
  Distort(bed,
          {"aws-3", &AwsH100(), kOnDemand, OctoberAt(22, 9), OctoberAt(22, 13),
           "two nodes too many, and at 3.15 instead of 2.90"},
          {.extra_gpus = 16, .price = Micros(3'150'000)});
  Invent(bed,
         {"aws-4", &AwsB200(), kOnDemand, OctoberAt(9, 10), OctoberAt(9, 13),
          "a B200 node, in a pool where nobody ran anything"},
         8, AwsB200().PriceAt(OctoberAt(9)), kHour);
  Invent(bed,
         {"aws-5", &AwsStrayL40s(), kOnDemand, OctoberAt(17, 20),
          OctoberAt(17, 22), "an L40S node, a GPU the contract does not name"},
         4, AwsStrayL40s().list_price, kHour);
  Omit(bed, {"aws-6", &AwsH100(), kOnDemand, OctoberAt(20, 2), OctoberAt(20, 7),
             "five hours missing from the bill"});
  Repeat(bed, {"aws-7", &AwsH200(), kOnDemand, OctoberAt(27, 14),
               OctoberAt(27, 16), "two hours' rows delivered twice"});
  Distort(bed,
          {"aws-8", &AwsGb200(), LineKind::kPurchase, OctoberAt(14),
           OctoberAt(15), "the step of 15 October billed a day early"},
          {.extra_gpus = 32'768 - 24'576});
  DelayStep(bed,
            {"aws-9", &AwsGb200(), LineKind::kCovered, OctoberAt(16, 13),
             OctoberAt(16, 16),
             "the step of 15 October not applied for three hours: reserved "
             "GPUs billed on demand"},
            24'576);
  Repeat(bed, {"aws-10", &AwsGb200(), LineKind::kPurchase, OctoberAt(23),
               OctoberAt(24), "the day's fee delivered twice"});
}

void PlantNord(const PlantBed& bed) {
  constexpr LineKind kOnDemand = LineKind::kOnDemand;
  const Pool* const h200 = &NordH200();
  Distort(bed,
          {"nordgpu-1", h200, kOnDemand, StockholmDay(7), StockholmDay(8),
           "one 8-GPU node too many, billed for a day"},
          {.extra_gpus = 8});
  Distort(bed,
          {"nordgpu-2", h200, kOnDemand, StockholmDay(10), StockholmDay(11),
           "still at 2.95, the price that ended the night before"},
          {.price = Micros(2'950'000)});
  Distort(bed,
          {"nordgpu-3", h200, kOnDemand, StockholmDay(14), StockholmDay(15),
           "two nodes too many, and at the old price of 2.95"},
          {.extra_gpus = 16, .price = Micros(2'950'000)});
  Omit(bed, {"nordgpu-4", h200, kOnDemand, StockholmDay(21), StockholmDay(22),
             "a day missing from the bill"});
  Repeat(bed, {"nordgpu-5", h200, kOnDemand, StockholmDay(25), StockholmDay(26),
               "a day's row delivered twice"});
  Invent(bed,
         {"nordgpu-6", &NordStrayA100(), kOnDemand, StockholmDay(3),
          StockholmDay(4), "an A100 node, a GPU the contract does not name"},
         8, Micros(1'290'000), kDay);
  InflateTrueUp(
      bed,
      {"nordgpu-7", &NordH100(), LineKind::kTrueUp, StockholmDay(1),
       StockholmDay(32),
       "the true-up takes the step of 16 October for the whole month"},
      GpuTime(static_cast<Int128>(178'800) * kMicrosPerHour) - BlockQuantity());
}

std::string PlantedCsv(const std::vector<Planted>& planted) {
  std::string out =
      "plant,class,bill,contract,pool,kind,period_start,period_end,rows,"
      "billed_cost,expected_cost,difference,currency,what\n";
  for (const Planted& item : planted) {
    const MoneyAmount difference = item.billed_cost - item.expected_cost;
    for (const std::string& field :
         {std::string(item.plant), std::string(item.kind_of_break),
          std::string(item.bill), std::string(item.contract),
          std::string(item.pool), std::string(LineKindName(item.kind)),
          InstantText(item.start), InstantText(item.end),
          std::to_string(item.rows), FormatMoney(item.billed_cost),
          FormatMoney(item.expected_cost), FormatMoney(difference),
          std::string(item.currency), std::string(item.what)}) {
      AppendCsvField(field, &out);
      out.push_back(',');
    }
    out.back() = '\n';
  }
  return out;
}

}  // namespace drawdown::example
