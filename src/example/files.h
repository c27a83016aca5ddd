// The files of the example: names and bytes.
#ifndef DRAWDOWN_SRC_EXAMPLE_FILES_H_
#define DRAWDOWN_SRC_EXAMPLE_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace drawdown::example {

struct ExampleFile {
  std::string name;
  std::string bytes;
};

// Every file of the data set. Pure.
std::vector<ExampleFile> MakeFiles();

std::string Readme();

// Writes the file into `directory`, aside first and then renamed into place.
// A file with the same bytes is left alone.
absl::Status WriteFile(const std::string& directory, const ExampleFile& file);

// kInvalidArgument if the file is there and is not known to hold these bytes.
absl::Status CheckFile(const std::string& directory, const ExampleFile& file);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_FILES_H_
