// Which invoices rows are of: what is billed too much on one that is issued
// does not change any more.
#ifndef DRAWDOWN_SRC_RECONCILE_INVOICE_SET_H_
#define DRAWDOWN_SRC_RECONCILE_INVOICE_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "bill/bill_tables.h"
#include "model/charge.h"
#include "reconcile/agreed.h"

namespace drawdown {

// The invoices of some rows, independent of the order in which they came.
class InvoiceSet {
 public:
  // `invoice` is that of InvoiceNumbers.
  void Add(uint32_t invoice);
  void Merge(const InvoiceSet& other);
  // Whether some row is of one of `open`; of too many to know, it may be.
  bool MayHave(const HashSet<uint32_t>& open) const;
  bool some_without() const { return some_without_; }

 private:
  static constexpr size_t kMost = 4;

  std::array<uint32_t, kMost> invoices_ = {};
  uint8_t count_ = 0;
  bool more_ = false;          // than are kept
  bool some_without_ = false;  // some row names none
};

// Invoices by number: each issuer gives ids of its own, and is the same in any
// case of letters.
class InvoiceNumbers {
 public:
  // kNoIndex: the row names none, or one of too many.
  uint32_t Of(const BillRow& row);
  // There are more invoices than are told apart.
  bool too_many() const { return too_many_; }
  // Those of rows that `lines` say are not issued yet.
  HashSet<uint32_t> OpenOf(const std::vector<InvoiceLine>& lines);

 private:
  static constexpr uint32_t kMost = uint32_t{1} << 16;

  Interner names_;
  bool too_many_ = false;
  std::string last_issuer_;  // rows of one invoice follow one another
  std::string last_id_;
  uint32_t last_ = kNoIndex;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_INVOICE_SET_H_
