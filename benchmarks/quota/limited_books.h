// A ledger whose meters are under three levels of quotas, for measuring what
// TryRecord costs: a quota a meter, sixteen above these, one above all.
#ifndef DRAWDOWN_BENCHMARKS_QUOTA_LIMITED_BOOKS_H_
#define DRAWDOWN_BENCHMARKS_QUOTA_LIMITED_BOOKS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drawdown/meter.h"
#include "ledger/store.h"
#include "settle/budget_keeper.h"

namespace drawdown {

class LimitedBooks {
 public:
  LimitedBooks(const std::string& folder, size_t meters);
  ~LimitedBooks();
  LimitedBooks(const LimitedBooks&) = delete;  // Owns what hooks refer to.
  LimitedBooks& operator=(const LimitedBooks&) = delete;

  const std::vector<Meter>& meters() const { return meters_; }
  // Leaves so much under the highest quota, or without end, and plenty under
  // the others; takes back all slices.
  void SetRoom(int64_t gpu_us);
  void SetPlenty();
  int64_t Room() const;

 private:
  class Rules;

  void Freshen();

  const std::string path_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LiveDirectory> live_;
  Rules* rules_ = nullptr;
  std::shared_ptr<BudgetKeeper> keeper_;
  std::vector<Meter> meters_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_BENCHMARKS_QUOTA_LIMITED_BOOKS_H_
