// Handles: numbers that name objects, so that a stale, doubly closed, wrong or
// made-up one is found out instead of followed.
#ifndef DRAWDOWN_BINDINGS_C_HANDLES_H_
#define DRAWDOWN_BINDINGS_C_HANDLES_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

namespace drawdown::c_api {

enum class HandleKind : uint8_t {
  kLedger = 1,
  kTable = 2,
  kError = 3,
  kBytes = 4,
};

// Of the process. Thread-safe. Its lock is held for a few instructions, around
// no other code, so it comes last in every order of locks; a fork waits for it.
//
// A handle is, from the top: 1 bit that is set (a meter's is not), 7 bits of
// kind, 24 bits of generation, 32 bits of index. A place whose generations are
// used up is not used again.
class HandleTable {
 public:
  static HandleTable& OfProcess();

  // Throws std::bad_alloc and leaves the object to its other owners.
  uint64_t Add(HandleKind kind, std::shared_ptr<void> object);

  // Null when the handle names no object of that kind. Whoever has the object
  // keeps it alive, whatever is closed meanwhile.
  std::shared_ptr<void> Find(HandleKind kind, uint64_t handle) const;

  // Takes it out; null as above. The object ends with its last user.
  std::shared_ptr<void> Remove(HandleKind kind, uint64_t handle);

 private:
  struct Place {
    std::shared_ptr<void> object;
    HandleKind kind{};
    uint32_t generation = 1;
  };
  HandleTable();
  const Place* At(HandleKind kind, uint64_t handle) const;

  // Not one that readers share: glibc's keeps who waits for it, and a forked
  // child would wait for threads that it does not have.
  mutable std::mutex mutex_;
  std::vector<Place> places_;
  std::vector<uint32_t> free_;
};

template <typename T>
struct HandleKindOf;  // Specialized beside each kind of object.

template <typename T>
uint64_t MakeHandle(std::shared_ptr<T> object) {
  using Object = std::remove_const_t<T>;
  return HandleTable::OfProcess().Add(
      HandleKindOf<Object>::value,
      std::const_pointer_cast<Object>(std::move(object)));
}
template <typename T>
std::shared_ptr<T> FindHandle(uint64_t handle) {
  return std::static_pointer_cast<T>(
      HandleTable::OfProcess().Find(HandleKindOf<T>::value, handle));
}
template <typename T>
std::shared_ptr<T> RemoveHandle(uint64_t handle) {
  return std::static_pointer_cast<T>(
      HandleTable::OfProcess().Remove(HandleKindOf<T>::value, handle));
}

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_HANDLES_H_
