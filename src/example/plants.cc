#include "example/plants.h"

#include <array>

#include "base/check.h"
#include "base/csv.h"
#include "example/altering.h"
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

std::vector<Story> AwsStories() {
  const Pool* const h200 = &AwsH200();
  const Pool* const h100 = &AwsH100();
  const Pool* const gb200 = &AwsGb200();
  return {
      {"extra_node", h200, OctoberAt(6), OctoberAt(7),
       "one 8-GPU node too many, billed for a whole day"},
      {"old_price", h200, OctoberAt(12, 12), OctoberAt(12, 18),
       "an afternoon at 3.60, the price that ended at midnight"},
      {"hours_and_price", h100, OctoberAt(22, 9), OctoberAt(22, 13),
       "two nodes too many, and at 3.15 instead of 2.90"},
      {"never_ran", &AwsB200(), OctoberAt(9, 10), OctoberAt(9, 13),
       "a B200 node, in a pool where nobody ran anything"},
      {"never_ran", &AwsStrayL40s(), OctoberAt(17, 20), OctoberAt(17, 22),
       "an L40S node, a GPU the contract does not name"},
      {"not_billed", h100, OctoberAt(20, 2), OctoberAt(20, 7),
       "five hours missing from the bill"},
      {"delivered_twice", h200, OctoberAt(27, 14), OctoberAt(27, 16),
       "two hours' rows delivered twice"},
      {"step_early", gb200, OctoberAt(14), OctoberAt(15),
       "the step of 15 October billed a day early"},
      {"step_not_applied", gb200, OctoberAt(16, 13), OctoberAt(16, 16),
       "the step of 15 October not applied for three hours: reserved GPUs "
       "billed on demand"},
      {"fee_twice", gb200, OctoberAt(23), OctoberAt(24),
       "the day's fee delivered twice"},
      {"half_node_missing", h100, OctoberAt(2, 8), OctoberAt(2, 11),
       "four GPUs too few"},
      {"hours_rounded_up", h200, OctoberAt(3), OctoberAt(3, 6),
       "started blocks of 16 GPU-hours billed as whole ones"},
      {"hours_cut_off", h100, OctoberAt(4, 12), OctoberAt(4, 15),
       "fractions of hours cut off, and one hour more"},
      {"wrong_hour", h200, OctoberAt(5, 10), OctoberAt(5, 12),
       "half an hour of four GPUs billed an hour late"},
      {"unfounded_refund", h100, OctoberAt(6, 9), OctoberAt(6, 10),
       "a refund of a node that ran"},
      {"list_price", h200, OctoberAt(7, 14), OctoberAt(7, 17),
       "the public price instead of the contract's"},
      {"free_of_charge", h100, OctoberAt(8, 3), OctoberAt(8, 4),
       "an hour billed at nothing"},
      {"wrong_sign", h200, OctoberAt(9, 11), OctoberAt(9, 12),
       "an hour billed with the wrong sign"},
      {"compensating", h100, OctoberAt(10, 15), OctoberAt(10, 17),
       "a node too many, for the money of the right hours"},
      {"gpu_hours_as_node_hours", h200, OctoberAt(10, 20), OctoberAt(10, 21),
       "GPU-hours billed as hours of 8-GPU nodes"},
      {"minutes_as_hours", h100, OctoberAt(11, 5), OctoberAt(11, 6),
       "minutes billed as hours"},
      {"seconds_as_hours", h100, OctoberAt(12, 5), OctoberAt(12, 6),
       "seconds billed as hours"},
      {"block_size_twice", h200, OctoberAt(13, 8), OctoberAt(13, 10),
       "quantities divided by a block of 100 hours, the money right"},
      {"decimal_slip", h100, OctoberAt(13, 18), OctoberAt(13, 19),
       "ten times the money for the right hours"},
      {"delivered_thrice", h200, OctoberAt(14, 6), OctoberAt(14, 7),
       "an hour's row delivered three times"},
      {"other_region", h100, OctoberAt(14, 10), OctoberAt(14, 12),
       "two hours' rows with a region where we have no such GPUs"},
      {"other_currency", h200, OctoberAt(15, 12), OctoberAt(15, 14),
       "two hours billed in euros"},
      {"no_quantity", h100, OctoberAt(15, 16), OctoberAt(15, 17),
       "a row without a quantity"},
      {"no_charge_period", h200, OctoberAt(16, 18), OctoberAt(16, 19),
       "a charge period that ends when it starts"},
      {"other_month", h100, OctoberAt(-1, 22), OctoberAt(-1, 23),
       "usage of September, in October's bill"},
      {"other_month", h200, OctoberAt(32, 2), OctoberAt(32, 3),
       "usage of November, in October's bill"},
      {"across_the_edge", h100, OctoberAt(31, 23), OctoberAt(32),
       "a row that goes on into November"},
      {"unfounded_correction", h200, OctoberAt(17, 9), OctoberAt(17, 10),
       "a correction of what was right"},
      {"delta_correction", h100, OctoberAt(17, 13), OctoberAt(17, 15),
       "a node too many, taken back by a correction"},
      {"negated_and_replaced", h200, OctoberAt(18, 7), OctoberAt(18, 9),
       "a node too many, the rows negated and replaced"},
      {"money_correction", h100, OctoberAt(18, 10), OctoberAt(18, 14),
       "a correction of money alone"},
      {"bulk_correction", h200, OctoberAt(19), OctoberAt(20),
       "a correction that does not say of what"},
      {"orphan_correction", h100, OctoberAt(-10), OctoberAt(-10, 1),
       "a correction of September, whose bill is not at hand"},
      {"late_as_correction", h200, OctoberAt(20, 21), OctoberAt(20, 23),
       "hours that come late, as corrections, and are right"},
      {"covered_charged", gb200, OctoberAt(5, 4), OctoberAt(5, 5),
       "an hour that the reservation covers charged on top of its fee"},
      {"covered_too_much", gb200, OctoberAt(6, 10), OctoberAt(6, 12),
       "four GPUs too many shown as covered"},
      {"covered_not_shown", gb200, OctoberAt(8, 15), OctoberAt(8, 17),
       "covered hours missing from the bill"},
      {"unknown_commitment", gb200, OctoberAt(9, 6), OctoberAt(9, 8),
       "hours covered by a savings plan that is not ours"},
      {"unused_charged", gb200, OctoberAt(19, 2), OctoberAt(19, 4),
       "unused hours charged on top of the reservation's fee"},
      {"unused_too_much", gb200, OctoberAt(20, 5), OctoberAt(20, 7),
       "four GPUs too many shown as unused"},
      {"fee_at_another_price", gb200, OctoberAt(25), OctoberAt(26),
       "the day's fee at 2.10 instead of 2.05"},
      {"fee_missing", gb200, OctoberAt(28), OctoberAt(29),
       "the day's fee missing"},
      {"other_tenant", h100, OctoberAt(21, 14), OctoberAt(21, 16),
       "half of two hours tagged as another tenant's"},
      {"overage_at_list_price", gb200, OctoberAt(2, 15), OctoberAt(2, 17),
       "hours beyond the reservation at the public price"},
  };
}

