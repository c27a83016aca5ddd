// Expansions, credits and allotments: what a contract promises beside its
// commitments.
#include <limits>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/path.h"
#include "contract/compile.h"

namespace drawdown {
namespace {

constexpr int64_t kWhole = 1'000'000;

// Reads two instants that must rise; false, reported, unless both are good.
bool ReadWindow(const Node& node, const char* from_name, const char* until_name,
                const InstantRange& range, int64_t* from_us,
                int64_t* until_us) {
  node.Require(from_name);
  node.Require(until_name);
  const std::optional<int64_t> from = node.Instant(from_name, range);
  const std::optional<int64_t> until = node.Instant(until_name, range);
  if (!from.has_value() || !until.has_value()) return false;
  *from_us = *from;
  *until_us = *until;
  if (*from < *until) return true;
  node.Problem(until_name, absl::StrCat(FormatInstant(*until), " is not after ",
                                        from_name, " ", FormatInstant(*from)));
  return false;
}

Expansion CompileExpansion(const Node& node, const Contract& contract) {
  Expansion expansion;
  const Commitment* commitment = RequireUsageCommitment(node, contract);
  if (commitment != nullptr) {
    expansion.commitment = commitment->id;
    expansion.price = commitment->price;
  }
  node.Require("adds", "GPU-hours per interval");
  expansion.adds = node.Hours("adds").value_or(GpuTime());
  if (const auto price = node.Money("price")) expansion.price = *price;
  InstantRange window = ThroughTerm(contract);
  if (ReadWindow(node, "exercisable_from", "until", window,
                 &expansion.exercisable_from_us, &expansion.until_us)) {
    window = {expansion.exercisable_from_us, expansion.until_us, false,
              "exercisable_from", "until"};
  }
  expansion.exercised_from_us = node.Instant("exercised_from", window);
  return expansion;
}

// SLA credits lapse unless they are claimed in time.
void CompileClaim(const Node& node, const Contract& contract, Credit* credit) {
  InstantRange range = ThroughTerm(contract);
  // A claim may still run when the contract has ended.
  range.end_us = std::numeric_limits<int64_t>::max();
  credit->claim_by_us = node.Instant("claim_by", range);
  if (!node.Has("claim_by")) {
    node.Refuse("claimed_at", "only a credit with claim_by has one");
    return;
  }
  if (credit->claim_by_us.has_value()) {
    range.end_us = *credit->claim_by_us;
    range.end_name = "claim_by";
  }
  credit->claimed_at_us = node.Instant("claimed_at", range);
}

Credit CompileCredit(const Node& node, const Contract& contract) {
  Credit credit;
  node.Require("id");
  credit.id = node.Id("id");
  node.Require("amount", "money");
  const std::optional<MoneyAmount> amount = node.Money("amount");
  credit.amount = amount.value_or(MoneyAmount());
  if (amount.has_value() && amount->zero()) {
    node.Problem("amount", "a credit must be above 0");
  }
  ReadWindow(node, "from", "until", ThroughTerm(contract), &credit.from_us,
             &credit.until_us);
  credit.applies = CompileApplies(node, contract, true);
  CompileClaim(node, contract, &credit);
  return credit;
}

// The allotments of one commitment so far.
struct Allotted {
  int64_t share_micro = 0;
  std::set<std::string> tenants;
};

void CheckTenant(const Node& node, const std::string& tenant,
                 Allotted* allotted) {
  const absl::Status valid = ValidatePath(tenant, "tenant");
  if (!valid.ok()) return node.Problem("tenant", valid);
  for (const std::string& other : allotted->tenants) {
    if (!IsAtOrBelow(tenant, other) && !IsAtOrBelow(other, tenant)) continue;
    node.Problem(
        "tenant",
        tenant == other
            ? absl::StrCat("tenant ", Quoted(tenant),
                           " has an allotment of this commitment already")
            : absl::StrCat("tenants ", Quoted(tenant), " and ", Quoted(other),
                           " overlap: usage would have two"));
  }
  allotted->tenants.insert(tenant);
}

void CheckShares(const Node& node, const Allotment& allotment,
                 Allotted* allotted) {
  allotted->share_micro += allotment.share_micro.value_or(0);
  if (allotted->share_micro <= kWhole) return;
  node.Problem(
      "share",
      absl::StrCat("the shares of commitment ", Quoted(allotment.commitment),
                   " add up to ", FormatScaled(allotted->share_micro, 6),
                   ", more than 1"));
}

Allotment CompileAllotment(const Node& node, const Contract& contract) {
  Allotment allotment;
  const Commitment* commitment = RequireUsageCommitment(node, contract);
  if (commitment != nullptr) allotment.commitment = commitment->id;
  node.Require("tenant", "a tenant path");
  allotment.tenant = node.Text("tenant");
  allotment.share_micro = node.Micro("share", kWhole);
  allotment.amount = node.Hours("amount");
  allotment.may_borrow = node.Flag("may_borrow");
  if (node.Has("share") == node.Has("amount")) {
    node.Problem("", "takes exactly one of share and amount");
  }
  return allotment;
}

}  // namespace

void CompileExpansions(const Node& root, Contract* contract) {
  for (const Node& node : root.Children("expansion")) {
    contract->expansions.push_back(CompileExpansion(node, *contract));
  }
}

void CompileCredits(const Node& root, Contract* contract) {
  std::set<std::string> ids;
  for (const Node& node : root.Children("credit")) {
    Credit credit = CompileCredit(node, *contract);
    if (!credit.id.empty() && !ids.insert(credit.id).second) {
      node.Problem("id", absl::StrCat("credit ", Quoted(credit.id),
                                      " is there already"));
    }
    contract->credits.push_back(std::move(credit));
  }
}

void CompileAllotments(const Node& root, Contract* contract) {
  std::map<std::string, Allotted> allotted;
  for (const Node& node : root.Children("allotment")) {
    Allotment allotment = CompileAllotment(node, *contract);
    Allotted* of_commitment = &allotted[allotment.commitment];
    if (node.Has("tenant")) CheckTenant(node, allotment.tenant, of_commitment);
    CheckShares(node, allotment, of_commitment);
    contract->allotments.push_back(std::move(allotment));
  }
}

}  // namespace drawdown
