// Measuring calls that take microseconds or more, by one caller or many at
// once: rows that take turns, round by round, so that whatever else the machine
// does hits all of them.
#ifndef DRAWDOWN_BENCHMARKS_SUPPORT_CALLERS_H_
#define DRAWDOWN_BENCHMARKS_SUPPORT_CALLERS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace drawdown {

struct CallerRow {
  std::string name;
  std::vector<std::function<void()>> calls;  // one a caller: one call each
  // By round: calls a second of all callers together; microseconds that the
  // median call took.
  std::vector<double> rates;
  std::vector<double> call_us;
};

// For as long as it takes at least, each row's callers call without a pause, in
// threads of their own; the order of rows is another one in every round.
void MeasureCallers(std::vector<CallerRow>* rows, size_t rounds,
                    double seconds);

// Median of the rounds' ratios.
double PairedRatio(const std::vector<double>& values,
                   const std::vector<double>& base);

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_SUPPORT_CALLERS_H_
