// What a posting has read that follows from the journal alone: names, quotas
// and moves of tenants. The next one need not read it again, where the books
// are at the entry that it was left at.
#ifndef DRAWDOWN_SRC_LEDGER_POSTING_MEMORY_H_
#define DRAWDOWN_SRC_LEDGER_POSTING_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/digest.h"
#include "base/hash_map.h"
#include "ledger/quota_index.h"
#include "ledger/records.h"

namespace drawdown {

// Thread-safe. Whoever else posts meanwhile, in this process or another, moves
// the chain on, and what is kept here is of no use; it is never wrong.
class PostingMemory {
 public:
  struct Known {
    HashMap<std::string, uint32_t> names[2];  // by NameKind
    HashMap<uint32_t, std::string> paths[2];  // likewise
    QuotaIndex::Known quotas;

    // So that what is kept does not grow with the books.
    bool small() const;
  };

  // What is known of the books with that tip; nothing where it is of others.
  Known Take(const Tip& tip);
  void Keep(const Tip& tip, Known known);

 private:
  std::mutex mutex_;  // guards what follows
  uint64_t next_sequence_ = 0;
  Sha256Digest chain_{};
  Known known_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_POSTING_MEMORY_H_
