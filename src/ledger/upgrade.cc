#include "ledger/upgrade.h"

#include "base/error.h"
#include "ledger/quota_books.h"

namespace drawdown {

// Format 4 had no GPUs in the line of what is held that the run of a hold does
// not use. Meters are admitted by GPU time, which is as it was: nobody needs to
// be told.
absl::Status UpgradeBooks(std::unique_ptr<WriteTransaction> books,
                          Header* header) {
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kMeta, kHeaderKey));
  if (!bytes) {
    return MakeError(ErrorCode::kCorrupt, "the ledger header is lost");
  }
  ASSIGN_OR_RETURN(*header, DecodeHeader(*bytes));
  if (header->format == kLedgerFormat) return absl::OkStatus();
  {
    QuotaBooks quotas(books.get(), header->bucket_us, NamesOf(books.get()));
    RETURN_IF_ERROR(quotas.held.Make(books.get()));
    RETURN_IF_ERROR(quotas.held.Flush(books.get()));
  }
  header->format = kLedgerFormat;
  RETURN_IF_ERROR(books->Put(Table::kMeta, kHeaderKey, EncodeHeader(*header)));
  return books->Commit();
}

}  // namespace drawdown
