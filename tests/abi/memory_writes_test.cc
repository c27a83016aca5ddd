// The n-th allocation of a call that changes the books fails, for every n: an
// error, and the same call again does it once.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "tests/abi/c_books.h"
#include "tests/abi/failing_memory.h"

namespace drawdown::c_abi_test {
namespace {

constexpr int64_t kHour = 3'600'000'000;
constexpr int64_t kStart = 1'788'220'800'000'000;  // 2026-09-01
constexpr int64_t kUsualStride = 5;

drawdown_text Text(const std::string& text) {
  return {text.data(), text.size()};
}

void WriteFile(const std::string& path, const std::string& text) {
  FILE* const file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  fwrite(text.data(), 1, text.size(), file);
  fclose(file);
}

class MemoryOfWrites : public ::testing::Test {
 protected:
  // A commit a call: thousands of them, and not what is tested here.
  static void SetUpTestSuite() {
    if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 0);
  }

  // What is in the books proves itself, from the outside.
  void TearDown() override {
    const char* const program = std::getenv("DRAWDOWN_BIN");
    if (program == nullptr || access(program, X_OK) != 0) {
      puts("verifying the books is left out: the program is not built");
      return;
    }
    uint8_t ok = 0;
    drawdown_table findings = 0;
    EXPECT_EQ(drawdown_verify(ledger_, &ok, &findings, &error_), DRAWDOWN_OK)
        << drawdown_error_message(error_);
    EXPECT_EQ(ok, 1);
    drawdown_table_close(findings, nullptr);
  }

  // Names of the n-th call, too long to be kept without an allocation.
  void Name(const char* what, int64_t n) {
    const std::string number = std::to_string(n);
    run_ = std::string(what) + " of a run whose id is not short, " + number;
    tenant_ = "acme/a tenant whose name is not short/" + number;
    moved_ = tenant_ + "-moved";
    hold_ = std::string(what) + " of a hold whose id is not short, " + number;
    contract_ = std::string(what) + " of a contract, " + number;
    contract_text_ =
        "id: \"" + contract_ + "\" provider: \"" + contract_ +
        "\" currency: \"USD\" term { start: \"2026-09-01T00:00:00Z\" end: "
        "\"2027-09-01T00:00:00Z\" } rate { pool: \"" +
        contract_ + "\" price: \"4\" from: \"2026-09-01T00:00:00Z\" }";
    file_ = books_.path() + "-" + number + ".csv";
    directory_ = books_.path() + "-" + what + "-" + number;
  }
  int32_t Start() {
    drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
    start.run_id = Text(run_);
    start.tenant = Text(tenant_);
    start.pool = drawdown_str("aws/us-east-1/gb200");
    start.micro_gpus = 8'000'000;
    start.at_us = kStart;
    drawdown_table refusal = 0;
    const int32_t code =
        drawdown_run_start_many(ledger_, &start, 1, &refusal, &error_);
    drawdown_table_close(refusal, nullptr);
    return Freed(code);
  }
  int32_t Suspend() {
    return Freed(
        drawdown_run_suspend(ledger_, Text(run_), 1, kStart + kHour, &error_));
  }
  int32_t Place() {
    drawdown_hold_request request = DRAWDOWN_HOLD_REQUEST_INIT;
    request.hold_id = Text(hold_);
    request.tenant = drawdown_str("acme/of limited use");
    request.pool = drawdown_str("aws/us-east-1/gb200");
    request.gpu_us = drawdown_int128_of(kHour);
    drawdown_table refusal = 0;
    const int32_t code =
        drawdown_hold_place(ledger_, &request, 1, &refusal, &error_);
    drawdown_table_close(refusal, nullptr);
    return Freed(code);
  }
  // A provider each: two contracts may not price one pool.
  int32_t Apply() {
    const drawdown_text name = drawdown_str("aws.textproto");
    const drawdown_text view = Text(contract_text_);
    return Freed(
        drawdown_contract_apply(ledger_, &name, &view, 1, nullptr, &error_));
  }
  int32_t Import() {
    const drawdown_text path = Text(file_);
    return Freed(drawdown_import_files(ledger_, DRAWDOWN_IMPORT_RUNS, &path, 1,
                                       nullptr, nullptr, &error_));
  }
  int32_t Freed(int32_t code) {
    if (code != DRAWDOWN_OK && code != DRAWDOWN_OUT_OF_MEMORY) {
      fprintf(stderr, "%s\n", drawdown_error_message(error_));
    }
    drawdown_error_free(error_);
    error_ = 0;
    return code;
  }
  void WriteRuns(const char* end) {
    WriteFile(file_, "run_id,tenant,pool,gpus,start,end\n\"" + run_ + "\"," +
                         tenant_ + ",aws/us-east-1/gb200,8," +
                         "2026-10-01T00:00:00Z," + end + "\n");
  }