std::vector<Story> NordStories() {
  const Pool* const h200 = &NordH200();
  return {
      {"extra_node", h200, StockholmDay(7), StockholmDay(8),
       "one 8-GPU node too many, billed for a day"},
      {"old_price", h200, StockholmDay(10), StockholmDay(11),
       "still at 2.95, the price that ended the night before"},
      {"hours_and_price", h200, StockholmDay(14), StockholmDay(15),
       "two nodes too many, and at 3.05 instead of 2.80"},
      {"not_billed", h200, StockholmDay(21), StockholmDay(22),
       "a day missing from the bill"},
      {"delivered_twice", h200, StockholmDay(26), StockholmDay(27),
       "a day's row delivered twice"},
      {"never_ran", &NordStrayA100(), StockholmDay(3), StockholmDay(4),
       "an A100 node, a GPU the contract does not name"},
      {"true_up_too_large", &NordH100(), StockholmDay(1), StockholmDay(32),
       "the true-up takes the step of 16 October for the whole month"},
      {"day_of_24_hours", h200, StockholmDay(25), StockholmDay(26),
       "the day on which summer time ends billed as 24 hours, not 25"},
      {"node_hours_as_gpu_hours", h200, StockholmDay(12), StockholmDay(13),
       "hours of 8-GPU nodes billed as GPU-hours"},
      {"tax_in_price", h200, StockholmDay(16), StockholmDay(17),
       "a price with 25 % VAT in it"},
      {"other_currency", h200, StockholmDay(17), StockholmDay(18),
       "a day billed in dollars"},
      {"block_size_twice", h200, StockholmDay(18), StockholmDay(19),
       "a quantity divided by a block of 100 hours, the money right"},
      {"other_month", h200, StockholmDay(0), StockholmDay(1),
       "the last day of September, in October's bill"},
      {"covered_charged", &NordH100(), StockholmDay(9), StockholmDay(10),
       "a day that the block covers charged on top of it"},
  };
}

