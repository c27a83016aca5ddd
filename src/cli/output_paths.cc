#include "cli/output_paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace drawdown {
namespace {

// A file by device and inode, or a name, perhaps of no file yet, in a directory
// that is told likewise.
using FileKey = std::tuple<dev_t, ino_t, std::string>;

std::optional<FileKey> KeyOf(const std::string& path, std::string name) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileKey(info.st_dev, info.st_ino, std::move(name));
}

// "-" is whatever file stdin is redirected from.
std::optional<FileKey> KeyOfInput(const std::string& path) {
  struct stat info;
  if (path != "-") return KeyOf(path, "");
  if (fstat(STDIN_FILENO, &info) != 0) return std::nullopt;
  return FileKey(info.st_dev, info.st_ino, "");
}

std::optional<FileKey> PlaceOf(const std::string& path) {
  const std::filesystem::path whole(path);
  const std::filesystem::path folder = whole.parent_path();
  return KeyOf(folder.empty() ? "." : folder.string(),
               whole.filename().string());
}

absl::Status Refuse(const OutputPath& output, std::string_view why) {
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat(std::string(output.option), ": ", output.path,
                                std::string(why)));
}

bool LiesIn(const std::string& path, const std::string& directory) {
  std::error_code error;
  const auto within = std::filesystem::canonical(directory, error);
  if (error) return false;
  // A name of which nothing is there yet would stay relative.
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) return false;
  const auto folder =
      std::filesystem::weakly_canonical(absolute, error).parent_path();
  if (error) return false;
  return std::mismatch(within.begin(), within.end(), folder.begin(),
                       folder.end())
             .first == within.end();
}

}  // namespace

absl::Status CheckOutputs(const std::vector<std::string>& inputs,
                          const std::vector<OutputPath>& outputs,
                          const std::string& ledger) {
  std::map<FileKey, std::string> taken;
  for (const std::string& input : inputs) {
    if (const auto key = KeyOfInput(input)) {
      taken.try_emplace(*key, absl::StrCat(" is read as ", input));
    }
  }
  for (const OutputPath& output : outputs) {
    if (output.path.empty()) continue;
    if (LiesIn(output.path, ledger)) {
      return Refuse(output, absl::StrCat(" lies in the ledger ", ledger));
    }
    const std::string written =
        absl::StrCat(" is written by ", std::string(output.option));
    for (const auto& key : {KeyOf(output.path, ""), PlaceOf(output.path)}) {
      if (!key.has_value()) continue;
      const auto [other, added] = taken.try_emplace(*key, written);
      if (!added && other->second != written) {
        return Refuse(output, other->second);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace drawdown
