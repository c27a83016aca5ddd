// What a disk has of a ledger's files, beside what the page cache says: of what
// was written since the last sync, each sector of 512 bytes may be there or
// not. The test program's own definitions of pwrite() and so on take the place
// of the C library's, for LMDB too, in this process and in those forked from
// it.
//
// At random moments, before and after each such call, the files are kept as a
// power loss then would leave them.
#ifndef DRAWDOWN_TESTS_UNIT_STORE_SIMULATED_DISK_H_
#define DRAWDOWN_TESTS_UNIT_STORE_SIMULATED_DISK_H_

#include <cstdint>
#include <string>
#include <vector>

namespace drawdown {

// The states of the books that a power loss now may leave, as the test numbers
// them.
using AllowedStates = std::vector<uint32_t>;

struct PowerLoss {
  std::string directory;  // a ledger's, with what the disk had
  AllowedStates allowed;
};

class SimulatedDisk {
 public:
  // Forgets all, and takes what is in the ledger's directory for synced. A
  // power loss is kept about every `events_per_loss`-th event, below `keep_in`.
  static void Watch(const std::string& ledger, const std::string& keep_in,
                    uint32_t events_per_loss, uint64_t seed);
  static void StopWatching();

  static void Allow(const AllowedStates& states);
  // From now on in place of Watch's `events_per_loss`.
  static void LoseEvery(uint32_t events);
  // The process that next has so many events dies at the last of them.
  static void DieAfter(uint32_t events);

  // Those kept since Watch.
  static std::vector<PowerLoss> Losses();
};

inline constexpr int kDiedAtEvent = 98;

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_STORE_SIMULATED_DISK_H_
