#include "bill/rule_checker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "bill/header_rules.h"
#include "bill/price_check.h"
#include "bill/rule_evaluator.h"
#include "bill/rule_values.h"
#include "bill/rules.h"

namespace drawdown {
namespace {

constexpr size_t kExamples = 3;
constexpr size_t kMaxDistinct = 100'000;
constexpr size_t kFields = 7;

// "official since 1.4".
FocusVersion SinceOf(std::string_view kind) {
  for (const FocusVersion version : {FocusVersion::k13, FocusVersion::k14}) {
    if (kind.ends_with(FocusVersionName(version))) return version;
  }
  return FocusVersion::k10;
}

// "CAU-ContractAppliedObject-O-067-M" is of ContractApplied.
std::optional<BillColumn> ColumnOf(std::string_view id) {
  constexpr std::string_view kDataset = "CAU-";
  constexpr std::string_view kObject = "Object";
  if (id.starts_with(kDataset)) id.remove_prefix(kDataset.size());
  std::string_view name = id.substr(0, id.find('-'));
  if (name.ends_with(kObject)) name.remove_suffix(kObject.size());
  return MappableColumn(name);
}

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
  for (const std::string_view line : RuleLines()) {
    states_.push_back(MakeState(line));
  }
}

RuleChecker::State RuleChecker::MakeState(std::string_view line) {
  const auto [id, kind, level, condition, requirement, reason, text] =
      FieldsOf(line);
  State state;
  state.rule.id = id;
  state.rule.official = kind.starts_with("official");
  state.since = SinceOf(kind);
  state.rule.level = LevelNamed(level);
  state.rule.text = text;
  state.rule.reason = reason;
  state.condition = Parsed(condition);
  state.requirement = Parsed(requirement);
  ColumnsOf(state.condition, &state.columns);
  ColumnsOf(state.requirement, &state.columns);
  state.about = state.columns;
  if (const auto column = ColumnOf(id)) state.about.push_back(*column);
  if (state.rule.level == BillRule::Level::kMay) {
    state.requirement = {};
    state.rule.reason = "a permission: there is nothing to break";
  } else if (reason.empty()) {
    CHECK(!requirement.empty());
    state.rule.reason = "the bill has no file of charges";
  }
  state.unexecuted = state.rule.reason;
  return state;
}

void RuleChecker::Begin(const BillLayout& layout,
                        const std::vector<std::string>& header,
                        const std::string& where) {
  for (State& state : states_) {
    BeginRule(layout, where, &state);
    const bool of_header = IsOfHeader(state.requirement.op);
    if (state.active && of_header) CheckHeader(layout, header, where, &state);
    state.active = state.active && !of_header;
  }
}

// A column that breaks a rule counts as a row does.
void RuleChecker::CheckHeader(const BillLayout& layout,
                              const std::vector<std::string>& header,
                              const std::string& where, State* state) {
  for (const std::string& name :
       BrokenNames(state->requirement.op, layout, header)) {
    ++state->rule.failed;
    if (state->rule.examples.size() < kExamples) {
      state->rule.examples.push_back(
          absl::StrCat(where, ": column ", Quoted(name)));
    }
  }
}

void RuleChecker::BeginRule(const BillLayout& layout, const std::string& where,
                            State* state) {
  state->active = false;
  std::string foreign = ForeignTo(layout, *state);
  if (!foreign.empty()) {
    if (state->applicable || layout.focus < state->foreign_to) return;
    state->foreign_to = layout.focus;
    state->rule.outcome = BillRule::Outcome::kNotApplicable;
    state->rule.reason = std::move(foreign);
    return;
  }
  // It is of another file, maybe, but is of this one.
  if (!std::exchange(state->applicable, true)) {
    state->rule.outcome = BillRule::Outcome::kNotExecutable;
    state->rule.reason = state->unexecuted;
  }
  if (state->requirement.op == RuleOp::kTrue || state->given_up) return;
  const auto absent =
      std::find_if(state->columns.begin(), state->columns.end(),
                   [&](BillColumn column) { return !layout.Has(column); });
  const bool all = absent == state->columns.end();
  const std::string name(all ? "" : ColumnName(*absent));
  if (state->requirement.op != RuleOp::kPresent) {
    state->active = all;
    state->executed = state->executed || all;
    if (!all) {
      GiveReason(layout.focus, absl::StrCat("no column ", name), state);
    }
    return;
  }
  const bool needed = state->since > FocusVersion::k10 ||
                      std::find(layout.absent.begin(), layout.absent.end(),
                                name) != layout.absent.end();
  if (!all && !needed) {
    GiveReason(layout.focus,
               absl::StrCat("no column ", name, ": FOCUS ", layout.version,
                            " does not ask for it, or only where the provider "
                            "supports it"),
               state);
    return;
  }
  state->executed = true;
  if (all) return;
  ++state->rule.failed;
  if (state->rule.examples.size() < kExamples) {
    state->rule.examples.push_back(absl::StrCat(where, ": no column ", name));
  }
}

// Why a rule did not run is said of the newest version that has it, and of
// several files of that alike in whichever order they come.
void RuleChecker::GiveReason(FocusVersion version, std::string reason,
                             State* state) {
  const bool better =
      !state->reason_of.has_value() || version > *state->reason_of ||
      (version == *state->reason_of && reason < state->rule.reason);
  if (!better) return;
  state->reason_of = version;
  state->rule.reason = std::move(reason);
}

// The rules are of 1.2. What they say of a column holds in the versions that
// have it: of all that 1.2 and 1.4 share, levels, nulls and values are the same
// in the data model of 1.4.
std::string RuleChecker::ForeignTo(const BillLayout& layout,
                                   const State& state) {
  if (layout.focus < state.since) {
    return absl::StrCat("FOCUS ", layout.version, " has no such rule, which ",
                        "came with ",
                        std::string(FocusVersionName(state.since)));
  }
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
      const std::vector<BillColumn>& columns = state.requirement.columns;
      AddDistinct(cells, cells.Text(columns[0]), cells.Text(columns[1]),
                  &state);
    } else if (state.requirement.op == RuleOp::kOneParent) {
      for (const AppliedCommitment& applied : row.applied) {
        AddDistinct(cells, applied.commitment, applied.contract, &state);
      }
    } else if (state.requirement.op == RuleOp::kAppliedUnits) {
      AddUnits(row, cells, &state);
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
  const auto cost = ParseScaled(cells.Text(columns[2]), kMoneyDecimals);
  if (!price.ok() || !quantity.ok() || !cost.ok()) return;
  const MoneyAmount amount(*cost);
  Misses& misses = state->misses[std::string(row.provider)];
  misses.decimals = NeededDecimals(amount, misses.decimals);
  const auto miss = CheckPrice(*price, *quantity, amount);
  if (!miss) return;
  Misses::Tally& tally = misses.tallies[*miss];
  if (tally.rows++ == 0) tally.example = Example(cells, columns);
}

void RuleChecker::AddDistinct(const Cells& cells, std::string_view key,
                              std::string_view value, State* state) {
  const Hash128 known = FastHash(key, seed_);
  const std::pair<uint64_t, uint64_t> place = {known.high, known.low};
  if (state->first.size() == kMaxDistinct && !state->first.contains(place)) {
    state->rule.reason =
        absl::StrCat("more than ", kMaxDistinct, " values to tell apart");
    state->active = state->executed = false;
    state->given_up = true;
    return;
  }
  const Hash128 first = FastHash(value, seed_);
  const auto [seen, added] = state->first.try_emplace(place, first);
  if (!added && seen->second != first) Fail(cells, std::nullopt, state);
}

void RuleChecker::AddUnits(const BillRow& row, const Cells& cells,
                           State* state) {
  const bool good =
      std::all_of(row.applied.begin(), row.applied.end(),
                  [](const AppliedCommitment& applied) {
                    return applied.unit.empty() || IsUnit(applied.unit);
                  });
  if (!good) Fail(cells, std::nullopt, state);
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
