#include "ledger/posting_memory.h"

#include <utility>

namespace drawdown {
namespace {

constexpr size_t kMaxNames = 65'536;
constexpr size_t kMaxQuotas = 16'384;

}  // namespace

bool PostingMemory::Known::small() const {
  size_t names_known = 0;
  for (const auto& of_kind : names) names_known += of_kind.size();
  for (const auto& of_kind : paths) names_known += of_kind.size();
  return names_known <= kMaxNames && quotas.paths() <= kMaxNames &&
         quotas.quotas <= kMaxQuotas;
}

PostingMemory::Known PostingMemory::Take(const Tip& tip) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Known known = std::exchange(known_, Known());
  const bool same = tip.next_sequence == next_sequence_ && tip.chain == chain_;
  return same ? std::move(known) : Known();
}

void PostingMemory::Keep(const Tip& tip, Known known) {
  if (!known.small()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  next_sequence_ = tip.next_sequence;
  chain_ = tip.chain;
  known_ = std::move(known);
}

}  // namespace drawdown
