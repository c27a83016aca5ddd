#include "ledger/memory_store.h"
#include "tests/unit/store/conformance.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

std::unique_ptr<Store> Memory(const std::string&) { return NewMemoryStore(); }
std::unique_ptr<Store> Lmdb(const std::string& folder) {
  return CreateAndOpen(folder + "/ledger");
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(Memory));
INSTANTIATE_TEST_SUITE_P(Lmdb, StoreConformance, testing::Values(Lmdb));

}  // namespace
}  // namespace drawdown
