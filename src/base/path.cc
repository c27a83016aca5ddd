#include "base/path.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

// Removes the first part and its slash from *path and returns the part.
std::string_view TakePart(std::string_view* path) {
  const size_t slash = path->find('/');
  const std::string_view part = path->substr(0, slash);
  path->remove_prefix(slash == std::string_view::npos ? path->size()
                                                      : slash + 1);
  return part;
}

// C0, DEL and C1, the last of which UTF-8 writes as C2 80 to C2 9F.
bool HasControl(std::string_view text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool c1 = before == 0xC2 && byte < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1) return true;
    before = byte;
  }
  return false;
}

const char* PartFault(std::string_view part) {
  if (part.empty()) return "has an empty part";
  if (part == "*") return "has a part '*', which only selectors may have";
  // A part may become a folder's name, and these two are other folders.
  if (part == "." || part == "..") return "has a part '.' or '..'";
  if (part.front() == ' ' || part.back() == ' ') {
    return "has a part with a blank at its edge";
  }
  return nullptr;
}

const char* PathFault(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > kMaxPathBytes) return "is longer than 400 bytes";
  if (path.back() == '/') return "has an empty part";
  int parts = 0;
  for (std::string_view rest = path; !rest.empty(); ++parts) {
    if (const char* fault = PartFault(TakePart(&rest))) return fault;
  }
  if (parts > kMaxPathParts) return "has more than 16 parts";
  if (Utf8ValidPrefix(path) != path.size()) return "is not valid UTF-8";
  return HasControl(path) ? "has a control character" : nullptr;
}

}  // namespace

absl::Status ValidatePath(std::string_view path, std::string_view what) {
  const char* fault = PathFault(path);
  if (fault == nullptr) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow, absl::StrCat(std::string(what), " ",
                                                    Quoted(path), " ", fault));
}

bool StaysInFolder(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

absl::Status CheckStars(std::string_view selector) {
  for (std::string_view rest = selector; !rest.empty();) {
    const std::string_view part = TakePart(&rest);
    if (part.empty()) {
      return MakeError(ErrorCode::kBadRow, "pool selector " + Quoted(selector) +
                                               " has an empty part");
    }
    if (part == "*" || part.find('*') == part.npos) continue;
    return MakeError(ErrorCode::kBadRow,
                     "pool selector " + Quoted(selector) + " has the part " +
                         Quoted(part) +
                         ": a '*' stands for one whole part, as in aws/*/h100; "
                         "what is below is covered anyway");
  }
  return absl::OkStatus();
}

// Checked as a path with another letter in place of each '*'.
absl::Status ValidateSelector(std::string_view selector) {
  RETURN_IF_ERROR(CheckStars(selector));
  std::string path(selector);
  std::replace(path.begin(), path.end(), '*', 'x');
  return ValidatePath(path, "pool selector");
}

bool SelectorCovers(std::string_view selector, std::string_view path) {
  while (!selector.empty()) {
    if (path.empty()) return false;
    const std::string_view wanted = TakePart(&selector);
    const std::string_view part = TakePart(&path);
    if (wanted != "*" && wanted != part) return false;
  }
  return true;
}

int SelectorRank(std::string_view selector) {
  // No path has as many parts, so the count of parts only breaks ties.
  constexpr int kLiteralPart = 1'000;
  int rank = 0;
  while (!selector.empty()) {
    rank += TakePart(&selector) == "*" ? 1 : kLiteralPart + 1;
  }
  return rank;
}

bool IsAtOrBelow(std::string_view path, std::string_view ancestor) {
  if (ancestor.empty()) return true;
  if (path.substr(0, ancestor.size()) != ancestor) return false;
  return path.size() == ancestor.size() || path[ancestor.size()] == '/';
}

}  // namespace drawdown
