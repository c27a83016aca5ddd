#include "base/tzdata.h"

#include <cstdlib>
#include <fstream>
#include <string_view>

namespace drawdown {
namespace {

constexpr std::string_view kUnknown = "unknown";
constexpr size_t kLongest = 32;  // of a version; anything longer is not one

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

std::string TzdataVersion() {
  const char* const chosen = std::getenv("TZDIR");
  const std::string directory =
      chosen != nullptr && *chosen != '\0' ? chosen : "/usr/share/zoneinfo";
  constexpr std::string_view kHeading = "# version ";
  std::string version = FirstLine(directory + "/tzdata.zi");
  if (std::string_view(version).substr(0, kHeading.size()) == kHeading) {
    version.erase(0, kHeading.size());
  } else {
    version = FirstLine(directory + "/+VERSION");
  }
  const bool sound = !version.empty() && version.size() <= kLongest;
  return sound ? version : std::string(kUnknown);
}

}  // namespace drawdown
