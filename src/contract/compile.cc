#include "contract/compile.h"

#include <limits>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/path.h"
#include "contract/text_units.h"
#include "drawdown/v1/contract.pb.h"

namespace drawdown {
namespace {

// Choice() relies on these.
template <typename Wire, typename Value>
constexpr bool Same(Wire wire, Value value) {
  return static_cast<int>(wire) == static_cast<int>(value);
}
static_assert(Same(v1::HOURLY, FulfilmentInterval::kHourly));
static_assert(Same(v1::WEEKLY, FulfilmentInterval::kWeekly));
static_assert(Same(v1::QUARTERLY, FulfilmentInterval::kQuarterly));
static_assert(Same(v1::FULL_PERIOD, FulfilmentInterval::kFullPeriod));
static_assert(Same(v1::BillingCalendar::END, Calendar::DayLabel::kEnd));
static_assert(Same(v1::Rounding::LINE, RoundingLevel::kLine));
static_assert(Same(v1::Rounding::STATEMENT, RoundingLevel::kStatement));
static_assert(Same(v1::Grain::DOWN, RoundingDirection::kDown));
static_assert(Same(v1::Grain::NEAREST, RoundingDirection::kNearest));
static_assert(Same(v1::Commitment::SPEND, CommitmentCategory::kSpend));
static_assert(Same(v1::Commitment::DISCONTINUOUS,
                   CommitmentModel::kDiscontinuous));
static_assert(Same(v1::Commitment::PROPOSED, CommitmentLifecycle::kProposed));
static_assert(Same(v1::Commitment::CANCELLED, CommitmentLifecycle::kCancelled));
static_assert(Same(v1::Applies::NOT_STARTS_WITH, Operator::kNotStartsWith));
static_assert(Same(v1::Applies::DOES_NOT_EXIST, Operator::kDoesNotExist));
static_assert(Same(v1::Shortfall::TAKE_OR_PAY, ShortfallPolicy::kTakeOrPay));

constexpr int64_t kMaxTermUs = 100 * 366 * kMicrosPerDay;
constexpr int64_t kMaxGrainSeconds = 31 * 86'400;
constexpr int64_t kMaxGpusPerUnit = 1'000'000;

void CompileProvider(const Node& root, Contract* contract) {
  if (!root.Require("provider")) return;
  const std::string provider = root.Text("provider");
  const absl::Status valid = ValidatePath(provider, "provider");
  if (!valid.ok()) {
    root.Problem("provider", valid);
  } else if (provider.find('/') != std::string::npos) {
    root.Problem(
        "provider",
        absl::StrCat(Quoted(provider),
                     " has a '/': it is the first part of pool paths"));
  } else {
    contract->provider = provider;
  }
}

// Ids that a field repeats.
std::vector<std::string> ReadIds(const Node& node, const char* name) {
  std::vector<std::string> ids = node.Texts(name);
  for (size_t i = 0; i < ids.size(); ++i) {
    const std::string fault = IdFault(ids[i]);
    if (!fault.empty()) {
      node.Problem(name, i, absl::StrCat(Quoted(ids[i]), " ", fault));
    }
  }
  return ids;
}

void CompileCurrency(const Node& root, Contract* contract) {
  if (!root.Require("currency", "three letters such as \"USD\"")) return;
  const absl::StatusOr<Currency> currency =
      Currency::Parse(root.Text("currency"));
  root.Problem("currency", currency.status());
  if (currency.ok()) contract->currency = *currency;
}

std::optional<Term> ReadTerm(const Node& root) {
  if (!root.Require("term", "term { start: \"...\" end: \"...\" }")) {
    return std::nullopt;
  }
  const Node node = *root.Child("term");
  node.Require("start");
  node.Require("end");
  const std::optional<int64_t> start = node.Instant("start");
  const std::optional<int64_t> end = node.Instant("end");
  if (!start.has_value() || !end.has_value()) return std::nullopt;
  if (*start >= *end) {
    node.Problem("end",
                 absl::StrCat(FormatInstant(*end), " is not after the start ",
                              FormatInstant(*start)));
    return std::nullopt;
  }
  if (*end - *start > kMaxTermUs) {
    node.Problem("end", "the term is longer than 100 years");
    return std::nullopt;
  }
  return Term{*start, *end};
}

// The date on which the term's first day starts, the default contract year.
MonthDay AnniversaryOf(const Calendar& calendar, const Term& term) {
  const absl::CivilDay first = calendar.DayNameOf(term.start_us);
  // Not every year has 29 February.
  if (first.month() == 2 && first.day() == 29) return {2, 28};
  return {first.month(), first.day()};
}

std::optional<MonthDay> ReadYearStart(const Node& node) {
  if (!node.Has("year_start")) return std::nullopt;
  const std::optional<MonthDay> date = ParseMonthDay(node.Text("year_start"));
  if (!date.has_value()) {
    node.Problem("year_start",
                 absl::StrCat(Quoted(node.Text("year_start")),
                              " is not MM-DD, a date of every year"));
  }
  return date;
}

int ReadDayCut(const Node& node) {
  if (!node.Has("day_cut")) return 0;
  const std::optional<int> minute = ParseMinuteOfDay(node.Text("day_cut"));
  if (!minute.has_value()) {
    node.Problem("day_cut", absl::StrCat(Quoted(node.Text("day_cut")),
                                         " is not HH:MM, 00:00 to 23:59"));
  }
  return minute.value_or(0);
}

void CompileCalendar(const Node& root, bool term_known, Contract* contract) {
  const Node node = root.ChildOrEmpty("calendar");
  const std::string zone =
      node.Has("time_zone") ? node.Text("time_zone") : "UTC";
  const int cut = ReadDayCut(node);
  const auto label = node.Choice("day_label", Calendar::DayLabel::kStart);
  const int month_day = static_cast<int>(node.Integer("month_day", 1, 1, 28));
  const std::optional<MonthDay> year_start = ReadYearStart(node);
  const auto make = [&](MonthDay date) {
    return Calendar::Make(zone, cut, label, month_day, date.month, date.day);
  };
  absl::StatusOr<Calendar> calendar = make(year_start.value_or(MonthDay{1, 1}));
  if (!calendar.ok()) return node.Problem("time_zone", calendar.status());
  if (!year_start.has_value() && term_known) {
    calendar = make(AnniversaryOf(*calendar, contract->term));
  }
  contract->calendar = *std::move(calendar);
}

std::optional<int64_t> ReadDuration(const Node& root, const char* name) {
  if (!root.Has(name)) return std::nullopt;
  const std::optional<int64_t> duration = ParseDuration(root.Text(name));
  if (!duration.has_value()) {
    root.Problem(name,
                 absl::StrCat(Quoted(root.Text(name)),
                              " is not a duration such as \"72h\", \"3d\", "
                              "\"90m\" or \"30s\", at most 3660d"));
  }
  return duration;
}

void CompilePool(const Node& node, std::set<std::string>* names,
                 Contract* contract) {
  PoolNaming pool;
  pool.sku = node.Id("sku");
  pool.region = node.Id("region");
  pool.gpus_per_unit = node.Integer("gpus_per_unit", 0, 1, kMaxGpusPerUnit);
  pool.sub_accounts = ReadIds(node, "sub_account");
  pool.sku_prices = ReadIds(node, "sku_price");
  pool.resources = ReadIds(node, "resource");
  for (const char* narrowing : {"sub_account", "sku_price", "resource"}) {
    if (pool.sku.empty() && !node.Texts(narrowing).empty()) {
      node.Problem(narrowing,
                   "is of no use without sku, by which rows of a "
                   "bill are found");
    }
  }
  if (node.Require("name", "the pool's path")) {
    pool.name = node.Text("name");
    const absl::Status valid = ValidatePath(pool.name, "pool");
    if (!valid.ok()) {
      node.Problem("name", valid);
    } else if (!IsAtOrBelow(pool.name, contract->provider)) {
      node.Problem("name", absl::StrCat(Quoted(pool.name),
                                        " does not start with the provider ",
                                        Quoted(contract->provider)));
    } else if (!names->insert(pool.name).second) {
      node.Problem("name",
                   absl::StrCat(Quoted(pool.name), " is named more than once"));
    }
  }
  contract->pools.push_back(std::move(pool));
}

void CompileRounding(const Node& root, Contract* contract) {
  const std::optional<Node> node = root.Child("rounding");
  if (!node.has_value()) return;
  contract->rounding_level = node->Choice("level", RoundingLevel::kLine);
  contract->rounding_scale =
      static_cast<int32_t>(node->Integer("scale", 2, 0, 18));
}

void CompileGrain(const Node& root, Contract* contract) {
  const std::optional<Node> node = root.Child("grain");
  if (!node.has_value() || !node->Require("seconds")) return;
  contract->grain_us =
      node->Integer("seconds", 1, 1, kMaxGrainSeconds) * kMicrosPerSecond;
  contract->grain_minimum_us =
      node->Integer("minimum_seconds", 0, 0, kMaxGrainSeconds) *
      kMicrosPerSecond;
  contract->grain_direction = node->Choice("direction", RoundingDirection::kUp);
}

}  // namespace

InstantRange InsideTerm(const Contract& contract) {
  return {contract.term.start_us, contract.term.end_us};
}

InstantRange ThroughTerm(const Contract& contract) {
  return {contract.term.start_us, contract.term.end_us, true};
}

const Commitment* FindCommitment(const Contract& contract,
                                 std::string_view id) {
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.id == id) return &commitment;
  }
  return nullptr;
}

