#include "forecast/pattern.h"

#include <algorithm>
#include <cstdint>

#include "base/wide.h"
#include "forecast/level.h"

namespace drawdown {
namespace {

constexpr size_t kFittedWeeks = 4;
constexpr size_t kJudgedWeeks = 2;
constexpr size_t kLeastWeeks = kJudgedWeeks + 2;
constexpr size_t kMostWeeks = kJudgedWeeks + kFittedWeeks;
// How many flat days and weeks a shape is mixed with.
constexpr Int128 kFlatDays = 4;
constexpr Int128 kFlatWeeks = 1;

// A mean of ratios to 1e-6, mixed with so many of 1.
class Shape {
 public:
  Shape(size_t parts, Int128 flat)
      : sums_(parts, flat * kMicro), counts_(parts, flat) {}

  // amount / (whole / parts); nothing where the whole is 0.
  void Add(size_t part, Int128 amount, Int128 whole) {
    if (whole == 0) return;
    const auto parts = static_cast<Int128>(sums_.size());
    sums_[part] += amount * kMicro * parts / whole;
    ++counts_[part];
  }

  std::vector<Int128> Means() const {
    std::vector<Int128> means;
    for (size_t i = 0; i < sums_.size(); ++i) {
      means.push_back(sums_[i] / counts_[i]);
    }
    return means;
  }

 private:
  std::vector<Int128> sums_;
  std::vector<Int128> counts_;
};

// Of the steps of a day, against their day.
std::vector<Int128> DayShape(std::span<const Int128> amounts, size_t a_day) {
  Shape shape(a_day, kFlatDays);
  for (size_t at = 0; at + a_day <= amounts.size(); at += a_day) {
    const auto day = amounts.subspan(at, a_day);
    const Int128 sum = SumOf(day);
    for (size_t i = 0; i < a_day; ++i) shape.Add(i, day[i], sum);
  }
  return shape.Means();
}

// Of the days of a week, each against the week around it, so that a ramp is
// not taken for weeks that rise.
std::vector<Int128> WeekShape(std::span<const Int128> days) {
  constexpr size_t kWeek = kDaysOfWeek;
  Shape shape(kWeek, kFlatWeeks);
  for (size_t at = 0; at + kWeek <= days.size(); ++at) {
    const size_t middle = at + kWeek / 2;
    shape.Add(middle % kWeek, days[middle], SumOf(days.subspan(at, kWeek)));
  }
  return shape.Means();
}

std::vector<Int128> DaySums(std::span<const Int128> amounts, size_t a_day) {
  std::vector<Int128> days;
  for (size_t at = 0; at < amounts.size(); at += a_day) {
    days.push_back(SumOf(amounts.subspan(at, a_day)));
  }
  return days;
}

Int128 Distance(Int128 a, Int128 b) { return a < b ? b - a : a - b; }

}  // namespace

Int128 WeekPattern::FactorMicro(int64_t steps) const {
  if (factors_.empty()) return kMicro;
  const auto week = static_cast<int64_t>(factors_.size());
  return factors_[static_cast<size_t>(((steps % week) + week) % week)];
}

WeekPattern WeekPattern::Fit(std::span<const Int128> weeks,
                             size_t steps_a_day) {
  const std::vector<Int128> day = DayShape(weeks, steps_a_day);
  const std::vector<Int128> week = WeekShape(DaySums(weeks, steps_a_day));
  WeekPattern pattern;
  for (const Int128 of_week : week) {
    for (const Int128 of_day : day) {
      pattern.factors_.push_back(of_week * of_day / kMicro);
    }
  }
  return pattern;
}

bool WeekPattern::Foretells(std::span<const Int128> history,
                            size_t steps_a_day) {
  const size_t week = kDaysOfWeek * steps_a_day;
  const auto last = history.last(week);
  const auto before = history.first(history.size() - week);
  const WeekPattern tried = Fit(
      before.last(std::min(before.size(), kFittedWeeks * week)), steps_a_day);
  const Int128 flat = SumOf(last) / static_cast<Int128>(week);
  Int128 without = 0;
  Int128 with = 0;
  for (size_t i = 0; i < week; ++i) {
    without += Distance(last[i], flat);
    with += Distance(
        last[i], flat * tried.FactorMicro(static_cast<int64_t>(i)) / kMicro);
  }
  return with < without / 4 * 3;
}

WeekPattern WeekPattern::Find(std::span<const Int128> history,
                              size_t steps_a_day) {
  const size_t week = kDaysOfWeek * steps_a_day;
  const size_t weeks = std::min(history.size() / week, kMostWeeks);
  const WeekPattern none;
  if (weeks < kLeastWeeks) return none;
  history = history.last(weeks * week);
  for (size_t judged = 0; judged < kJudgedWeeks; ++judged) {
    const auto known = history.first((weeks - judged) * week);
    if (!Foretells(known, steps_a_day)) return none;
  }
  return Fit(history.last(std::min(weeks, kFittedWeeks) * week), steps_a_day);
}

}  // namespace drawdown
