// Books with something in them for every question, at an instant that stays:
// 2026-10-15T12:00:00Z. Names are too long to be kept without an allocation.
#ifndef DRAWDOWN_TESTS_ABI_MEMORY_BOOKS_H_
#define DRAWDOWN_TESTS_ABI_MEMORY_BOOKS_H_

#include <drawdown/drawdown.h>

#include <span>
#include <string>

#include "tests/abi/c_books.h"

namespace drawdown::c_abi_test {

inline constexpr int64_t kHour = 3'600'000'000;
inline constexpr int64_t kStart = 1'788'220'800'000'000;  // 2026-09-01
inline constexpr int64_t kNow = kStart + (44 * 24 + 12) * kHour;
inline constexpr const char* kPool = "aws/us-east-1/gb200-of-a-long-name";
inline constexpr const char* kTenant = "acme/a tenant whose name is not short";
inline constexpr const char* kRun = "a run whose id is not short";
inline constexpr const char* kContract = "a contract whose id is not short";

inline drawdown_text Text(const std::string& text) {
  return {text.data(), text.size()};
}
void WriteFile(const std::string& path, const std::string& text);
std::string ContractText();
// Which $DRAWDOWN_BIN names: drawdown_verify needs it.
bool ProgramIsThere();

// What the provider says of October: a column and its cells in the two rows, an
// hour of GPUs and a tax.
struct BillColumn {
  const char* name;
  const char* usage;
  const char* tax;
};
std::span<const BillColumn> Bill();

class FilledBooks {
 public:
  FilledBooks();

  drawdown_ledger ledger() const { return books_.ledger(); }
  // Has nothing at hand then that was asked before.
  void Reopen() {
    books_.Close();
    books_.Open();
  }
  const std::string& directory() const { return directory_; }
  // A file that says Bill().
  const std::string& bill() const { return bill_; }

 private:
  void StartRuns();
  void SetQuotaAndHold();
  void ApplyAndClose();
  void Count();

  Books books_;
  const std::string directory_ = books_.path();
  std::string bill_;
};

}  // namespace drawdown::c_abi_test

#endif  // DRAWDOWN_TESTS_ABI_MEMORY_BOOKS_H_
