#include "handles.h"

#include <pthread.h>

#include <utility>

namespace drawdown::c_api {
namespace {

constexpr int kKindShift = 56;
constexpr int kGenerationShift = 32;
constexpr uint32_t kLastGeneration = (uint32_t{1} << 24) - 1;
constexpr uint64_t kHandleBit = uint64_t{1} << 63;

uint64_t HandleOf(HandleKind kind, uint32_t generation, uint32_t index) {
  return kHandleBit | static_cast<uint64_t>(kind) << kKindShift |
         static_cast<uint64_t>(generation) << kGenerationShift | index;
}

}  // namespace

HandleTable& HandleTable::OfProcess() {
  // Never destroyed: handles may be used while the process exits.
  static HandleTable* const table = new HandleTable;
  return *table;
}

// A child must not inherit the lock from a thread that it does not have.
HandleTable::HandleTable() {
  pthread_atfork([] { OfProcess().mutex_.lock(); },
                 [] { OfProcess().mutex_.unlock(); },
                 [] { OfProcess().mutex_.unlock(); });
}

uint64_t HandleTable::Add(HandleKind kind, std::shared_ptr<void> object) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (free_.empty()) {
    // So that Remove never has to allocate.
    free_.reserve(places_.size() + 1);
    places_.emplace_back();
    free_.push_back(static_cast<uint32_t>(places_.size() - 1));
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  Place& place = places_[index];
  place.object = std::move(object);
  place.kind = kind;
  return HandleOf(kind, place.generation, index);
}

const HandleTable::Place* HandleTable::At(HandleKind kind,
                                          uint64_t handle) const {
  const auto index = static_cast<uint32_t>(handle);
  if (index >= places_.size()) return nullptr;
  const Place& place = places_[index];
  const bool is_it = place.object != nullptr && place.kind == kind &&
                     HandleOf(kind, place.generation, index) == handle;
  return is_it ? &place : nullptr;
}

std::shared_ptr<void> HandleTable::Find(HandleKind kind,
                                        uint64_t handle) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Place* const place = At(kind, handle);
  return place == nullptr ? nullptr : place->object;
}

std::shared_ptr<void> HandleTable::Remove(HandleKind kind, uint64_t handle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (At(kind, handle) == nullptr) return nullptr;
  const auto index = static_cast<uint32_t>(handle);
  Place& place = places_[index];
  std::shared_ptr<void> object = std::move(place.object);
  place.object = nullptr;
  if (place.generation < kLastGeneration) {
    ++place.generation;
    free_.push_back(index);
  }
  return object;
}

}  // namespace drawdown::c_api
