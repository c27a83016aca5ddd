#include "engine/bills.h"

#include <algorithm>

#include "base/error.h"
#include "bill/bill_files.h"
#include "bill/rule_checker.h"
#include "drawdown/bill_check.h"
#include "drawdown/bill_files.h"

namespace drawdown {
namespace {

BillProgress ReadingProgress(const ProgressCallback& progress) {
  if (!progress) return nullptr;
  return [&progress](uint64_t done, uint64_t total) {
    progress("reading", done, total);
  };
}

class StreamSource : public Source {
 public:
  explicit StreamSource(BillStream* stream) : stream_(*stream) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    ASSIGN_OR_RETURN(const size_t size, stream_.Read(buffer, capacity));
    position_ += size;
    return size;
  }
  absl::Status Rewind() override {
    return MakeError(ErrorCode::kUnsupported,
                     name() + " is a stream, which is read once");
  }
  const std::string& name() const override { return stream_.name(); }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return 0; }

 private:
  BillStream& stream_;
  uint64_t position_ = 0;
};

}  // namespace

absl::StatusOr<BillContents> ReadBillFiles(
    const std::vector<std::string>& paths, const BillOptions& options,
    const BillRowCallback& row, const ProgressCallback& progress,
    RuleChecker* rules) {
  std::optional<BillMapping> mapping;
  if (!options.mapping.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(options.mapping));
    ASSIGN_OR_RETURN(mapping, ParseMapping(text, options.mapping));
  }
  ASSIGN_OR_RETURN(std::vector<BillInput> files,
                   OpenBillFiles(paths, options.format, options.snapshots));
  if (options.snapshots && !options.streams.empty()) {
    return MakeError(ErrorCode::kUnsupported,
                     "a stream is no snapshot: give files");
  }
  for (BillStream* const stream : options.streams) {
    files.push_back(
        {std::make_unique<StreamSource>(stream), options.format, {}});
  }
  return ReadBill(files, row, ReadingProgress(progress),
                  mapping ? &*mapping : nullptr, rules);
}

absl::StatusOr<std::vector<std::string>> BillFiles(
    const std::vector<std::string>& paths) {
  ASSIGN_OR_RETURN(const std::vector<BillPath> found, FindBillFiles(paths, ""));
  std::vector<std::string> files;
  for (const BillPath& file : found) files.push_back(file.path);
  return files;
}

absl::StatusOr<BillSummary> SummarizeBill(const std::vector<std::string>& paths,
                                          const BillOptions& options,
                                          const ProgressCallback& progress) {
  ASSIGN_OR_RETURN(
      BillContents bill,
      ReadBillFiles(
          paths, options, [](const BillRow&) { return absl::OkStatus(); },
          progress));
  return std::move(bill.summary);
}

bool BillCheckResult::clean() const {
  return std::none_of(rules.begin(), rules.end(), [](const BillRule& rule) {
    return rule.outcome == BillRule::Outcome::kFailed &&
           rule.level == BillRule::Level::kMust;
  });
}

absl::StatusOr<BillCheckResult> CheckBill(const std::vector<std::string>& paths,
                                          const BillOptions& options,
                                          const ProgressCallback& progress) {
  RuleChecker checker;
  BillCheckResult result;
  ASSIGN_OR_RETURN(
      BillContents bill,
      ReadBillFiles(
          paths, options, [](const BillRow&) { return absl::OkStatus(); },
          progress, &checker));
  result.summary = std::move(bill.summary);
  result.rules = checker.Finish();
  return result;
}

}  // namespace drawdown
