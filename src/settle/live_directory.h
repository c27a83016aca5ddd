// The directory live/ of a ledger: its lanes files and its epoch word, as this
// process sees them.
#ifndef DRAWDOWN_SRC_SETTLE_LIVE_DIRECTORY_H_
#define DRAWDOWN_SRC_SETTLE_LIVE_DIRECTORY_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "meter/epoch_file.h"
#include "meter/lanes_reader.h"
#include "meter/owner.h"

namespace drawdown {

// Thread-safe.
class LiveDirectory {
 public:
  // `path` is absolute. Nothing is touched yet.
  LiveDirectory(std::string path, const Uuid& ledger, std::string boot_id);

  const std::string& path() const { return path_; }
  const Uuid& ledger() const { return ledger_; }
  const std::string& boot_id() const { return boot_id_; }

  // The epoch word of this boot; without `initial`, null when nobody has made
  // it.
  absl::StatusOr<std::shared_ptr<EpochFile>> OpenEpoch(
      std::optional<Epoch> initial = {});

  // Every lanes file there is, by uuid.
  absl::StatusOr<std::vector<Uuid>> List();

  // A refreshed reader of one file, nobody else's until it is given back.
  // kNotFound, kCorrupt.
  absl::StatusOr<std::unique_ptr<LanesReader>> TakeReader(const Uuid& file);
  void GiveBack(std::unique_ptr<LanesReader> reader);

  // OK when it is not there.
  absl::Status Remove(const Uuid& file);
  // Keeps a file nobody can use for a person to look at: <uuid>.damaged.
  absl::Status SetAside(const Uuid& file);
  absl::Status Sync() const;
  // Files that a process began to make and did not live to name.
  void RemoveUnfinished() const;

 private:
  std::string PathOf(const Uuid& file) const;
  void Forget(const Uuid& file);

  const std::string path_;
  const Uuid ledger_;
  const std::string boot_id_;
  std::mutex mutex_;
  std::shared_ptr<EpochFile> epoch_;
  std::map<Uuid, std::unique_ptr<LanesReader>> readers_;  // not in use
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_LIVE_DIRECTORY_H_
