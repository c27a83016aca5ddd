#include "reconcile/notes.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "bill/bill_reader.h"
#include "bill/oddity_log.h"
#include "model/reason_text.h"
#include "reconcile/lacking_fees.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

constexpr size_t kMostNamed = 5;
constexpr uint64_t kManyCopies = 4;  // one row of so many

void NoteAmount(const CompareContext& context, ReconcileResult* result) {
  if (context.basis.amount == BilledAmount::kEffectiveCost) {
    result->notes.push_back(
        "the bill has no BilledCost: its EffectiveCost was compared");
  }
  if (context.basis.amount == BilledAmount::kNone) {
    result->notes.push_back("the bill has no costs: hours alone were compared");
  }
}

std::string Named(const std::set<std::string>& names) {
  std::string text;
  size_t listed = 0;
  for (const std::string& name : names) {
    if (listed++ == kMostNamed) break;
    absl::StrAppend(&text, text.empty() ? "" : ", ", name);
  }
  if (names.size() <= kMostNamed) return text;
  return absl::StrCat(text, " and ", names.size() - kMostNamed, " more");
}

std::set<std::string> NamesOf(const HashSet<uint32_t>& indices,
                              const Interner& interner) {
  std::set<std::string> names;
  for (const uint32_t index : indices) names.insert(interner.Name(index));
  return names;
}

// Kinds that the bill does not tell, or has in another way than rating.
void NoteKinds(const CompareContext& context, ReconcileResult* result) {
  const auto note = [&](const HashSet<uint32_t>& indices,
                        const Interner& interner, std::string_view of,
                        std::string_view what) {
    if (indices.empty()) return;
    result->notes.push_back(absl::StrCat(
        std::string(of), Named(NamesOf(indices, interner)), std::string(what)));
  };
  note(
      context.untold, context.names->pools,
      "no row tells which usage is covered, so it is of one kind: on ",
      " covered and on-demand hours were compared together, each at its price");
  note(context.basis.as_used.covered, context.names->commitments,
       "usage that is covered by ",
       " is billed as it runs, and no fee pays for it: it was compared at the "
       "contract's price, and fees with what was left over");
  if (context.options.tenant_tag.empty()) return;
  note(context.undivided, context.names->pools, "tenants of ",
       " were not compared: rows bill hours as another kind of usage than "
       "rating has them");
}

void NoteSuperseded(const BillSummary& bill, ReconcileResult* result) {
  uint64_t superseded = 0;
  for (const BillFile& file : bill.files) superseded += file.superseded;
  if (superseded != 0) {
    result->notes.push_back(
        absl::StrCat(superseded, superseded == 1 ? " row is" : " rows are",
                     " left out, because a later snapshot has their billing "
                     "period, or without one their time or correction"));
  }
  for (const Oddity& oddity : bill.oddities) {
    if (oddity.name != OddityName(OddityKind::kBesideLaterSnapshot)) continue;
    result->notes.push_back(absl::StrCat(
        oddity.rows, oddity.rows == 1 ? " row counts" : " rows count",
        " though a later snapshot has lines of the same day, of another time "
        "of it: what was withdrawn there would count too (first: ",
        oddity.example, ")"));
  }
}

// So many copies are seldom an error of the provider.
void NoteCopies(const BillSummary& bill, uint64_t copied,
                ReconcileResult* result) {
  if (copied == 0 || copied < bill.rows / kManyCopies) return;
  result->notes.push_back(absl::StrCat(
      copied, " of ", bill.rows,
      " rows are copies: deliveries of which a later one replaces an earlier "
      "are read with --snapshots"));
}

// What is not of the contract's pools is others' business, but a fee that
// nobody knows of should not pass without its name.
void NoteCommitments(const std::vector<Group>& groups, const GroupNames& names,
                     ReconcileResult* result) {
  std::map<std::pair<std::string, std::string>, MoneyAmount> unknown;
  for (const Group& group : groups) {
    const GroupKey& key = group.key;
    const bool other = key.disposition == Disposition::kOtherPurchase ||
                       key.disposition == Disposition::kOtherUnused;
    if (!other || key.lane.commitment == kNoIndex) continue;
    unknown[{names.commitments.Name(key.lane.commitment),
             names.currencies[key.currency].ToString()}] += group.sums.cost;
  }
  std::vector<std::string> named;
  for (const auto& [key, cost] : unknown) {
    if (named.size() == kMostNamed) break;
    named.push_back(absl::StrCat(
        Quoted(key.first), " (",
        MoneyText(cost, Currency::Parse(key.second).value()), ")"));
  }
  if (named.empty()) return;
  const size_t more = unknown.size() - named.size();
  result->notes.push_back(absl::StrCat(
      "the bill has fees or unused hours of commitments that are not in the "
      "contract: ",
      absl::StrJoin(named, ", "),
      more == 0 ? "" : absl::StrCat(" and ", more, " more")));
}

