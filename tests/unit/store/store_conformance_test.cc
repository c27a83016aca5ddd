#include "ledger/memory_store.h"
#include "tests/unit/store/conformance.h"
#include "tests/unit/store/conformance_writes.h"
#include "tests/unit/store/logged_store.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

std::unique_ptr<Store> Memory(const std::string&) { return NewMemoryStore(); }
std::unique_ptr<Store> Lmdb(const std::string& folder) {
  return CreateAndOpen(folder + "/ledger");
}
// Each commit that fits is logged, and what is put late is late.
std::unique_ptr<Store> Logged(const std::string& folder) {
  if (CreateAndOpen(folder + "/ledger") == nullptr) return nullptr;
  return OpenLogged(folder + "/ledger");
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(Memory));
INSTANTIATE_TEST_SUITE_P(Lmdb, StoreConformance, testing::Values(Lmdb));
INSTANTIATE_TEST_SUITE_P(Logged, StoreConformance, testing::Values(Logged));

}  // namespace
}  // namespace drawdown
