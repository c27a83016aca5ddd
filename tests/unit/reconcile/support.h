// A small contract, its books and bills for it, built by hand.
#ifndef DRAWDOWN_TESTS_UNIT_RECONCILE_SUPPORT_H_
#define DRAWDOWN_TESTS_UNIT_RECONCILE_SUPPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "bill/bill_row.h"
#include "contract/contract.h"
#include "drawdown/bill.h"
#include "drawdown/reconcile.h"
#include "model/charge.h"
#include "reconcile/reconcile.h"

namespace drawdown::testing {

inline constexpr int64_t kStart = 1'790'812'800'000'000;  // 2026-10-01
inline constexpr int64_t kEnd = kStart + 744 * kMicrosPerHour;
inline constexpr std::string_view kGb200 = "aws/us-east-1/gb200";
inline constexpr std::string_view kH100 = "aws/us-west-2/h100";
inline constexpr std::string_view kReserved = "gb200-reserved";

MoneyAmount Usd(std::string_view text);
GpuTime Hours(std::string_view text);
Currency Code(std::string_view text);

// Hour `n` of October 2026.
constexpr int64_t HourOf(int n) { return kStart + n * kMicrosPerHour; }

// "aws" (alias "Amazon Web Services"), USD: gb200 (SKU p6e, 4 GPUs a unit, 4.10
// on demand), h100 (SKU p5, 8 GPUs, 2.90), and gb200-reserved at 2.05.
Contract MakeContract();

// Books under construction; hours are "[first, last)" of October.
class BookBuilder {
 public:
  BookBuilder& OnDemand(std::string_view pool, int first, int last,
                        std::string_view hours_each,
                        std::string_view price = "4.10");
  BookBuilder& Covered(std::string_view pool, int first, int last,
                       std::string_view hours_each,
                       std::string_view commitment = kReserved);
  BookBuilder& Overage(std::string_view pool, int first, int last,
                       std::string_view hours_each, std::string_view price,
                       std::string_view commitment);
  BookBuilder& Unused(int first, int last, std::string_view hours_each,
                      std::string_view price = "2.05",
                      std::string_view commitment = kReserved);
  // One charge over all of [first, last).
  BookBuilder& Fee(ChargeKind kind, int first, int last, std::string_view hours,
                   std::string_view cost, std::string_view commitment);
  // Of the hours of `pool`, what the billing grain added.
  BookBuilder& Grain(std::string_view pool, int first, int last,
                     std::string_view hours_each);
  BookBuilder& Unpriced(std::string_view pool, int first, int last,
                        std::string_view hours_each);

  RatedUsage Build() const { return rated_; }

 private:
  // One over all of the hours, or one for each, under a rule of their own.
  void AddOne(int first, int last, Charge charge, const ChargeRule& rule);
  void AddEach(int first, int last, const Charge& charge,
               const ChargeRule& rule);

  RatedUsage rated_;
};

// A bill row that owns its text. Default: an on-demand gb200 hour.
struct TestRow {
  std::string provider = "Amazon Web Services";
  std::string sub_account = "111";
  std::string region = "us-east-1";
  std::string resource = "i-1";
  std::string service = "Amazon Elastic Compute Cloud";
  std::string sku = "p6e";
  std::string sku_price = "p6e-price";
  std::string instance_type;
  ChargeCategory category = ChargeCategory::kUsage;
  bool correction = false;
  std::string frequency = "Usage-Based";
  std::string commitment;
  UsageStatus commitment_status = UsageStatus::kNone;
  UsageStatus capacity_status = UsageStatus::kNone;
  std::string capacity;  // CapacityReservationId
  std::string currency = "USD";
  int64_t billing_start_us = kStart;
  int64_t billing_end_us = kEnd;
  int64_t start_us = kStart;
  int64_t end_us = kStart + kMicrosPerHour;
  std::string billed = "0";
  std::string effective = "0";
  std::optional<std::string> quantity = "1";
  std::string unit = "Hours";
  std::optional<int64_t> gpu_count;
  std::string issuer = "Amazon Web Services";
  std::string invoice;
  std::string invoice_detail;
  std::vector<AppliedCommitment> applied;  // of texts that outlive the row
  std::string tags;
  bool costed = true;  // false: the bill gives no cost
  BilledAmount amount = BilledAmount::kBilledCost;
  std::optional<std::string> consumed;
  std::string consumed_unit;
  std::string line_id;
  std::string corrects;  // a line_id
  bool links_lines = false;
  bool own_period = false;  // its billing period is its charge's
  std::string allocated;    // AllocatedMethodDetails
};

TestRow OnDemandRow(int first, int last, std::string quantity,
                    std::string billed);
TestRow CoveredRow(int first, int last, std::string quantity,
                   std::string effective, std::string billed = "0");
// EffectiveCost is the waste of the reserved gb200, at 2.05.
TestRow UnusedRow(int first, int last, std::string quantity,
                  std::string billed = "0");
// EffectiveCost is 0: what it pays for carries it.
TestRow PurchaseRow(int first, int last, std::string quantity,
                    std::string billed);

TestRow Corrected(TestRow row);
// A correction of money alone.
TestRow CostOnly(int first, int last, std::string billed, std::string sku);

// Every field in one text: a row's identity.
std::string RawOf(const TestRow& row);

struct Scenario {
  Contract contract = MakeContract();
  RatedUsage rated;
  ReconcileOptions options;
  Interval period{kStart, kEnd};
  int64_t at_us = kEnd;
  CapacityTable capacity;
  std::vector<std::string> capacity_pools;
  BillContents tables;  // without the summary
  std::vector<StatementLine> corrections;
  std::vector<CorrectedPeriod> corrected;
  MeteredOf metered;
  ContractTimeline versions;  // empty: `contract` at all times
  std::vector<const Contract*> others;
};

// Of the first `hours` of October 8 GPU-hours each, of gb200 and on demand.
Scenario MeteredHours(int hours);

// Fails the test if Add or Finish do. With `alike` rows say which others they
// are like (BillRow::like), as a reader of bills does.
ReconcileResult Reconcile(const Scenario& setup,
                          const std::vector<TestRow>& rows, bool alike = false);

// The items of one class, in order.
std::vector<Break> ItemsOf(const ReconcileResult& result, BreakClass kind);

// What the items of one class have together of one of their amounts.
std::string SumOf(const ReconcileResult& result, BreakClass kind,
                  MoneyAmount Break::*amount);

// Every field of every item, total, check and note.
std::string Serialized(const ReconcileResult& result);

// EXPECTs that items, totals and the rows agree, per currency.
void ExpectInvariants(const ReconcileResult& result,
                      const std::vector<TestRow>& rows);

const ReconcileCheck& CheckNamed(const ReconcileResult& result,
                                 const std::string& name);

}  // namespace drawdown::testing

#endif  // DRAWDOWN_TESTS_UNIT_RECONCILE_SUPPORT_H_
