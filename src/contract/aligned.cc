// CheckBucketAligned: usage is known per bucket, so nothing may change inside
// one.
#include <array>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/civil.h"
#include "base/error.h"
#include "contract/parse.h"

namespace drawdown {
namespace {

struct BucketLength {
  int64_t length_us;
  const char* name;
};
constexpr std::array<BucketLength, 3> kLengths = {{
    {60 * kMicrosPerMinute, "1h"},
    {30 * kMicrosPerMinute, "30m"},
    {15 * kMicrosPerMinute, "15m"},
}};

bool OnBoundary(int64_t instant_us, int64_t length_us) {
  return FloorTo(instant_us, length_us) == instant_us;
}

// The longest bucket that holds the instant; nullptr if none does.
const BucketLength* LongestFor(int64_t instant_us) {
  for (const BucketLength& bucket : kLengths) {
    if (OnBoundary(instant_us, bucket.length_us)) return &bucket;
  }
  return nullptr;
}

// Called with (field, instant).
using EdgeVisitor = std::function<void(const std::string&, int64_t)>;

template <typename Steps>
void VisitSteps(const std::string& name, const Steps& steps,
                const EdgeVisitor& visit) {
  for (size_t i = 0; i < steps.size(); ++i) {
    visit(absl::StrCat(name, "[", i, "].from"), steps[i].from_us);
  }
}

void VisitCommitment(const std::string& name, const Commitment& commitment,
                     const EdgeVisitor& visit) {
  VisitSteps(name + ".step", commitment.steps, visit);
  VisitSteps(name + ".step", commitment.spend_steps, visit);
  VisitSteps(name + ".delivered", commitment.delivered, visit);
  for (size_t i = 0; i < commitment.milestones.size(); ++i) {
    visit(absl::StrCat(name, ".milestone[", i, "].by"),
          commitment.milestones[i].by_us);
  }
  if (commitment.cancelled_at_us.has_value()) {
    visit(name + ".cancelled_at", *commitment.cancelled_at_us);
  }
}

void VisitPromises(const Contract& contract, const EdgeVisitor& visit) {
  for (size_t i = 0; i < contract.expansions.size(); ++i) {
    const Expansion& expansion = contract.expansions[i];
    if (!expansion.exercised_from_us.has_value()) continue;
    visit(absl::StrCat("expansion[", i, "].exercised_from"),
          *expansion.exercised_from_us);
  }
  for (size_t i = 0; i < contract.credits.size(); ++i) {
    visit(absl::StrCat("credit[", i, "].from"), contract.credits[i].from_us);
    visit(absl::StrCat("credit[", i, "].until"), contract.credits[i].until_us);
  }
}

// Weeks, months and years start with days, and hours are counted from their
// start, so the days hold every edge of the calendar.
void VisitDayCuts(const Contract& contract, const EdgeVisitor& visit) {
  int64_t at = contract.term.start_us;
  for (;;) {
    at = contract.calendar.DayOf(at).end_us;
    if (at >= contract.term.end_us) return;
    visit("calendar.day_cut", at);
  }
}

void VisitEdges(const Contract& contract, const EdgeVisitor& visit) {
  visit("term.start", contract.term.start_us);
  visit("term.end", contract.term.end_us);
  visit("effective", contract.effective_us);
  for (size_t i = 0; i < contract.rates.size(); ++i) {
    // A rate older than the contract changes nothing inside it.
    if (contract.rates[i].from_us < contract.term.start_us) continue;
    visit(absl::StrCat("rate[", i, "].from"), contract.rates[i].from_us);
  }
  for (size_t i = 0; i < contract.commitments.size(); ++i) {
    VisitCommitment(absl::StrCat("commitment[", i, "]"),
                    contract.commitments[i], visit);
  }
  VisitPromises(contract, visit);
  VisitDayCuts(contract, visit);
}

// The edge to complain about, and the longest bucket that holds every edge.
struct Misfit {
  std::string field;  // empty: none
  int64_t instant_us = 0;
  const BucketLength* holder = &kLengths.front();  // nullptr: none does
};

Misfit FindMisfit(const Contract& contract, int64_t bucket_length_us) {
  Misfit misfit;
  VisitEdges(contract, [&](const std::string& field, int64_t instant_us) {
    if (OnBoundary(instant_us, bucket_length_us)) return;
    const BucketLength* longest = LongestFor(instant_us);
    const bool worse = misfit.holder != nullptr && longest == nullptr;
    if (misfit.field.empty() || worse) {
      misfit.field = field;
      misfit.instant_us = instant_us;
    }
    if (longest == nullptr || misfit.holder == nullptr) {
      misfit.holder = nullptr;
    } else if (longest->length_us < misfit.holder->length_us) {
      misfit.holder = longest;
    }
  });
  return misfit;
}

std::string LengthName(int64_t length_us) {
  return length_us == kLengths[0].length_us
             ? kLengths[0].name
             : absl::StrCat(length_us / kMicrosPerMinute, "m");
}

}  // namespace

absl::Status CheckBucketAligned(const Contract& contract,
                                int64_t bucket_length_us) {
  const Misfit misfit = FindMisfit(contract, bucket_length_us);
  if (misfit.field.empty()) return absl::OkStatus();
  const std::string advice =
      misfit.holder == nullptr
          ? "no bucket length holds it: use an instant on a quarter of an hour"
          : absl::StrCat("a ledger made with --bucket ", misfit.holder->name,
                         " would hold this contract");
  return MakeError(
      ErrorCode::kBadContract,
      absl::StrCat("contract ", Quoted(contract.id), ": ", misfit.field, " ",
                   FormatInstant(misfit.instant_us),
                   " is not on a boundary of this ledger's ",
                   LengthName(bucket_length_us), " buckets; ", advice));
}

}  // namespace drawdown
