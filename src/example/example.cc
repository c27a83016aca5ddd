#include "drawdown/example.h"

#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "example/files.h"

namespace drawdown {
namespace {

absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error && std::filesystem::is_directory(directory, error)) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kIo,
                   directory + ": cannot make this directory: " +
                       (error ? error.message() : "it is something else"));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> WriteExample(
    const std::string& directory) {
  if (directory.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "the example needs the name of a directory");
  }
  RETURN_IF_ERROR(MakeDirectory(directory));
  const std::vector<example::ExampleFile> files = example::MakeFiles();
  // All are looked at before the first is written.
  for (const example::ExampleFile& file : files) {
    RETURN_IF_ERROR(example::CheckFile(directory, file));
  }
  std::vector<std::string> paths;
  for (const example::ExampleFile& file : files) {
    RETURN_IF_ERROR(example::WriteFile(directory, file));
    paths.push_back(directory + "/" + file.name);
  }
  return paths;
}

}  // namespace drawdown
