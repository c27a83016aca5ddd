// What an imported row means beside what the books know, as a table.
#include <optional>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "ledger/run_rules.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

struct Facts {
  uint32_t tenant = 0;
  int64_t micro_gpus = 8;
  std::optional<int64_t> start_us = 10;
  std::optional<int64_t> end_us = 20;
  std::string_view state = "DONE";
};

RunImported RowOf(const Facts& facts) {
  return {"run",
          1,
          facts.tenant,
          0,
          facts.micro_gpus,
          facts.start_us,
          facts.end_us,
          facts.state};
}

TEST(ImportRulesTest, RowsBesideKnownRuns) {
  const std::optional<int64_t> none;
  struct Case {
    const char* what;
    Facts known;
    Facts row;
    std::optional<Verdict> verdict;  // empty: a conflict
  };
  const Case cases[] = {
      {"the same row", {}, {}, Verdict::kUnchanged},
      {"gives the end", {.end_us = none}, {}, Verdict::kUpdate},
      {"gives the end with a new state",
       {.end_us = none, .state = "RUNNING"},
       {},
       Verdict::kUpdate},
      {"gives the start",
       {.start_us = none, .end_us = none},
       {},
       Verdict::kUpdate},
      {"older: lacks the end", {}, {.end_us = none}, Verdict::kUnchanged},
      {"older: lacks the start", {}, {.start_us = none}, Verdict::kUnchanged},
      {"no state given", {}, {.state = ""}, Verdict::kUnchanged},
      {"another end", {}, {.end_us = 21}, std::nullopt},
      {"another start", {}, {.start_us = 11}, std::nullopt},
      {"another tenant", {}, {.tenant = 1}, std::nullopt},
      {"other GPUs", {}, {.micro_gpus = 9}, std::nullopt},
      {"other GPUs, and the end",
       {.end_us = none},
       {.micro_gpus = 9},
       std::nullopt},
      {"another state alone", {}, {.state = "FAILED"}, std::nullopt},
  };
  const NameOf name_of = [](NameKind, uint32_t id) {
    return "name" + std::to_string(id);
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    const drawdown::Run known = AfterImport(RowOf(one.known));
    const auto verdict = JudgeImport(&known, RowOf(one.row), name_of);
    if (one.verdict) {
      ASSERT_THAT(verdict, IsOk());
      EXPECT_EQ(*verdict, *one.verdict);
    } else {
      EXPECT_THAT(verdict, IsError(ErrorCode::kConflict, "run attempt 1"));
    }
  }
}

// The state of a row is the reason of a stop that says none; said again as it
// was said the first time, or by that reason, it is the same stop.
TEST(ImportRulesTest, StopsOfRunsThatCameWithAState) {
  const NameOf name_of = [](NameKind, uint32_t) { return std::string("name"); };
  RunChanged stop = {.change = RunChange::kStop, .run_id = "run", .at_us = 20};
  const drawdown::Run open =
      AfterImport(RowOf({.end_us = std::nullopt, .state = "FAILED"}));
  const auto judged = [&](StopReason first, StopReason again) {
    stop.reason = first;
    const drawdown::Run known = AfterChange(&open, stop);
    stop.reason = again;
    return JudgeChange(&known, stop, name_of);
  };
  for (const auto& [first, again] :
       {std::pair(StopReason::kUnknown, StopReason::kUnknown),
        std::pair(StopReason::kUnknown, StopReason::kFailed),
        std::pair(StopReason::kFailed, StopReason::kFailed),
        std::pair(StopReason::kDone, StopReason::kDone)}) {
    const auto verdict = judged(first, again);
    ASSERT_THAT(verdict, IsOk()) << StopReasonName(again);
    EXPECT_EQ(*verdict, Verdict::kUnchanged);
  }
  EXPECT_THAT(judged(StopReason::kUnknown, StopReason::kDone),
              IsError(ErrorCode::kConflict, "stopped at"));
  EXPECT_THAT(judged(StopReason::kDone, StopReason::kFailed),
              IsError(ErrorCode::kConflict, "stopped at"));
}

TEST(ImportRulesTest, ValuesThatCannotStandInTheBooks) {
  const RunImported good = RowOf({});
  ASSERT_THAT(CheckRun(good), IsOk());
  RunImported row = good;
  row.run_id = "";
  EXPECT_THAT(CheckRun(row), IsError(ErrorCode::kBadRow, "run_id has 0 bytes"));
  const std::string long_id(201, 'x');
  row.run_id = long_id;
  EXPECT_THAT(CheckRun(row), IsError(ErrorCode::kBadRow, "201 bytes"));
  row.run_id = "a\nb";
  EXPECT_THAT(CheckRun(row), IsError(ErrorCode::kBadRow, "control"));
  row = good;
  row.attempt = 0;
  EXPECT_THAT(CheckRun(row), IsError(ErrorCode::kBadRow, "attempt"));
  row = good;
  row.end_us = 9;
  EXPECT_THAT(CheckRun(row), IsError(ErrorCode::kBadRow, "before start"));
  row = good;
  row.micro_gpus = -1;
  EXPECT_THAT(CheckRun(row), IsError(ErrorCode::kBadRow, "gpus"));
}

TEST(ImportRulesTest, EveryControlCharacterIsFoundWhereverItStands) {
  for (size_t size = 1; size <= 20; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string id(size, 'a');
        id[at] = static_cast<char>(byte);
        const RunImported row = {id,           1, 0, 0, 0, std::nullopt,
                                 std::nullopt, ""};
        // No byte from 0x80 on is UTF-8 by itself.
        EXPECT_EQ(CheckRun(row).ok(), byte >= 0x20 && byte < 0x7f)
            << byte << " at " << at << " of " << size;
      }
    }
  }
}

TEST(ImportRulesTest, IdsAreUtf8) {
  const auto check = [](std::string_view id) {
    return CheckRun({id, 1, 0, 0, 0, std::nullopt, std::nullopt, ""});
  };
  EXPECT_THAT(check("Modell-\xc3\xbc-7"), IsOk());
  EXPECT_THAT(check("a long id that ends in the midst \xc3"),
              IsError(ErrorCode::kBadRow, "run_id is not valid UTF-8"));
}

}  // namespace
}  // namespace drawdown