const Commitment* RequireUsageCommitment(const Node& node,
                                         const Contract& contract) {
  if (!node.Require("commitment", "the id of a USAGE commitment")) {
    return nullptr;
  }
  const std::string id = node.Text("commitment");
  const Commitment* commitment = FindCommitment(contract, id);
  if (commitment == nullptr) {
    node.Problem("commitment",
                 absl::StrCat("this contract has no commitment ", Quoted(id)));
  } else if (commitment->category != CommitmentCategory::kUsage) {
    node.Problem("commitment",
                 absl::StrCat("commitment ", Quoted(id),
                              " is SPEND; only USAGE commitments have hours"));
    return nullptr;
  }
  return commitment;
}

void CompileFrame(const Node& root, Contract* contract) {
  root.Require("id");
  contract->id = root.Id("id");
  CompileProvider(root, contract);
  contract->provider_aliases = ReadIds(root, "provider_alias");
  CompileCurrency(root, contract);
  const std::optional<Term> term = ReadTerm(root);
  // Without a term no instant is outside of it.
  contract->term = term.value_or(Term{std::numeric_limits<int64_t>::min(),
                                      std::numeric_limits<int64_t>::max()});
  contract->effective_us = root.Instant("effective", InsideTerm(*contract))
                               .value_or(contract->term.start_us);
  CompileCalendar(root, term.has_value(), contract);
  contract->grace_us = ReadDuration(root, "grace").value_or(0);
  contract->claim_window_us = ReadDuration(root, "claim_window");
  std::set<std::string> names;
  for (const Node& node : root.Children("pool")) {
    CompilePool(node, &names, contract);
  }
  CompileRounding(root, contract);
  CompileGrain(root, contract);
}

Contract CompileContract(const Node& root) {
  Contract contract;
  CompileFrame(root, &contract);
  CompileRates(root, &contract);
  CompileCommitments(root, &contract);
  CompileExpansions(root, &contract);
  CompileCredits(root, &contract);
  CompileAllotments(root, &contract);
  return contract;
}

}  // namespace drawdown
