// Books whose calls change them, with the n-th allocation failing.
#ifndef DRAWDOWN_TESTS_ABI_MEMORY_WRITES_H_
#define DRAWDOWN_TESTS_ABI_MEMORY_WRITES_H_

#include <drawdown/drawdown.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/abi/c_books.h"
#include "tests/abi/failing_memory.h"
#include "tests/abi/memory_books.h"

namespace drawdown::c_abi_test {

class MemoryOfWrites : public ::testing::Test {
 protected:
  // A commit a call: thousands of them, and not what is tested here.
  static void SetUpTestSuite() {
    if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 0);
  }

  MemoryOfWrites() { NewBooks(); }
  void TearDown() override { ExpectSound(); }

  void NewBooks() {
    books_ = std::make_unique<Books>([](void*) { return kNow; });
    ledger_ = books_->ledger();
  }
  // The books that were there are proved now and then.
  void Anew() {
    if (++made_ % 16 == 0) ExpectSound();
    NewBooks();
  }
  // What is in the books proves itself, from the outside.
  void ExpectSound() {
    if (!ProgramIsThere()) {
      puts("verifying the books is left out: the program is not built");
      return;
    }
    uint8_t ok = 0;
    drawdown_table findings = 0;
    drawdown_error error = 0;
    EXPECT_EQ(drawdown_verify(ledger_, &ok, &findings, &error), DRAWDOWN_OK)
        << drawdown_error_message(error);
    EXPECT_EQ(ok, 1) << CellsOf(findings);
    drawdown_table_close(findings, nullptr);
  }

  // Names of the n-th call, too long to be kept without an allocation.
  void Name(const char* what, int64_t n) {
    const std::string number = std::to_string(n);
    run_ = std::string(what) + " of a run whose id is not short, " + number;
    tenant_ = "acme/a tenant whose name is not short/" + number;
    hold_ = std::string(what) + " of a hold whose id is not short, " + number;
    file_ = books_->path() + "-" + number + ".csv";
    directory_ = books_->path() + "-" + what + "-" + number;
  }
  int32_t Start(Outputs* out) {
    drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
    start.run_id = Text(run_);
    start.tenant = Text(tenant_);
    start.pool = drawdown_str(kPool);
    start.micro_gpus = 8'000'000;
    start.at_us = kStart;
    return drawdown_run_start_many(ledger_, &start, 1, &out->tables[0],
                                   &out->error);
  }
  int32_t Suspend(Outputs* out) {
    return drawdown_run_suspend(ledger_, Text(run_), 1, kStart + kHour,
                                &out->error);
  }
  int32_t Place(Outputs* out) {
    drawdown_hold_request request = DRAWDOWN_HOLD_REQUEST_INIT;
    request.hold_id = Text(hold_);
    request.tenant = drawdown_str("acme/of limited use");
    request.pool = drawdown_str(kPool);
    request.gpu_us = drawdown_int128_of(kHour);
    return drawdown_hold_place(ledger_, &request, 1, &out->tables[0],
                               &out->error);
  }
  // Prepares the n-th call with a run of its own that is open.
  Prepare Started(const char* what) {
    return [this, what](int64_t n) {
      Outputs out;
      Name(what, n);
      ASSERT_EQ(Start(&out), DRAWDOWN_OK);
    };
  }
  void WriteRuns(const char* end) {
    WriteFile(file_, "run_id,tenant,pool,gpus,start,end\n\"" + run_ + "\"," +
                         tenant_ + "," + kPool + ",8,2026-10-01T00:00:00Z," +
                         end + "\n");
  }
  int32_t Import(Outputs* out) {
    const drawdown_text path = Text(file_);
    return drawdown_import_files(ledger_, DRAWDOWN_IMPORT_RUNS, &path, 1,
                                 nullptr, nullptr, &out->error);
  }

  std::unique_ptr<Books> books_;
  drawdown_ledger ledger_ = 0;
  std::string run_;
  std::string tenant_;
  std::string hold_;
  std::string file_;
  std::string directory_;
  int made_ = 0;
};

}  // namespace drawdown::c_abi_test

#endif  // DRAWDOWN_TESTS_ABI_MEMORY_WRITES_H_
