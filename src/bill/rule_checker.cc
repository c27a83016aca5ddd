#include "bill/rule_checker.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/error.h"
#include "bill/rules.h"

namespace drawdown {
namespace {

constexpr size_t kExamples = 3;
constexpr size_t kMaxDistinct = 100'000;
constexpr int kMoneyScale = 18;
constexpr size_t kFields = 7;

std::array<std::string_view, kFields> FieldsOf(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  for (size_t i = 0; i < kFields; ++i) {
    const size_t end =
        i + 1 == kFields ? line.size() : std::min(line.find('~'), line.size());
    fields[i] = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return fields;
}

BillRule::Level LevelNamed(std::string_view name) {
  if (name == "may") return BillRule::Level::kMay;
  return name == "should" ? BillRule::Level::kShould : BillRule::Level::kMust;
}

RuleExpression Parsed(std::string_view text) {
  auto rule = ParseRule(text);
  CHECK(rule.has_value());
  return *std::move(rule);
}

}  // namespace

RuleChecker::RuleChecker() {
  for (std::string_view part : RuleTexts()) {
    while (!part.empty()) {
      const size_t end = std::min(part.find('\n'), part.size());
      states_.push_back(MakeState(part.substr(0, end)));
      part.remove_prefix(std::min(end + 1, part.size()));
    }
  }
}

RuleChecker::State RuleChecker::MakeState(std::string_view line) {
  const auto [id, kind, level, condition, requirement, reason, text] =
      FieldsOf(line);
  State state;
  state.rule.id = id;
  state.rule.official = kind == "official";
  state.rule.level = LevelNamed(level);
  state.rule.text = text;
  state.rule.reason = reason;
  state.condition = Parsed(condition);
  state.requirement = Parsed(requirement);
  ColumnsOf(state.condition, &state.columns);
  ColumnsOf(state.requirement, &state.columns);
  state.about = state.columns;
  if (const auto column = MappableColumn(id.substr(0, id.find('-')))) {
    state.about.push_back(*column);
  }
  if (state.rule.level == BillRule::Level::kMay) {
    state.requirement = {};
    state.rule.reason = "a permission: there is nothing to break";
  } else if (reason.empty()) {
    state.rule.reason = requirement.empty()
                            ? "the data of a bill does not show it"
                            : "the bill has no file of charges";
  }
  return state;
}

void RuleChecker::Begin(const BillLayout& layout, const std::string& where) {
  for (State& state : states_) BeginRule(layout, where, &state);
}

void RuleChecker::BeginRule(const BillLayout& layout, const std::string& where,
                            State* state) {
  state->active = false;
  std::string foreign = ForeignTo(layout, *state);
  if (!foreign.empty()) {
    state->rule.outcome = BillRule::Outcome::kNotApplicable;
    state->rule.reason = std::move(foreign);
    return;
  }
  if (state->requirement.op == RuleOp::kTrue) return;
  const auto absent =
      std::find_if(state->columns.begin(), state->columns.end(),
                   [&](BillColumn column) { return !layout.Has(column); });
  const bool all = absent == state->columns.end();
  const std::string name(all ? "" : ColumnName(*absent));
  if (state->requirement.op != RuleOp::kPresent) {
    state->active = all;
    state->executed = state->executed || all;
    if (!all) state->rule.reason = absl::StrCat("no column ", name);
    return;
  }
  const bool needed = std::find(layout.absent.begin(), layout.absent.end(),
                                name) != layout.absent.end();
  if (!all && !needed) {
    state->rule.reason = absl::StrCat(
        "no column ", name, ": FOCUS ", layout.version,
        " does not ask for it, or only where the provider supports it");
    return;
  }
  state->executed = true;
  if (all) return;
  ++state->rule.failed;
  if (state->rule.examples.size() < kExamples) {
    state->rule.examples.push_back(absl::StrCat(where, ": no column ", name));
  }
}

// The rules are of 1.2. What they say of a column holds in the versions that
// have it: of all that 1.2 and 1.4 share, levels, nulls and values are the same
// in the data model of 1.4.
std::string RuleChecker::ForeignTo(const BillLayout& layout,
                                   const State& state) {
  for (const BillColumn column : state.about) {
    const ColumnVersions versions = VersionsOf(column);
    const bool early = layout.focus < versions.first;
    if (!early && layout.focus <= versions.last) continue;
    const std::string_view edge =
        FocusVersionName(early ? versions.first : versions.last);
    return absl::StrCat("FOCUS ", layout.version, " has no ",
                        std::string(ColumnName(column)),
                        early ? ", which came with " : ", which went after ",
                        std::string(edge));
  }
  return "";
}

void RuleChecker::Add(const BillRow& row, const Cells& cells) {
  RuleEvaluator evaluator(&cells);
  for (State& state : states_) {
    if (!state.active || !evaluator.Holds(state.condition)) continue;
    ++state.rule.rows;
    if (state.requirement.op == RuleOp::kProduct) {
      AddProduct(row, cells, &state);
    } else if (state.requirement.op == RuleOp::kDistinct) {
      AddDistinct(cells, &state);
    } else if (!evaluator.Holds(state.requirement)) {
      Fail(cells, evaluator.culprit(), &state);
    }
  }
}

void RuleChecker::Fail(const Cells& cells, std::optional<BillColumn> culprit,
                       State* state) {
  ++state->rule.failed;
  if (state->rule.examples.size() == kExamples) return;
  std::vector<BillColumn> columns = state->columns;
  if (columns.empty() && culprit) columns.push_back(*culprit);
  state->rule.examples.push_back(Example(cells, std::move(columns)));
}

// The last published place is known only at the end, as in ProviderChecks.
void RuleChecker::AddProduct(const BillRow& row, const Cells& cells,
                             State* state) {
  const std::vector<BillColumn>& columns = state->requirement.columns;
  const auto price = ParseDecimal(cells.Text(columns[0]));
  const auto quantity = ParseDecimal(cells.Text(columns[1]));
  const auto cost = ParseScaled(cells.Text(columns[2]), kMoneyScale);
  if (!price.ok() || !quantity.ok() || !cost.ok()) return;
  const MoneyAmount amount(*cost);
  Misses& misses = state->misses[std::string(row.provider)];
  misses.decimals = NeededDecimals(amount, misses.decimals);
  const auto miss = CheckPrice(*price, *quantity, amount);
  if (!miss) return;
  Misses::Tally& tally = misses.tallies[*miss];
  if (tally.rows++ == 0) tally.example = Example(cells, columns);
}

void RuleChecker::AddDistinct(const Cells& cells, State* state) {
  const std::string key(cells.Text(state->requirement.columns[0]));
  const std::string_view value = cells.Text(state->requirement.columns[1]);
  if (state->first.size() == kMaxDistinct && !state->first.count(key)) {
    state->rule.reason =
        absl::StrCat("more than ", kMaxDistinct, " values to tell apart");
    state->active = state->executed = false;
    return;
  }
  const auto [seen, added] = state->first.try_emplace(key, value);
  if (!added && seen->second != value) Fail(cells, std::nullopt, state);
}

std::string RuleChecker::Example(const Cells& cells,
                                 std::vector<BillColumn> columns) {
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  std::string example = cells.Where() + ":";
  for (const BillColumn column : columns) {
    absl::StrAppend(&example, " ", std::string(ColumnName(column)), " ",
                    cells.IsNull(column) ? "null" : Quoted(cells.Text(column)));
  }
  return example;
}

void RuleChecker::FinishRule(State* state) {
  BillRule& rule = state->rule;
  for (const auto& [provider, misses] : state->misses) {
    for (const auto& [miss, tally] : misses.tallies) {
      if (misses.decimals < miss.first_missed) continue;
      rule.failed += tally.rows;
      if (rule.examples.size() < kExamples) {
        rule.examples.push_back(tally.example);
      }
    }
  }
  if (!state->executed) return;
  rule.reason.clear();
  rule.outcome =
      rule.failed > 0 ? BillRule::Outcome::kFailed : BillRule::Outcome::kPassed;
}

std::vector<BillRule> RuleChecker::Finish() {
  std::vector<BillRule> rules;
  for (State& state : states_) {
    FinishRule(&state);
    rules.push_back(std::move(state.rule));
  }
  return rules;
}

}  // namespace drawdown
