#include "tests/abi/memory_books.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace drawdown::c_abi_test {
namespace {

int64_t Now(void*) { return kNow; }

constexpr BillColumn kBill[] = {
    {"BilledCost", "2.5", "1.5"},
    {"BillingAccountId", "an account of a long name", "a"},
    {"BillingAccountName", "a", "a"},
    {"BillingCurrency", "USD", "USD"},
    {"BillingPeriodEnd", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"},
    {"BillingPeriodStart", "2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z"},
    {"ChargeCategory", "Usage", "Tax"},
    {"ChargeClass", "", ""},
    {"ChargeDescription", "hours of a long description", "tax"},
    {"ChargePeriodEnd", "2026-10-02T01:00:00Z", "2026-11-01T00:00:00Z"},
    {"ChargePeriodStart", "2026-10-02T00:00:00Z", "2026-10-01T00:00:00Z"},
    {"ContractedCost", "2.5", "1.5"},
    {"EffectiveCost", "2.5", "1.5"},
    {"InvoiceIssuerName", "aws", "aws"},
    {"ListCost", "2.5", "1.5"},
    {"PricingQuantity", "1", ""},
    {"PricingUnit", "Hours", ""},
    {"ProviderName", "aws", "aws"},
    {"PublisherName", "aws", "aws"},
    {"ServiceCategory", "Compute", "Compute"},
    {"ServiceName", "EC2", "EC2"},
    {"SkuId", "gb200-of-a-long-name", ""},
    {"RegionId", "us-east-1", ""},
    {"SubAccountId", "", ""},
    {"ConsumedQuantity", "1", ""},
    {"ConsumedUnit", "Hours", ""},
};

std::string BillText() {
  std::string header;
  std::string usage;
  std::string tax;
  for (const BillColumn& column : kBill) {
    const char* const comma = header.empty() ? "" : ",";
    header += std::string(comma) + column.name;
    usage += std::string(comma) + column.usage;
    tax += std::string(comma) + column.tax;
  }
  return header + "\n" + usage + "\n" + tax + "\n";
}

}  // namespace

std::span<const BillColumn> Bill() { return kBill; }

bool ProgramIsThere() {
  const char* const program = std::getenv("DRAWDOWN_BIN");
  return program != nullptr && access(program, X_OK) == 0;
}

void WriteFile(const std::string& path, const std::string& text) {
  FILE* const file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  fwrite(text.data(), 1, text.size(), file);
  fclose(file);
}

std::string ContractText() {
  return "id: \"" + std::string(kContract) +
         "\" provider: \"aws\" currency: \"USD\"\n"
         "term { start: \"2026-09-01T00:00:00Z\" end: "
         "\"2027-09-01T00:00:00Z\" }\n"
         "rate { pool: \"aws\" price: \"4\" from: \"2026-09-01T00:00:00Z\" }\n"
         "commitment { id: \"a reservation of a long name\" category: USAGE "
         "model: CONTINUOUS interval: DAILY layer: 1\n"
         "  applies { dimension: \"pool\" operator: STARTS_WITH value: "
         "\"aws/\" }\n"
         "  step { from: \"2026-09-01T00:00:00Z\" quantity: \"40\" } price: "
         "\"2\" shortfall { policy: TAKE_OR_PAY price: \"2\" } }\n"
         "commitment { id: \"a spend commitment of a long name\" category: "
         "SPEND model: DISCONTINUOUS interval: MONTHLY layer: 2\n"
         "  step { from: \"2026-09-01T00:00:00Z\" cost: \"5000\" } "
         "shortfall { policy: TAKE_OR_PAY } }\n"
         "credit { id: \"a credit of a long name\" amount: \"10\" from: "
         "\"2026-10-01T00:00:00Z\" until: \"2026-11-01T00:00:00Z\" }\n";
}

FilledBooks::FilledBooks() : books_(Now) {
  StartRuns();
  ApplyAndClose();
  SetQuotaAndHold();
  Count();
  bill_ = directory_ + ".bill.csv";
  WriteFile(bill_, BillText());
}

void FilledBooks::StartRuns() {
  const std::string other = std::string(kRun) + ", the other";
  drawdown_run_start starts[2] = {DRAWDOWN_RUN_START_INIT,
                                  DRAWDOWN_RUN_START_INIT};
  starts[0].run_id = drawdown_str(kRun);
  starts[1].run_id = Text(other);
  for (drawdown_run_start& start : starts) {
    start.tenant = drawdown_str(kTenant);
    start.pool = drawdown_str(kPool);
    start.micro_gpus = 2'000'000;
    start.at_us = kStart + 20 * 24 * kHour;
  }
  drawdown_table refusal = 0;
  ASSERT_EQ(drawdown_run_start_many(ledger(), starts, 2, &refusal, nullptr),
            DRAWDOWN_OK);
  ASSERT_EQ(drawdown_run_resize(ledger(), drawdown_str(kRun), 1, 3'000'000,
                                kStart + 31 * 24 * kHour, &refusal, nullptr),
            DRAWDOWN_OK);
}

void FilledBooks::SetQuotaAndHold() {
  drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
  setting.tenant = drawdown_str("acme");
  setting.period = DRAWDOWN_PERIOD_MONTH;
  setting.nominal = drawdown_int128_of(100'000 * kHour);
  ASSERT_EQ(drawdown_quota_set(ledger(), &setting, nullptr, nullptr),
            DRAWDOWN_OK);
  drawdown_hold_request request = DRAWDOWN_HOLD_REQUEST_INIT;
  request.hold_id = drawdown_str("a hold whose id is not short");
  request.tenant = drawdown_str(kTenant);
  request.pool = drawdown_str(kPool);
  request.gpu_us = drawdown_int128_of(6 * kHour);
  drawdown_table refusal = 0;
  ASSERT_EQ(drawdown_hold_place(ledger(), &request, 1, &refusal, nullptr),
            DRAWDOWN_OK);
  ASSERT_EQ(refusal, 0u);
}

void FilledBooks::ApplyAndClose() {
  const drawdown_text name = drawdown_str("a file of a long name.textproto");
  const std::string text = ContractText();
  const drawdown_text view = Text(text);
  drawdown_error error = 0;
  ASSERT_EQ(drawdown_contract_apply(ledger(), &name, &view, 1, nullptr, &error),
            DRAWDOWN_OK)
      << drawdown_error_message(error);
  ASSERT_EQ(
      drawdown_period_close(ledger(), drawdown_str(kContract),
                            drawdown_str("2026-09"), nullptr, nullptr, &error),
      DRAWDOWN_OK)
      << drawdown_error_message(error);
}

void FilledBooks::Count() {
  drawdown_meter meter = 0;
  ASSERT_EQ(drawdown_meter_bind(ledger(), drawdown_str(kTenant),
                                drawdown_str(kPool), 0, &meter, nullptr),
            DRAWDOWN_OK);
  drawdown_record(meter, kHour);
}

}  // namespace drawdown::c_abi_test