void PlantAll(const PlantBed& bed, std::string_view prefix,
              std::vector<Story> stories) {
  int number = 0;
  for (Story& story : stories) {
    story.plant = std::string(prefix) + "-" + std::to_string(++number);
    const bool planted = Plant(bed, story);
    CHECK(planted);
  }
}

void MakeUnusedCapacity(FocusRow* row) {
  (*row)[kCapacityReservationId] = "cr-0example";
  (*row)[kCapacityReservationStatus] = "Unused";
}

void MakeRounding(FocusRow* row) {
  (*row)[kChargeCategory] = "Adjustment";
  (*row)[kChargeDescription] = "Rounding";
  for (const Column column :
       {kPricingQuantity, kPricingUnit, kPricingCategory, kConsumedQuantity,
        kConsumedUnit, kSkuId, kSkuPriceId, kSkuMeter, kSkuPriceDetails}) {
    (*row)[column] = "";
  }
}

void MisstateGpuCount(FocusRow* row) {
  (*row)[kSkuPriceDetails] = R"({"GpuCount":4,"InstanceType":"p5.48xlarge"})";
}

Line* FindLine(std::vector<Line>* lines, const Pool& pool, int64_t start) {
  for (Line& line : *lines) {
    if (line.pool == &pool && line.start == start &&
        line.kind == LineKind::kOnDemand) {
      return &line;
    }
  }
  CHECK(false);
  return nullptr;
}

}  // namespace

void PlantAws(const PlantBed& bed) { PlantAll(bed, "aws", AwsStories()); }

void PlantNord(const PlantBed& bed) { PlantAll(bed, "nordgpu", NordStories()); }

void AddDecoys(std::vector<Line>* lines) {
  FindLine(lines, AwsH100(), OctoberAt(24, 3))->edit = MisstateGpuCount;
  Line* whole = FindLine(lines, AwsH200(), OctoberAt(22, 10));
  Line part = *whole;
  part.quantity = GpuTime(whole->quantity.count() / 3);
  whole->quantity -= part.quantity;
  Line extra = *FindLine(lines, AwsH100(), OctoberAt(25, 1));
  extra.quantity = GpusFor(16, kHour);
  Line refund = extra;
  refund.quantity = -extra.quantity;
  Line idle = *FindLine(lines, AwsH200(), OctoberAt(26, 4));
  idle.quantity = GpusFor(16, kHour);
  idle.edit = MakeUnusedCapacity;
  Line rounding = idle;
  rounding.billed = MoneyAmount(-4'200'000'000);  // 0.0000000042
  rounding.edit = MakeRounding;
  lines->insert(lines->end(), {part, extra, refund, idle, rounding});
}

std::string PlantedCsv(const std::vector<Planted>& planted) {
  std::string out =
      "plant,error,class,bill,contract,pool,tenant,kind,period_start,period_"
      "end,rows,"
      "billed_cost,expected_cost,difference,currency,what\n";
  for (const Planted& item : planted) {
    const MoneyAmount difference = item.billed_cost - item.expected_cost;
    for (const std::string& field :
         {item.plant, std::string(item.error), std::string(item.kind_of_break),
          std::string(item.bill), std::string(item.contract),
          std::string(item.pool), std::string(item.tenant),
          std::string(LineKindName(item.kind)), InstantText(item.start),
          InstantText(item.end), std::to_string(item.rows),
          FormatMoney(item.billed_cost), FormatMoney(item.expected_cost),
          FormatMoney(difference), std::string(item.currency),
          std::string(item.what)}) {
      AppendCsvField(field, &out);
      out.push_back(',');
    }
    out.back() = '\n';
  }
  return out;
}

}  // namespace drawdown::example
