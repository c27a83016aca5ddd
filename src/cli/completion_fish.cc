#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/completion.h"

namespace drawdown {
namespace {

constexpr char kHead[] =
    "# fish completion of drawdown; made by `drawdown completion fish`\n"
    "function __drawdown_at\n"
    "  set -l key ''\n"
    "  for word in (commandline -opc)[2..-1]\n"
    "    switch \"$key/$word\"\n";

constexpr char kHeadEnd[] =
    "        set key \"$key/$word\"\n"
    "    end\n"
    "  end\n"
    "  test \"$key\" = \"$argv[1]\"\n"
    "end\n";

std::string At(const CompletedVerb& verb) {
  return absl::StrCat("complete -c drawdown -n \"__drawdown_at '", verb.key,
                      "'\"");
}

std::string OptionLine(const CompletedVerb& verb,
                       const CompletedOption& option) {
  std::string out = verb.key.empty() ? "complete -c drawdown" : At(verb);
  absl::StrAppend(&out, " -l ", option.name.substr(2));
  if (option.takes_value) absl::StrAppend(&out, option.file ? " -r" : " -x");
  if (!option.values.empty()) {
    const std::string values = absl::StrJoin(option.values, " ");
    absl::StrAppend(&out, " -a ",
                    option.list
                        ? absl::StrCat("\"(__fish_append , ", values, ")\"")
                        : ShellQuoted(values));
  }
  return absl::StrCat(out, " -d ", ShellQuoted(option.help), "\n");
}

std::string PlainLines(const CompletedVerb& verb,
                       const std::vector<CompletedVerb>& verbs) {
  std::string out;
  for (const CompletedVerb& below : verbs) {
    if (below.key.empty() || below.key != verb.key + "/" + below.name) continue;
    absl::StrAppend(&out, At(verb), " -f -a ", below.name, " -d ",
                    ShellQuoted(below.purpose), "\n");
  }
  for (const std::string& value : verb.operand_values) {
    absl::StrAppend(&out, At(verb), " -f -a ", value, "\n");
  }
  return out;
}

}  // namespace

std::string FishCompletion(const std::vector<CompletedVerb>& verbs) {
  std::string out = absl::StrCat(
      kHead, "      case ", absl::StrJoin(KeysOf(verbs), " "), "\n", kHeadEnd);
  for (const CompletedVerb& verb : verbs) {
    out += PlainLines(verb, verbs);
    for (const CompletedOption& option : verb.options) {
      out += OptionLine(verb, option);
    }
  }
  return out;
}

}  // namespace drawdown
