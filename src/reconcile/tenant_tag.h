// Which tenant a row of the bill names.
#ifndef DRAWDOWN_SRC_RECONCILE_TENANT_TAG_H_
#define DRAWDOWN_SRC_RECONCILE_TENANT_TAG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "bill/json_scan.h"
#include "bill/text_memo.h"
#include "reconcile/agreed.h"

namespace drawdown {

// Reads the tenant that a row's Tags name.
class TenantTag {
 public:
  // `key` empty: no row names one. `names` outlives this.
  TenantTag(std::string key, Interner* names)
      : key_(std::move(key)), names_(names) {}

  // The index of the tag's value in `names`, that of "" without it. Of rows of
  // one reading.
  uint32_t Of(const BillRow& row);

  // All that Of has returned.
  const HashSet<uint32_t>& found() const { return found_; }

 private:
  uint32_t Find(std::string_view tags);
  std::string ValueIn(std::string_view tags);

  using Memo = TextMemo<uint32_t, 1024, 256>;  // bills repeat them

  std::string key_;
  Interner* names_;
  Memo known_;
  Memo::Hint hint_ = nullptr;
  std::vector<uint32_t> by_number_;  // of a row's tags in file_; else kNoIndex
  uint32_t file_ = 0;
  HashSet<uint32_t> found_;
  JsonCell json_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_TENANT_TAG_H_
