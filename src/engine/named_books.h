// The books with names that they do not know yet, as placing a hold would make
// them: for answers about what is not there.
#ifndef DRAWDOWN_SRC_ENGINE_NAMED_BOOKS_H_
#define DRAWDOWN_SRC_ENGINE_NAMED_BOOKS_H_

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// Table::kNames is a copy in memory, all else the books'. They must outlive it.
class NamedBooks : public ReadTransaction {
 public:
  static absl::StatusOr<std::unique_ptr<NamedBooks>> Make(
      ReadTransaction* books, const Header& header, std::string_view tenant,
      std::string_view pool);

  absl::StatusOr<std::optional<std::string_view>> Get(
      Table table, std::string_view key) override {
    return Of(table)->Get(table, key);
  }
  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    return Of(table)->NewCursor(table);
  }

 private:
  NamedBooks(ReadTransaction* books, std::unique_ptr<Store> store)
      : books_(books), store_(std::move(store)) {}

  ReadTransaction* Of(Table table) const {
    return table == Table::kNames ? names_.get() : books_;
  }

  ReadTransaction* const books_;
  const std::unique_ptr<Store> store_;
  std::unique_ptr<ReadTransaction> names_;  // of the store: goes before it
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_NAMED_BOOKS_H_
