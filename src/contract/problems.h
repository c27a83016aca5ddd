// What is wrong with one contract text, each with its place.
#ifndef DRAWDOWN_SRC_CONTRACT_PROBLEMS_H_
#define DRAWDOWN_SRC_CONTRACT_PROBLEMS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "contract/parse.h"
#include "contract/source_map.h"

namespace drawdown {

class Problems {
 public:
  // `map` gives the places of paths and must outlive this.
  explicit Problems(const SourceMap* map) : map_(map) {}

  // `path` is a field's; "" is the contract as a whole.
  void Add(const std::string& path, std::string_view message);
  // The message of a failed `status`; nothing when it is OK.
  void Add(const std::string& path, const absl::Status& status);
  void AddAt(Place place, const std::string& field, std::string_view message);

  bool empty() const { return list_.empty(); }

  // By place.
  std::vector<ContractProblem> Sorted() const;

  // kBadContract: one line per problem, at most 20, then how many more.
  absl::Status ToStatus(std::string_view file_name) const;

 private:
  const SourceMap* map_;
  std::vector<ContractProblem> list_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_PROBLEMS_H_
