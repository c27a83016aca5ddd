// Whatever is called in whatever order: no crash, and every failure is an error
// object. $DRAWDOWN_FUZZ_CALLS says how many calls a thread makes.
#include "tests/abi/call_fuzz.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/scratch_dir.h"

namespace drawdown::c_abi_test {
namespace {

constexpr size_t kThreads = 4;

int64_t CallsPerThread() {
  const char* const asked = std::getenv("DRAWDOWN_FUZZ_CALLS");
  return asked == nullptr ? 1'500 : std::strtoll(asked, nullptr, 10);
}

bool ProgramIsThere() {
  const char* const program = std::getenv("DRAWDOWN_BIN");
  return program != nullptr && access(program, X_OK) == 0;
}

// The books can be opened, and what is in them proves itself.
void ExpectSound(const std::string& directory) {
  drawdown_ledger ledger = 0;
  drawdown_error error = 0;
  ASSERT_EQ(drawdown_ledger_open(drawdown_str(directory.c_str()), nullptr,
                                 &ledger, &error),
            DRAWDOWN_OK)
      << drawdown_error_message(error);
  uint8_t ok = 0;
  drawdown_table findings = 0;
  const int32_t code = drawdown_verify(ledger, &ok, &findings, &error);
  EXPECT_EQ(code, DRAWDOWN_OK) << drawdown_error_message(error);
  drawdown_text finding = drawdown_str("");
  if (ok == 0) drawdown_table_text(findings, 0, 0, &finding, nullptr, nullptr);
  EXPECT_EQ(ok, 1) << std::string(finding.data, finding.size);
  drawdown_table_close(findings, nullptr);
  drawdown_ledger_close(ledger, nullptr);
}

// Calls of many threads on new books, `calls` of each. Returns how many
// succeeded.
uint64_t Live(uint64_t life, int64_t calls) {
  const ScratchDir scratch;
  // Hostile paths are relative, and some go up: they end in here all the same.
  const std::string inside = scratch.Path("1/2/3/4/5");
  std::filesystem::create_directories(inside);
  std::filesystem::current_path(inside);
  scratch.Write("runs.csv",
                "run_id,tenant,pool,gpus,start,end\n"
                "i1,acme,aws/us-east-1/gb200,8,2026-10-01T00:00:00Z,\n");
  // The first is open at first, so that calls have something to work on.
  drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
  options.create_if_missing = 1;
  drawdown_ledger ledger = 0;
  const std::string books = scratch.Path("books");
  EXPECT_EQ(drawdown_ledger_open(drawdown_str(books.c_str()), &options, &ledger,
                                 nullptr),
            DRAWDOWN_OK);
  Handles handles;
  Random random(life << 8);
  handles.Add(Kind::kLedger, ledger, &random);

  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kThreads; ++i) {
    callers.push_back(
        std::make_unique<Caller>(&handles, scratch.Path(""), life << 8 | i));
    threads.emplace_back([caller = callers.back().get(), calls] {
      for (int64_t n = calls; n > 0; --n) caller->Call();
    });
  }
  for (std::thread& thread : threads) thread.join();
  handles.CloseAll();
  if (ProgramIsThere()) ExpectSound(books);
  std::filesystem::current_path("/");
  uint64_t succeeded = 0;
  for (const auto& caller : callers) succeeded += caller->succeeded();
  return succeeded;
}

// Many short lives rather than a long one: what looks at the past of the books
// (`as_of_us`, usage by the hour since the first run) takes longer the more
// there is of it, and after this many calls little that is new can happen.
TEST(CallFuzz, RandomCallsOfManyThreads) {
  constexpr int64_t kCallsOfALife = 1'500;
  setenv("DRAWDOWN_SEED", "20261129", 0);
  if (!ProgramIsThere()) {
    puts("verifying the books is left out: the program is not built");
  }
  const int64_t calls = CallsPerThread();
  uint64_t succeeded = 0;
  for (int64_t done = 0; done < calls && !HasFailure(); done += kCallsOfALife) {
    succeeded += Live(static_cast<uint64_t>(done / kCallsOfALife),
                      std::min(kCallsOfALife, calls - done));
  }
  // Otherwise it tests the refusals alone.
  EXPECT_GT(succeeded, static_cast<uint64_t>(calls) * kThreads / 8);
}

}  // namespace
}  // namespace drawdown::c_abi_test
