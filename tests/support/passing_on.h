// A write transaction that passes everything on to another, for tests that
// watch or change one of its calls. Late puts are passed on as puts, so that
// who watches those sees all.
#ifndef DRAWDOWN_TESTS_SUPPORT_PASSING_ON_H_
#define DRAWDOWN_TESTS_SUPPORT_PASSING_ON_H_

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "ledger/store.h"

namespace drawdown {

class PassingOn : public WriteTransaction {
 public:
  explicit PassingOn(std::unique_ptr<WriteTransaction> below)
      : below_(std::move(below)) {}

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    return below_->Get(table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return below_->NewCursor(table);
  }
  absl::Status Put(Table table, std::string_view key,
                   std::string_view value) override {
    return below_->Put(table, key, value);
  }
  absl::Status Append(Table table, std::string_view key,
                      std::string_view value) override {
    return below_->Append(table, key, value);
  }
  absl::Status Delete(Table table, std::string_view key) override {
    return below_->Delete(table, key);
  }
  absl::Status Commit() override { return below_->Commit(); }

 private:
  const std::unique_ptr<WriteTransaction> below_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_PASSING_ON_H_
