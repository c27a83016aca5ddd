// Rating again, the slow and obvious way: one microsecond-exact pass over every
// bucket for every question, maps keyed by text, nothing carried between
// buckets that can be summed again. Knows flat UTC intervals only.
#ifndef DRAWDOWN_TESTS_UNIT_RATING_NAIVE_MODEL_H_
#define DRAWDOWN_TESTS_UNIT_RATING_NAIVE_MODEL_H_

#include <map>
#include <string>
#include <tuple>

#include "contract/contract.h"
#include "drawdown/statement.h"
#include "model/capacity_table.h"
#include "model/usage_table.h"

namespace drawdown {

// tenant, pool, commitment, kind, unit price ("-" for none).
using NaiveKey =
    std::tuple<std::string, std::string, std::string, std::string, std::string>;
struct NaiveLine {
  Int128 gpu_us = 0;
  Int128 money = 0;  // 1e-18, of lines that are money alone

  friend bool operator==(const NaiveLine&, const NaiveLine&) = default;
};
using NaiveStatement = std::map<NaiveKey, NaiveLine>;

// The lines of `period`, before rounding. Capacity changes on quarters of an
// hour; where there is any, quantities are whole millionths of a GPU.
NaiveStatement RateNaively(const Contract& contract, const UsageTable& usage,
                           const CapacityTable& capacity,
                           const Interval& period, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_RATING_NAIVE_MODEL_H_
