// What a Reconciler holds, and the steps of its work.
#ifndef DRAWDOWN_SRC_RECONCILE_RECONCILER_STATE_H_
#define DRAWDOWN_SRC_RECONCILE_RECONCILER_STATE_H_

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bill/bill_row.h"
#include "model/stored_breaks.h"
#include "reconcile/applied_sums.h"
#include "reconcile/asked_checks.h"
#include "reconcile/bill_names.h"
#include "reconcile/books.h"
#include "reconcile/checks.h"
#include "reconcile/compare.h"
#include "reconcile/consumed.h"
#include "reconcile/contract_checks.h"
#include "reconcile/copies.h"
#include "reconcile/exclusions.h"
#include "reconcile/group.h"
#include "reconcile/invoice_checks.h"
#include "reconcile/invoice_set.h"
#include "reconcile/line_ids.h"
#include "reconcile/named_commitments.h"
#include "reconcile/passed_copies.h"
#include "reconcile/reconcile.h"
#include "reconcile/refunds.h"
#include "reconcile/route.h"
#include "reconcile/split_charges.h"
#include "reconcile/tenant_tag.h"

namespace drawdown {

// A row that others are like (BillRow::like), and how many have not been added
// up yet.
struct RepeatedRow {
  uint64_t like = 0;
  uint64_t rows = 0;
  int64_t start_us = 0;  // of their charge period
  int64_t end_us = 0;
  RoutedRow routed;
  RowSums one;
  uint32_t group = 0;
  bool consumed_given = false;
  std::array<InvoiceSum*, 2> invoices = {};
};

struct Reconciler::State {
  State(const ReconcileInput& given, const ReconcileOptions& options)
      : input(given),
        bill_names(*input.contract),
        router(*input.contract,
               input.versions != nullptr ? *input.versions : ContractTimeline(),
               input.others, input.period, input.bucket_length_us, &names),
        tenant_tag(options.tenant_tag, &names.texts),
        line_ids(options.memory_bytes / 16),
        copies(options.memory_bytes - options.memory_bytes / 16) {
    context.contract = input.contract;
    context.period = input.period;
    context.at_us = input.at_us;
    context.books = &books;
    context.names = &names;
    context.options = options;
    context.metered = input.metered;
    if (input.corrections != nullptr) {
      context.posted = PostedCorrections(*input.corrections, *input.corrected,
                                         &names.pools, &names.commitments);
    }
  }

  void KeepFew(Disposition disposition);
  void MakeBooks();
  void TakeBooks();
  absl::Status TakeAmount(const BillRow& row);
  absl::StatusOr<bool> AddAgain(const BillRow& row);
  void Keep(const BillRow& row, const RoutedRow& routed, const RowSums& one,
            uint32_t group);
  void AddUp(RepeatedRow* repeated);
  void NoteRow(const BillRow& row, const RoutedRow& routed);
  absl::Status CheckComparable() const;
  absl::Status MergeGroups();
  absl::Status SettleKinds();
  absl::Status MergePeriodFees();
  void JoinGroups();
  void FindLateCorrections();
  absl::Status LinkCorrections();
  absl::Status TakeOutAllCopies(std::vector<Break>* items);
  absl::Status PrepareToCompare();
  absl::StatusOr<StoredBreaks> MakeItems();
  void AddGroups(StoredBreaks* made);
  void SplitByTenant(StoredBreaks* made);
  void AddChecks(const BillContents& bill, const ItemSums& sums,
                 ReconcileResult& result) const;
  const InvoiceSet* InvoicesOf(uint32_t lines) const;
  bool MayStillChange(uint32_t lines, MoneyAmount difference) const;
  void MarkPending(SplitBreak* split) const;
  void OrderItems(StoredBreaks* made) const;
  void NoteOpenPeriods(const BillContents& bill);
  void NoteWhatIsMissing(ReconcileResult* result) const;
  bool IsIssuer(std::string_view name) const;

  const ReconcileInput input;
  GroupNames names;
  // Of MakeBooks, in whatever thread, until TakeBooks.
  bool has_books = false;
  Books books;
  BillNames bill_names;
  Router router;
  TenantTag tenant_tag;
  CompareContext context;
  Exclusions exclusions;
  GroupTable groups;
  std::vector<uint32_t> merged_index;  // by the index that Add returned
  LineIds line_ids;
  CopyFinder copies;
  PassedCopies passed_copies;
  SplitCharges splits;
  ConsumedSums consumed;
  OurServices services;
  NamedCommitments named;
  uint64_t rows = 0;
  std::vector<MoneyAmount> billed;  // by index of names.currencies
  InvoiceSums invoices;
  InvoiceNumbers invoice_numbers;
  HashSet<uint32_t> open_invoices;  // of them, in Finish
  static constexpr size_t kMostIssuers = 1024;
  std::set<std::string> issuers;  // of the provider's rows
  std::string last_issuer;        // and the last row's
  AppliedSums applied;
  CreditRows credits;
  PeriodRows period_rows;
  TagRows tag_rows;
  bool measured = false;  // some row has GPU time
  // By BillRow::like, modulo kMostLikes.
  std::vector<RepeatedRow> repeated{kMostLikes};
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_RECONCILER_STATE_H_
