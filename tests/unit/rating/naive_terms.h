// What the naive model knows of commitments before any usage: when they bind,
// what they promise, and what was there of it.
#ifndef DRAWDOWN_TESTS_UNIT_RATING_NAIVE_TERMS_H_
#define DRAWDOWN_TESTS_UNIT_RATING_NAIVE_TERMS_H_

#include <map>
#include <utility>
#include <vector>

#include "contract/contract.h"
#include "model/capacity_table.h"
#include "model/usage_table.h"

namespace drawdown {

Int128 DivRound(Int128 a, Int128 b);  // a >= 0, half-even

inline bool IsInside(const Interval& i, int64_t t) {
  return i.start_us <= t && t < i.end_us;
}

// A quantity of a commitment at one price; expansions are ones of their own.
struct NaivePiece {
  const Commitment* commitment = nullptr;
  MoneyAmount price;
  Interval life;
  std::vector<std::pair<int64_t, Int128>> contracted;
  bool may_overflow = false;  // has an overage clause
};

class NaiveTerms {
 public:
  NaiveTerms(const Contract& contract, const UsageTable& usage,
             const CapacityTable& capacity);

  const std::vector<NaivePiece>& pieces() const { return pieces_; }
  const std::vector<NaivePiece>& spends() const { return spends_; }

  // The calendar's interval that contains t.
  Interval Whole(const Commitment& c, int64_t t) const;
  Interval Cut(const NaivePiece& p, int64_t t) const;
  // What came of it at t: of what is stated, the commitment has its own first,
  // then its expansions. More than contracted only of the last, where moments
  // may make up for each other.
  Int128 DeliveredAt(const NaivePiece& p, int64_t t) const;
  // Sums bucket by bucket, then divides once.
  Int128 Prorated(const NaivePiece& p, int64_t t, bool delivered) const;
  // What piece i can draw in its interval that contains t: quarter of an hour
  // by quarter of an hour.
  Int128 Entitled(size_t i, int64_t t);

 private:
  Interval LifeOf(const Commitment& c, int64_t from) const;
  void AddPieces(const Commitment& c);
  // Whether the piece may cover usage of the pool by some tenant.
  bool MayHave(const NaivePiece& p, uint32_t pool) const;
  std::vector<size_t> SupplyOrder(int32_t layer) const;
  // Pools that the piece may have, the least wanted first.
  std::vector<uint32_t> PoolsFor(const NaivePiece& p) const;
  // Micro-GPUs of pools of which something is stated as delivered.
  std::map<uint32_t, Int128> SupplyAt(int64_t t) const;
  // What the steps make of the moment in micro-GPUs.
  Int128 MicroGpusAt(const NaivePiece& p, int64_t t, bool delivered) const;
  // What piece `wanted` lacks at t, in micro-GPUs; negative: has to spare.
  Int128 LackAt(size_t wanted, int64_t t) const;

  const Contract& contract_;
  const UsageTable& usage_;
  const CapacityTable& capacity_;
  std::vector<NaivePiece> pieces_;
  std::vector<NaivePiece> spends_;
  std::vector<std::vector<uint32_t>> pools_for_;  // by piece
  std::map<std::pair<size_t, int64_t>, Int128> entitled_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_RATING_NAIVE_TERMS_H_
