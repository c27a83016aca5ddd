// Quotas, what is used of them and what is held, over one transaction.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_BOOKS_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_BOOKS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/hold.h"
#include "ledger/admission.h"
#include "ledger/held_books.h"
#include "ledger/later_starts.h"
#include "ledger/quota_accounts.h"
#include "ledger/quota_index.h"

namespace drawdown {

class QuotaBooks {
 public:
  QuotaBooks(ReadTransaction* books, int64_t bucket_us, const NameOf& name_of)
      : QuotaBooks(books, bucket_us, name_of, QuotaIndex::Known()) {}
  QuotaBooks(ReadTransaction* books, int64_t bucket_us, const NameOf& name_of,
             QuotaIndex::Known known)
      : index(books, std::move(known)),
        later(books),
        accounts(books, bucket_us, &index, &later, name_of),
        held(books, &index, &later, name_of),
        bucket_us_(bucket_us) {}
  QuotaBooks(const QuotaBooks&) = delete;  // Its parts point at each other.
  QuotaBooks& operator=(const QuotaBooks&) = delete;

  Admitter AdmitterAt(int64_t at_us) {
    return Admitter(&index, &accounts, &held, bucket_us_, at_us);
  }

  QuotaIndex index;
  LaterStarts later;
  QuotaAccounts accounts;
  HeldBooks held;

 private:
  const int64_t bucket_us_;
};

// Paths of ids, read from the books when asked; "#7" where there is none.
NameOf NamesOf(ReadTransaction* books);

absl::StatusOr<std::optional<StoredHold>> ReadHold(ReadTransaction* books,
                                                   std::string_view hold_id);

// What a hold holds, and until when.
struct NamedLine {
  std::string hold_id;
  HeldUntil held;
};
// Those that hold something beyond the instant, by when they end.
absl::StatusOr<std::vector<NamedLine>> LinesFrom(QuotaBooks* quotas,
                                                 int64_t at_us);

// Calls `visit` for each hold in the order of ids until it returns false.
absl::Status VisitHolds(ReadTransaction* books, const HoldQuery& query,
                        int64_t at_us,
                        const std::function<bool(const HoldInfo&)>& visit);

// Who holds something under the quota.
absl::StatusOr<std::vector<QuotaHolder>> HoldersUnder(ReadTransaction* books,
                                                      int64_t bucket_us,
                                                      const QuotaScope& scope,
                                                      int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_BOOKS_H_
