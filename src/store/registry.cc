#include "store/registry.h"

#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "base/error.h"

namespace drawdown {
namespace {

using Key = std::pair<dev_t, ino_t>;

class Registry {
 public:
  explicit Registry(const Registry* inherited) : inherited_(inherited) {}

  // The open environment, or null when the caller now has the place to itself
  // and must Fill or Vacate it.
  absl::StatusOr<std::shared_ptr<Environment>> Find(const Key& key,
                                                    const std::string& path,
                                                    Deadline deadline) {
    std::unique_lock<std::mutex> lock(mutex_);
    std::shared_ptr<Environment> found;
    const bool settled = changed_.wait_until(lock, deadline, [&] {
      const auto place = places_.find(key);
      if (place == places_.end()) return true;
      found = place->second.lock();
      return found != nullptr;
    });
    if (!settled) {
      return MakeError(ErrorCode::kBusy,
                       absl::StrCat(path,
                                    ": another thread is opening or "
                                    "closing the ledger"));
    }
    if (found == nullptr) places_[key];
    return found;
  }

  void Fill(const Key& key, const std::shared_ptr<Environment>& environment) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      places_[key] = environment;
    }
    changed_.notify_all();
  }

  void Vacate(const Key& key) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      places_.erase(key);
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // An expired pointer is a place being opened or closed.
  std::map<Key, std::weak_ptr<Environment>> places_;
  // The parent's, in a forked child: another thread may have held its mutex, so
  // it is only kept reachable.
  [[maybe_unused]] const Registry* const inherited_;
};

// A place that its owner has to himself until it is filled: also when he is
// thrown out of opening, by want of memory.
class HeldPlace {
 public:
  HeldPlace(Registry* registry, const Key& key)
      : registry_(registry), key_(key) {}
  HeldPlace(const HeldPlace&) = delete;  // Vacates once.
  HeldPlace& operator=(const HeldPlace&) = delete;
  ~HeldPlace() {
    if (registry_ != nullptr) registry_->Vacate(key_);
  }
  void GiveToEnvironment() { registry_ = nullptr; }

 private:
  Registry* registry_;
  const Key key_;
};

// Relaxed: replaced only in a forked child while it has one thread.
std::atomic<Registry*> current{nullptr};

void StartAnewInChild() {
  current.store(new Registry(current.load(std::memory_order_relaxed)),
                std::memory_order_relaxed);
}

Registry& CurrentRegistry() {
  static const bool once = [] {
    current.store(new Registry(nullptr), std::memory_order_relaxed);
    AddForkChildHook(StartAnewInChild);
    return true;
  }();
  static_cast<void>(once);
  return *current.load(std::memory_order_relaxed);
}

// In a forked child the environment belongs to the parent: it is left as it is.
void CloseEnvironment(const Key& key, Environment* environment) {
  if (environment->forked()) return;
  delete environment;
  CurrentRegistry().Vacate(key);
}

absl::StatusOr<std::string> AbsolutePath(const std::string& directory) {
  char path[PATH_MAX];
  if (realpath(directory.c_str(), path) != nullptr) return std::string(path);
  return ErrnoError(errno, directory);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Environment>> AcquireEnvironment(
    const std::string& directory, const EnvironmentOptions& options,
    Deadline deadline) {
  ASSIGN_OR_RETURN(Fd fd, OpenDirectory(directory));
  ASSIGN_OR_RETURN(const std::string path, AbsolutePath(directory));
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return ErrnoError(errno, path);
  const Key key{info.st_dev, info.st_ino};
  Registry& registry = CurrentRegistry();
  ASSIGN_OR_RETURN(std::shared_ptr<Environment> found,
                   registry.Find(key, path, deadline));
  if (found != nullptr) return found;
  HeldPlace place(&registry, key);
  ASSIGN_OR_RETURN(
      std::unique_ptr<Environment> opened,
      Environment::Open(path, LockFd(std::move(fd)), options, deadline));
  // From here on whoever ends the environment vacates its place.
  place.GiveToEnvironment();
  const std::shared_ptr<Environment> shared(
      opened.release(),
      [key](Environment* environment) { CloseEnvironment(key, environment); });
  registry.Fill(key, shared);
  return shared;
}

}  // namespace drawdown
