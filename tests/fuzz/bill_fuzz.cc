// Any file is read or refused; what was read sums to what the summary says, by
// one order of rows as by another, and checking it changes nothing. The first
// line names the format: "focus", or one for --as.
#include <map>
#include <string>

#include "base/check.h"
#include "bill/bill_reader.h"
#include "bill/formats.h"
#include "bill/rule_checker.h"

namespace drawdown {
namespace {

struct Read {
  bool ok = false;
  std::string error;
  std::map<std::string, MoneyAmount> billed;
  BillSummary summary;
};

Read ReadText(const std::string& text, const std::string& format,
              RuleChecker* rules) {
  Read read;
  std::vector<BillInput> files;
  files.push_back({MemorySource("fuzz", text), format, {}});
  const auto bill = ReadBill(
      files,
      [&](const BillRow& row) {
        CHECK(row.charge_start_us <= row.charge_end_us);
        CHECK(row.billed_cost.scale >= 0 && row.billed_cost.scale <= 18);
        CHECK(!row.gpu_count_micro || *row.gpu_count_micro >= 0);
        read.billed[row.currency.ToString()] += row.billed_cost.amount;
        return absl::OkStatus();
      },
      nullptr, nullptr, rules);
  read.ok = bill.ok();
  if (bill.ok()) {
    read.summary = bill->summary;
  } else {
    read.error = std::string(bill.status().message());
  }
  return read;
}

}  // namespace
}  // namespace drawdown

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drawdown;
  const std::string all(reinterpret_cast<const char*>(data), size);
  const size_t end = all.find('\n');
  if (end == std::string::npos) return 0;
  std::string format = all.substr(0, end);
  if (!FormatRules(format)) format.clear();
  const std::string text = all.substr(end + 1);
  const Read read = ReadText(text, format, nullptr);
  CHECK(read.ok || !read.error.empty());
  CHECK(read.error.find('\n') == std::string::npos);
  if (!read.ok) return 0;
  CHECK(read.billed.size() == read.summary.by_currency.size());
  for (const auto& [currency, total] : read.summary.by_currency) {
    CHECK(read.billed.at(currency) == total.billed_cost);
  }
  if (read.summary.format != "FOCUS") return 0;
  // Parsing the rules takes longer than the rest.
  static const RuleChecker* const parsed = new RuleChecker;
  RuleChecker rules = *parsed;
  const Read checked = ReadText(text, format, &rules);
  CHECK(checked.ok && checked.summary.rows == read.summary.rows);
  for (const BillRule& rule : rules.Finish()) {
    const bool failed = rule.outcome == BillRule::Outcome::kFailed;
    CHECK(failed == (rule.failed > 0));
    CHECK(rule.reason.empty() ==
          (failed || rule.outcome == BillRule::Outcome::kPassed));
  }
  return 0;
}