  Books books_;
  const drawdown_ledger ledger_ = books_.ledger();
  drawdown_error error_ = 0;
  std::string run_;
  std::string tenant_;
  std::string moved_;
  std::string hold_;
  std::string contract_;
  std::string contract_text_;
  std::string file_;
  std::string directory_;
};

TEST_F(MemoryOfWrites, OfRuns) {
  const int64_t stride = Stride(kUsualStride);
  int failed = 0;
  failed += FailAllocations(
      "start", stride, [&](int64_t n) { Name("start", n); },
      [&](int64_t) { return Start(); });
  failed += FailAllocations(
      "resize", stride,
      [&](int64_t n) {
        Name("resize", n);
        ASSERT_EQ(Start(), DRAWDOWN_OK);
      },
      [&](int64_t) {
        drawdown_table refusal = 0;
        const int32_t code =
            drawdown_run_resize(ledger_, Text(run_), 1, 4'000'000,
                                kStart + kHour, &refusal, &error_);
        drawdown_table_close(refusal, nullptr);
        return Freed(code);
      });
  failed += FailAllocations(
      "suspend", stride,
      [&](int64_t n) {
        Name("suspend", n);
        ASSERT_EQ(Start(), DRAWDOWN_OK);
      },
      [&](int64_t) { return Suspend(); });
  failed += FailAllocations(
      "resume", stride,
      [&](int64_t n) {
        Name("resume", n);
        ASSERT_EQ(Start(), DRAWDOWN_OK);
        ASSERT_EQ(Suspend(), DRAWDOWN_OK);
      },
      [&](int64_t) {
        drawdown_table refusal = 0;
        const int32_t code = drawdown_run_resume(
            ledger_, Text(run_), 1, kStart + 2 * kHour, &refusal, &error_);
        drawdown_table_close(refusal, nullptr);
        return Freed(code);
      });
  failed += FailAllocations(
      "heartbeat", stride,
      [&](int64_t n) {
        Name("heartbeat", n);
        ASSERT_EQ(Start(), DRAWDOWN_OK);
      },
      [&](int64_t) {
        return Freed(drawdown_run_heartbeat(ledger_, Text(run_), 1,
                                            kStart + kHour, &error_));
      });
  failed += FailAllocations(
      "stop", stride,
      [&](int64_t n) {
        Name("stop", n);
        ASSERT_EQ(Start(), DRAWDOWN_OK);
      },
      [&](int64_t) {
        return Freed(drawdown_run_stop(ledger_, Text(run_), 1, kStart + kHour,
                                       DRAWDOWN_STOP_DONE, &error_));
      });
  EXPECT_GT(failed, 6);
}

TEST_F(MemoryOfWrites, OfHoldsAndQuotas) {
  const int64_t stride = Stride(kUsualStride);
  int failed = 0;
  failed += FailAllocations(
      "quota", stride, [&](int64_t n) { Name("quota", n); },
      [&](int64_t n) {
        drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
        setting.tenant = drawdown_str("acme/of many quotas");
        setting.period = DRAWDOWN_PERIOD_TOTAL;
        setting.nominal = drawdown_int128_of(kHour + n);
        uint8_t changed = 0;
        return Freed(drawdown_quota_set(ledger_, &setting, &changed, &error_));
      });
  drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
  setting.tenant = drawdown_str("acme/of limited use");
  setting.period = DRAWDOWN_PERIOD_TOTAL;
  setting.nominal = drawdown_int128_of(1'000'000 * kHour);
  uint8_t changed = 0;
  ASSERT_EQ(drawdown_quota_set(ledger_, &setting, &changed, nullptr),
            DRAWDOWN_OK);
  failed += FailAllocations(
      "place", stride, [&](int64_t n) { Name("place", n); },
      [&](int64_t) { return Place(); });
  const auto placed = [&](const char* what) {
    return [this, what](int64_t n) {
      Name(what, n);
      ASSERT_EQ(Place(), DRAWDOWN_OK);
    };
  };
  failed += FailAllocations("renew", stride, placed("renew"), [&](int64_t) {
    drawdown_hold_renewal renewal = DRAWDOWN_HOLD_RENEWAL_INIT;
    renewal.hold_id = Text(hold_);
    renewal.renewal = 1;
    renewal.charge_gpu_us = drawdown_int128_of(kHour / 2);
    drawdown_table refusal = 0;
    const int32_t code =
        drawdown_hold_renew(ledger_, &renewal, &refusal, &error_);
    drawdown_table_close(refusal, nullptr);
    return Freed(code);
  });
  failed += FailAllocations("settle", stride, placed("settle"), [&](int64_t) {
    drawdown_table refusal = 0;
    const int32_t code = drawdown_hold_settle(
        ledger_, Text(hold_), drawdown_int128_of(kHour / 2),
        DRAWDOWN_OVERDRAFT_BOOK, &refusal, &error_);
    drawdown_table_close(refusal, nullptr);
    return Freed(code);
  });
  failed += FailAllocations("release", stride, placed("release"), [&](int64_t) {
    return Freed(drawdown_hold_release(ledger_, Text(hold_), &error_));
  });
  EXPECT_GT(failed, 5);
}

TEST_F(MemoryOfWrites, OfFilesAndTables) {
  constexpr int64_t stride = 20;
  const auto written = [&](const char* what) {
    return [this, what](int64_t n) {
      Name(what, n);
      WriteRuns("2026-10-02T00:00:00Z");
    };
  };
  int failed = 0;
  failed += FailAllocations("import", stride, written("import"),
                            [&](int64_t) { return Import(); });
  failed += FailAllocations(
      "correct", stride,
      [&](int64_t n) {
        Name("correct", n);
        WriteRuns("2026-10-02T00:00:00Z");
        ASSERT_EQ(Import(), DRAWDOWN_OK);
        WriteRuns("2026-10-02T01:00:00Z");
      },
      [&](int64_t) {
        return Freed(drawdown_correct_runs(ledger_, Text(file_),
                                           drawdown_str("an hour more"),
                                           nullptr, nullptr, &error_));
      });
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  query.limit = 3;
  drawdown_table runs = 0;
  ASSERT_EQ(drawdown_runs(ledger_, &query, &runs, nullptr), DRAWDOWN_OK);
  failed += FailAllocations(
      "arrow", stride, [](int64_t) {},
      [&](int64_t) {
        ArrowArrayStream stream = {};
        const int32_t code = drawdown_table_arrow(runs, &stream, &error_);
        if (code != DRAWDOWN_OK) return Freed(code);
        return Freed(drawdown_import_arrow(ledger_, DRAWDOWN_IMPORT_RUNS,
                                           &stream, nullptr, nullptr, &error_));
      });
  drawdown_table_close(runs, nullptr);
  EXPECT_GT(failed, 3);
}

TEST_F(MemoryOfWrites, OfContractsAndTenants) {
  // Applying reads every contract that is there.
  constexpr int64_t stride = 250;
  int failed = 0;
  failed += FailAllocations(
      "apply", stride, [&](int64_t n) { Name("apply", n); },
      [&](int64_t) { return Apply(); });
  failed += FailAllocations(
      "close", stride,
      [&](int64_t n) {
        Name("close", n);
        ASSERT_EQ(Apply(), DRAWDOWN_OK);
      },
      [&](int64_t) {
        uint8_t already = 0;
        return Freed(drawdown_period_close(ledger_, Text(contract_),
                                           drawdown_str("2026-09"), &already,
                                           nullptr, &error_));
      });
  failed += FailAllocations(
      "move", stride,
      [&](int64_t n) {
        Name("move", n);
        ASSERT_EQ(Start(), DRAWDOWN_OK);
      },
      [&](int64_t) {
        uint8_t changed = 0;
        return Freed(drawdown_tenant_move(ledger_, Text(tenant_), Text(moved_),
                                          kStart + 1000 * kHour, &changed,
                                          &error_));
      });
  EXPECT_GT(failed, 2);
}

TEST_F(MemoryOfWrites, OfMeters) {
  const int64_t stride = Stride(kUsualStride);
  int failed = 0;
  int64_t recorded = 0;
  failed += FailAllocations(
      "bind", stride, [&](int64_t n) { Name("bind", n); },
      [&](int64_t) {
        drawdown_meter meter = 0;
        const int32_t code = drawdown_meter_bind(
            ledger_, Text(tenant_), drawdown_str("aws/us-east-1/gb200"), 0,
            &meter, &error_);
        if (code == DRAWDOWN_OK) {
          drawdown_record(meter, 7);
          recorded += 7;
        }
        return Freed(code);
      });
  failed += FailAllocations(
      "drain", stride, [](int64_t) {},
      [&](int64_t) {
        return Freed(drawdown_drain(ledger_, nullptr, &error_));
      });
  EXPECT_GT(failed, 2);
  drawdown_table usage = 0;
  ASSERT_EQ(drawdown_usage(ledger_, nullptr, &usage, nullptr), DRAWDOWN_OK);
  drawdown_int128 sum = {0, 0};
  ASSERT_EQ(drawdown_table_decimal(usage, 0, 0, &sum, nullptr, nullptr),
            DRAWDOWN_OK);
  EXPECT_EQ(static_cast<int64_t>(sum.low), recorded);
  drawdown_table_close(usage, nullptr);
}

TEST_F(MemoryOfWrites, OfLedgers) {
  const int64_t stride = Stride(4 * kUsualStride);
  Name("start", 0);
  ASSERT_EQ(Start(), DRAWDOWN_OK);
  int failed = 0;
  failed += FailAllocations(
      "open", stride, [&](int64_t n) { Name("open", n); },
      [&](int64_t) {
        drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
        options.create_if_missing = 1;
        options.drain_interval_us = 0;
        drawdown_ledger other = 0;
        const int32_t code =
            drawdown_ledger_open(Text(directory_), &options, &other, &error_);
        drawdown_ledger_close(other, nullptr);
        return Freed(code);
      });
  failed += FailAllocations(
      "backup", stride, [&](int64_t n) { Name("backup", n); },
      [&](int64_t) {
        return Freed(drawdown_backup(ledger_, Text(directory_), &error_));
      });
  EXPECT_GT(failed, 1);
}

}  // namespace
}  // namespace drawdown::c_abi_test
