#include "contract/parse.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "contract/compile.h"
#include "contract/node.h"
#include "contract/problems.h"
#include "contract/read_text.h"
#include "contract/source_map.h"

namespace drawdown {
namespace {

// Far above any contract; keeps hostile files from costing memory.
constexpr size_t kMaxTextBytes = 16 << 20;

bool LooksLikeJson(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

// False, reported, when the text cannot be read at all.
bool CheckText(std::string_view text, Problems* problems) {
  if (text.size() > kMaxTextBytes) {
    problems->AddAt(
        {}, "",
        absl::StrCat("the text has ", text.size(), " bytes; at most ",
                     kMaxTextBytes, " are read"));
    return false;
  }
  const size_t valid = Utf8ValidPrefix(text);
  if (valid == text.size()) return true;
  problems->AddAt(LineIndex(text).PlaceOf(valid), "",
                  "the text is not valid UTF-8");
  return false;
}

Contract Parse(std::string_view text, SourceMap* map, Problems* problems) {
  if (!CheckText(text, problems)) return {};
  v1::Contract message;
  const bool complete = LooksLikeJson(text)
                            ? ReadJson(text, &message, map, problems)
                            : ReadTextproto(text, &message, map, problems);
  if (!complete) return {};
  return CompileContract(Node(message, "", problems));
}

}  // namespace

absl::StatusOr<Contract> ParseContract(std::string_view file_name,
                                       std::string_view text,
                                       std::vector<ContractProblem>* problems) {
  SourceMap map;
  Problems found(&map);
  Contract contract = Parse(WithoutByteOrderMark(text), &map, &found);
  if (problems != nullptr) *problems = found.Sorted();
  if (!found.empty()) return found.ToStatus(file_name);
  return contract;
}

}  // namespace drawdown
