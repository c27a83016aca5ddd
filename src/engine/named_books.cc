#include "engine/named_books.h"

#include "base/error.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"

namespace drawdown {
namespace {

absl::Status CopyNames(ReadTransaction* books, WriteTransaction* to) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kNames));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(""));
  while (found) {
    RETURN_IF_ERROR(to->Append(Table::kNames, cursor->key(), cursor->value()));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  // It says which ids are taken.
  ASSIGN_OR_RETURN(const auto tip, books->Get(Table::kMeta, kTipKey));
  return tip ? to->Put(Table::kMeta, kTipKey, *tip) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<NamedBooks>> NamedBooks::Make(
    ReadTransaction* books, const Header& header, std::string_view tenant,
    std::string_view pool) {
  std::unique_ptr<NamedBooks> named(new NamedBooks(books, NewMemoryStore()));
  {
    ASSIGN_OR_RETURN(std::unique_ptr<WriteTransaction> copy,
                     named->store_->BeginWrite());
    RETURN_IF_ERROR(CopyNames(books, copy.get()));
    ASSIGN_OR_RETURN(const std::unique_ptr<Posting> posting,
                     Posting::Begin(std::move(copy), header, /*now_us=*/0));
    RETURN_IF_ERROR(posting->Intern(NameKind::kTenant, tenant, false).status());
    RETURN_IF_ERROR(posting->Intern(NameKind::kPool, pool, false).status());
    RETURN_IF_ERROR(posting->Commit().status());
  }
  ASSIGN_OR_RETURN(named->names_, named->store_->BeginRead());
  return named;
}

}  // namespace drawdown