// What is owed and not asked for may be billed elsewhere, or later.
void NoteLackingFees(const std::vector<Group>& groups,
                     const CompareContext& context, ReconcileResult* result) {
  std::vector<std::string> named;
  size_t more = 0;
  for (const Commitment& commitment : context.contract->commitments) {
    const LackingFees lacking = LackingFeesOf(commitment, groups, context);
    if (lacking.amount.zero()) continue;
    if (named.size() == kMostNamed) {
      ++more;
      continue;
    }
    named.push_back(
        absl::StrCat(LackingFeesText(lacking, context.contract->currency), " (",
                     commitment.id, ")"));
  }
  if (named.empty()) return;
  result->notes.push_back(absl::StrCat(
      "our statement has ", absl::StrJoin(named, ", "),
      more == 0 ? "" : absl::StrCat(" and those of ", more, " more"),
      ", in no row of the bill: they may be billed elsewhere"));
}

// They are right or wrong by another contract, and nobody has looked yet.
void NoteContracts(const std::vector<Group>& groups, const GroupNames& names,
                   ReconcileResult* result) {
  std::map<std::string, uint64_t> rows;
  for (const Group& group : groups) {
    if (group.key.disposition != Disposition::kOtherContract) continue;
    rows[names.texts.Name(group.key.category)] += group.sums.rows;
  }
  for (const auto& [id, count] : rows) {
    result->notes.push_back(absl::StrCat(
        count, count == 1 ? " row is" : " rows are", " of pools that contract ",
        id, " names: reconcile the bill with it too"));
  }
}

// It may be another bill, or the provider under a name that the contract does
// not know.
void NoteProviders(const BillSummary& bill, const std::vector<Group>& groups,
                   const std::string& provider, ReconcileResult* result) {
  const bool billed =
      std::any_of(groups.begin(), groups.end(), [](const Group& group) {
        return group.key.disposition != Disposition::kOtherProvider;
      });
  if (billed) return;
  std::set<std::string> others;
  for (const auto& entry : bill.by_provider_currency) {
    if (others.size() < kMostNamed) others.insert(Quoted(entry.first.first));
  }
  result->notes.push_back(absl::StrCat(
      "the bill holds no row of provider ", provider, " or an alias of it",
      others.empty() ? "" : "; its rows are of ", absl::StrJoin(others, ", "),
      others.empty() ? "" : " (provider_alias?)",
      ": all that is metered is unbilled"));
}

// What rounding explains is as often too much as too little. FOCUS 1.4
// tolerates it; many on one side that come to what an invoice tolerates are
// named.
void NoteBias(const ItemSums& sums, ReconcileResult* result) {
  constexpr uint64_t kMany = 20;
  for (const auto& [currency, both] : sums.tolerated) {
    for (size_t more = 0; more < 2; ++more) {
      const ItemSums::Side& side = both[more];
      if (side.items < kMany || side.items < 10 * both[1 - more].items ||
          Magnitude(side.sum) < InvoiceTolerance(0, currency)) {
        continue;
      }
      result->notes.push_back(absl::StrCat(
          side.items, " items within the tolerance are billed too ",
          more == 1 ? "much" : "little", ", ", both[1 - more].items,
          " the other way: together ", MoneyText(Magnitude(side.sum), currency),
          ", as one would not expect of rounding"));
    }
  }
}

}  // namespace

void AddNotes(const BillSummary& bill, const ItemSums& sums,
              const std::vector<Group>& groups, const CompareContext& context,
              ReconcileResult* result) {
  NoteAmount(context, result);
  NoteKinds(context, result);
  if (context.provider_open) {
    result->notes.push_back(
        "the provider says that the billing period is open: its differences "
        "are pending, not breaks");
  } else if (context.invoice_open) {
    result->notes.push_back(
        "rows of the bill are of an invoice that is not issued yet "
        "(InvoiceIssueStatus Open): what is of it, or billed too little, is "
        "pending, not a break");
  }
  std::vector<std::string> missing =
      context.posted.Missing(context.contract->currency);
  std::move(missing.begin(), missing.end(), std::back_inserter(result->notes));
  NoteSuperseded(bill, result);
  if (bill.mixed_charges) {
    result->notes.push_back(absl::StrCat("the bill, ", bill.format, " ",
                                         bill.version, ", has ",
                                         bill.version_reason));
  }
  NoteBias(sums, result);
  NoteCopies(bill, sums.copies, result);
  NoteCommitments(groups, *context.names, result);
  NoteLackingFees(groups, context, result);
  NoteContracts(groups, *context.names, result);
  NoteProviders(bill, groups, context.contract->provider, result);
}

}  // namespace drawdown
