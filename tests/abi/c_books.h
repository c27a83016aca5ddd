// A ledger of a test, opened through the C interface.
#ifndef DRAWDOWN_TESTS_ABI_C_BOOKS_H_
#define DRAWDOWN_TESTS_ABI_C_BOOKS_H_

#include <drawdown/drawdown.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/scratch_dir.h"

namespace drawdown::c_abi_test {

class Books {
 public:
  // `now_us`: its clock; null: the system's.
  explicit Books(int64_t (*now_us)(void*) = nullptr) : now_us_(now_us) {
    Open();
  }
  void Open() {
    drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
    options.create_if_missing = 1;
    options.drain_interval_us = 0;
    options.now_us = now_us_;
    drawdown_error error = 0;
    if (drawdown_ledger_open(drawdown_str(path().c_str()), &options, &ledger_,
                             &error) != DRAWDOWN_OK) {
      fprintf(stderr, "%s\n", drawdown_error_message(error));
      abort();
    }
  }
  ~Books() { Close(); }
  Books(const Books&) = delete;  // Closes once.
  Books& operator=(const Books&) = delete;

  std::string path() const { return folder_.Path("books"); }
  drawdown_ledger ledger() const { return ledger_; }
  void Close() {
    CloseKeepingTheHandle();
    ledger_ = 0;
  }
  // For those who go on using it.
  void CloseKeepingTheHandle() { drawdown_ledger_close(ledger_, nullptr); }

 private:
  ScratchDir folder_;
  int64_t (*const now_us_)(void*);
  drawdown_ledger ledger_ = 0;
};

}  // namespace drawdown::c_abi_test

#endif  // DRAWDOWN_TESTS_ABI_C_BOOKS_H_
