// What a keeper of budgets remembers of each meter of its process.
#ifndef DRAWDOWN_SRC_SETTLE_METER_QUOTAS_H_
#define DRAWDOWN_SRC_SETTLE_METER_QUOTAS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "meter/budgets_file.h"
#include "meter/lanes_format.h"
#include "settle/meter_chains.h"

namespace drawdown {

class MeterQuotas {
 public:
  MeterQuotas() = default;
  ~MeterQuotas() {
    for (const auto& block : blocks_) {
      delete block.load(std::memory_order_relaxed);
    }
  }
  MeterQuotas(const MeterQuotas&) = delete;  // Owns blocks.
  MeterQuotas& operator=(const MeterQuotas&) = delete;

  // Without any lock: BudgetsFile::FullUntil, from the quota on that refused
  // the meter last.
  int64_t FullUntil(const BudgetsFile& file, uint32_t meter, int64_t gpu_us) {
    if (!file.AnyFull()) return 0;
    Entry* const entry = EntryOf(meter);
    if (entry == nullptr) return 0;
    uint64_t word = entry->word.load(std::memory_order_relaxed);
    const uint64_t layout = word >> kQuotaBits;
    auto quota = static_cast<uint32_t>(word & kQuotaMask);
    const int64_t until_us = file.FullUntil(layout, gpu_us, &quota);
    // So that the next call need not go up to it again.
    if (until_us != 0 && quota != (word & kQuotaMask)) {
      entry->word.compare_exchange_strong(word, layout << kQuotaBits | quota,
                                          std::memory_order_relaxed);
    }
    return until_us;
  }
  // So that who has the lock need not wait for what he is going to change.
  void Prefetch(const BudgetsFile& file, uint32_t meter) const {
    const Entry* const entry = EntryOf(meter);
    if (entry == nullptr) return;
    file.Prefetch(entry->lowest.load(std::memory_order_relaxed));
  }

  // The rest under the lock of the budgets.

  // Null: not known in this layout.
  const MeterChains* Find(uint32_t meter, uint64_t layout) const {
    const Entry* const entry = EntryOf(meter);
    if (entry == nullptr || entry->layout() != layout) return nullptr;
    return entry->chains.get();
  }
  void Set(uint32_t meter, uint64_t layout,
           std::shared_ptr<const MeterChains> chains) {
    std::atomic<Block*>& block = blocks_[meter / kPerBlock];
    if (block.load(std::memory_order_relaxed) == nullptr) {
      block.store(new Block, std::memory_order_release);
    }
    Entry& entry = (*block.load(std::memory_order_relaxed))[meter % kPerBlock];
    const uint32_t lowest =
        chains->empty() ? 0 : chains->budgets().front()->books.quota;
    entry.lowest.store(lowest, std::memory_order_relaxed);
    entry.word.store(layout << kQuotaBits | lowest, std::memory_order_relaxed);
    entry.chains = std::move(chains);
  }
  // REQUIRES: Set, in this layout.
  void SetRefusing(uint32_t meter, uint32_t quota) {
    Entry& entry = (*blocks_[meter / kPerBlock].load(
        std::memory_order_relaxed))[meter % kPerBlock];
    entry.word.store(entry.layout() << kQuotaBits | quota,
                     std::memory_order_relaxed);
  }

 private:
  static constexpr uint32_t kPerBlock = 1'024;
  static constexpr uint32_t kBlocks = kMaxMeters / kPerBlock;
  static constexpr int kQuotaBits = 18;
  static constexpr uint64_t kQuotaMask = (uint64_t{1} << kQuotaBits) - 1;
  static_assert(kMaxBudgets == uint64_t{1} << kQuotaBits);

  // Written under the lock; the words are read by any thread, which may put the
  // quota that refuses in the place of another of the same layout. Relaxed:
  // each stands for itself, of another layout it is not used, and `lowest` is a
  // hint.
  struct Entry {
    std::atomic<uint64_t> word{0};  // layout and quota
    std::atomic<uint32_t> lowest{0};
    std::shared_ptr<const MeterChains> chains;

    uint64_t layout() const {
      return word.load(std::memory_order_relaxed) >> kQuotaBits;
    }
  };
  using Block = std::array<Entry, kPerBlock>;

  Entry* EntryOf(uint32_t meter) const {
    Block* const block =
        blocks_[meter / kPerBlock].load(std::memory_order_acquire);
    return block == nullptr ? nullptr : &(*block)[meter % kPerBlock];
  }

  // Made under the lock; release and acquire, so that who finds one finds it
  // made.
  std::array<std::atomic<Block*>, kBlocks> blocks_{};
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_METER_QUOTAS_H_
