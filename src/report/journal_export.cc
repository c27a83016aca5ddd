#include "report/journal_export.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/journal_accounts.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr std::string_view kGpuSeconds = "GPUSEC";

// The UTC date.
std::string DateOf(int64_t instant_us) {
  return FormatInstant(instant_us).substr(0, 10);
}

// Hours of usage are consumed; those that nobody used, or that were counted
// before, are not.
bool IsConsumed(const StatementLine& line) {
  switch (line.kind) {
    case ChargeKind::kCovered:
      return line.unit_price.has_value();
    case ChargeKind::kOnDemand:
    case ChargeKind::kOverage:
    case ChargeKind::kUnpriced:
      return true;
    default:
      return false;
  }
}

class JournalWriter {
 public:
  JournalWriter(const Statement& statement, JournalStyle style)
      : statement_(statement),
        style_(style),
        date_(DateOf(statement.period_end_us - 1)),
        currency_(statement.currency.ToString()),
        owed_(Account({"liabilities", "gpu", statement.contract,
                       DateOf(statement.period_start_us)})),
        metered_(Account({"equity", "metered", statement.contract,
                          DateOf(statement.period_start_us)})),
        grain_(Account({"equity", "grain", statement.contract,
                        DateOf(statement.period_start_us)})) {}

  std::string Write() {
    for (const StatementLine& line : statement_.lines) Add(line);
    if (style_ == JournalStyle::kBeancount) AddBeancountChecks();
    return Heading() + Openings() + text_;
  }

 private:
  std::string Account(const std::vector<std::string_view>& parts) const {
    return JournalAccount(style_, parts);
  }

  std::string Heading() const {
    std::string heading =
        absl::StrCat("; ", InertText(statement_.contract), " version ",
                     statement_.contract_version, ", ",
                     FormatInstant(statement_.period_start_us), " to ",
                     FormatInstant(statement_.period_end_us));
    if (!statement_.complete) {
      absl::StrAppend(&heading, ", so far: as of ",
                      FormatInstant(statement_.at_us));
    }
    return heading + "\n";
  }

  void Add(const StatementLine& line) {
    const std::string kind(ChargeKindName(line.kind));
    const std::string_view commitment =
        line.commitment.empty() ? "none" : std::string_view(line.commitment);
    // Those that belong to no tenant are kept apart from one of that name.
    const std::string_view of = line.tenant.empty() ? "shared" : "tenants";
    std::string postings;
    if (line.cost.has_value() && !line.cost->zero()) {
      owed_so_far_ += *line.cost;
      Post(Account({"expenses", "gpu", of, line.tenant, "by", kind, commitment,
                    line.pool}),
           FormatMoney(*line.cost), currency_, "", &postings);
      Post(owed_, FormatMoney(-*line.cost), currency_,
           FormatMoney(-owed_so_far_), &postings);
    }
    if (IsConsumed(line) && !line.gpu_time.zero()) {
      metered_so_far_ += line.gpu_time;
      Post(Account({"assets", "gpu-time", of, line.tenant, "by", kind,
                    commitment, line.pool}),
           FormatGpuSeconds(line.gpu_time), kGpuSeconds, "", &postings);
      Post(metered_, FormatGpuSeconds(-line.gpu_time), kGpuSeconds,
           FormatGpuSeconds(-metered_so_far_), &postings);
    }
    if (line.kind == ChargeKind::kGrain) AddGrain(line.gpu_time, &postings);
    if (postings.empty()) return;
    // Of a correction, which line of which month it is of.
    const std::string of_line =
        line.corrects_period.empty()
            ? ""
            : absl::StrCat(" of ", line.corrects_period, " ",
                           std::string(ChargeKindName(line.corrects_kind)));
    absl::StrAppend(&text_, "\n", date_, " * \"", kind, of_line, "\"\n",
                    postings);
  }

  // The hours that are consumed have what the grain added in them.
  void AddGrain(GpuTime time, std::string* postings) {
    if (time.zero()) return;
    metered_so_far_ -= time;
    Post(grain_, FormatGpuSeconds(-time), kGpuSeconds, "", postings);
    Post(metered_, FormatGpuSeconds(time), kGpuSeconds,
         FormatGpuSeconds(-metered_so_far_), postings);
  }

  // `balance`: what the account comes to; asserted where it is not empty.
  void Post(const std::string& account, const std::string& amount,
            std::string_view commodity, const std::string& balance,
            std::string* postings) {
    const std::string unit(commodity);
    absl::StrAppend(postings, "    ", account, "  ", amount, " ", unit);
    if (!balance.empty() && style_ == JournalStyle::kHledger) {
      absl::StrAppend(postings, " = ", balance, " ", unit);
    }
    postings->push_back('\n');
    accounts_.insert(account);
    units_.insert(unit);
  }

  // beancount asserts what a day begins with.
  void AddBeancountChecks() {
    const std::string next =
        DateOf(statement_.period_end_us - 1 + kMicrosPerDay);
    const auto check = [&](const std::string& account,
                           const std::string& amount,
                           const std::string& commodity) {
      if (accounts_.count(account) == 0) return;
      absl::StrAppend(&text_, "\n", next, " balance ", account, "  ", amount,
                      " ", commodity, "\n");
    };
    check(owed_, FormatMoney(-owed_so_far_), currency_);
    check(metered_, FormatGpuSeconds(-metered_so_far_),
          std::string(kGpuSeconds));
  }

  // beancount wants each account opened once in a file, and several statements
  // may stand in one: its own plugin opens them. hledger, when it is strict,
  // wants all declared, as often as one likes.
  std::string Openings() const {
    if (style_ == JournalStyle::kBeancount) {
      return "plugin \"beancount.plugins.auto_accounts\"\n";
    }
    std::string declared;
    for (const std::string& unit : units_) {
      absl::StrAppend(&declared, "commodity ", unit, "\n");
    }
    for (const std::string& account : accounts_) {
      absl::StrAppend(&declared, "account ", account, "\n");
    }
    return declared;
  }

  const Statement& statement_;
  const JournalStyle style_;
  const std::string date_;
  const std::string currency_;
  const std::string owed_;
  const std::string metered_;
  const std::string grain_;
  MoneyAmount owed_so_far_;
  GpuTime metered_so_far_;
  std::set<std::string> accounts_;
  std::set<std::string> units_;
  std::string text_;
};

}  // namespace

void WriteJournal(const Statement& statement, JournalStyle style,
                  const Sink& sink) {
  sink(JournalWriter(statement, style).Write());
}

}  // namespace drawdown
