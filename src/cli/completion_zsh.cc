#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "cli/completion.h"

namespace drawdown {
namespace {

constexpr char kHead[] =
    "#compdef drawdown\n"
    "# zsh completion of drawdown; made by `drawdown completion zsh`\n"
    "_drawdown() {\n"
    "  local cur=${words[CURRENT]} prev=${words[CURRENT-1]} key= i\n"
    "  local -a shown\n"
    "  for ((i = 2; i < CURRENT; i++)); do\n"
    "    case \"$key/${words[i]}\" in\n";

constexpr char kTail[] =
    "  esac\n"
    "  if (( $#shown )); then _describe drawdown shown; else _files; fi\n"
    "}\n"
    // Both as a file of $fpath and as a sourced script.
    "if [[ $funcstack[1] == _drawdown ]]; then\n"
    "  _drawdown \"$@\"\n"
    "else\n"
    "  compdef _drawdown drawdown\n"
    "fi\n";

std::string ValueCase(const CompletedVerb& verb,
                      const CompletedOption& option) {
  std::string out = absl::StrCat("    ", verb.key.empty() ? "*" : verb.key, ":",
                                 option.name, ") ");
  if (option.list) absl::StrAppend(&out, "compset -P '*,'; ");
  if (!option.values.empty()) {
    absl::StrAppend(&out, "compadd -- ", absl::StrJoin(option.values, " "),
                    "; ");
  } else if (option.file) {
    absl::StrAppend(&out, "_files; ");
  }
  return out + "return ;;\n";
}

// An item of _describe: "name:help".
std::string Item(const std::string& name, const std::string& help) {
  return ShellQuoted(
      absl::StrCat(name, ":", absl::StrReplaceAll(help, {{":", ","}})));
}

std::string OptionItems(const CompletedVerb& verb) {
  return absl::StrJoin(verb.options, " ",
                       [](std::string* out, const CompletedOption& option) {
                         out->append(Item(option.name, option.help));
                       });
}

std::string PlainItems(const CompletedVerb& verb,
                       const std::vector<CompletedVerb>& verbs) {
  std::vector<std::string> items;
  for (const CompletedVerb& below : verbs) {
    if (below.key.empty() || below.key != verb.key + "/" + below.name) continue;
    items.push_back(Item(below.name, below.purpose));
  }
  for (const std::string& value : verb.operand_values) {
    items.push_back(ShellQuoted(value));
  }
  return absl::StrJoin(items, " ");
}

}  // namespace

std::string ZshCompletion(const std::vector<CompletedVerb>& verbs) {
  std::string out =
      absl::StrCat(kHead, "      ", absl::StrJoin(KeysOf(verbs), "|"),
                   ") key+=/${words[i]} ;;\n"
                   "    esac\n"
                   "  done\n"
                   "  case \"$key:$prev\" in\n");
  for (const CompletedVerb& verb : verbs) {
    for (const CompletedOption& option : verb.options) {
      if (option.takes_value) out += ValueCase(verb, option);
    }
  }
  out += "  esac\n  case \"$key\" in\n";
  const std::string global = OptionItems(verbs.front());
  for (const CompletedVerb& verb : verbs) {
    absl::StrAppend(&out, "    ", ShellQuoted(verb.key), ")\n",
                    "      if [[ $cur == -* ]]; then\n        shown=(",
                    OptionItems(verb), " ", verb.key.empty() ? "" : global,
                    ")\n      else\n        shown=(", PlainItems(verb, verbs),
                    ")\n      fi ;;\n");
  }
  return out + kTail;
}

}  // namespace drawdown
