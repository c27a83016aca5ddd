// A pseudo-random sequence that is the same on every machine: splitmix64
// (Steele, Lea, Flood 2014), integers only.
#ifndef DRAWDOWN_SRC_EXAMPLE_RANDOM_H_
#define DRAWDOWN_SRC_EXAMPLE_RANDOM_H_

#include <cstdint>

namespace drawdown::example {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }

  // low..high, both included. The modulo's bias does not matter here.
  int64_t Between(int64_t low, int64_t high) {
    const auto width = static_cast<uint64_t>(high - low) + 1;
    return low + static_cast<int64_t>(Next() % width);
  }

 private:
  uint64_t state_;
};

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_RANDOM_H_
