#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/completion.h"

namespace drawdown {
namespace {

constexpr char kHead[] =
    "# bash completion of drawdown; made by `drawdown completion bash`\n"
    "_drawdown() {\n"
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "  local key= head= words= i\n"
    "  # bash splits --name=value at the sign\n"
    "  if [[ $cur == = ]]; then\n"
    "    cur=\n"
    "  elif [[ $prev == = ]]; then\n"
    "    prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "  fi\n"
    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "    case \"$key/${COMP_WORDS[i]}\" in\n";

constexpr char kTail[] =
    "  esac\n"
    "  # nothing found: files, by `-o default`\n"
    "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
    "}\n"
    "complete -o default -F _drawdown drawdown\n";

std::string ValueCase(const CompletedVerb& verb,
                      const CompletedOption& option) {
  // Global options are the same at every place.
  std::string out = absl::StrCat("    ", verb.key.empty() ? "*" : verb.key, ":",
                                 option.name, ")\n");
  if (option.list) {
    absl::StrAppend(&out, "      [[ $cur == *,* ]] && head=${cur%,*},\n");
  }
  if (!option.values.empty()) {
    absl::StrAppend(&out, "      COMPREPLY=($(compgen -P \"$head\" -W ",
                    ShellQuoted(absl::StrJoin(option.values, " ")),
                    " -- \"${cur##*,}\"))\n");
  } else if (!option.file) {
    absl::StrAppend(&out, "      compopt +o default\n");
  }
  return out + "      return ;;\n";
}

std::string OptionNames(const CompletedVerb& verb) {
  return absl::StrJoin(verb.options, " ",
                       [](std::string* out, const CompletedOption& option) {
                         out->append(option.name);
                       });
}

std::string WordsCase(const CompletedVerb& verb, const std::string& global) {
  const std::string plain =
      absl::StrJoin(verb.verbs, " ") + absl::StrJoin(verb.operand_values, " ");
  return absl::StrCat("    ", ShellQuoted(verb.key), ")\n",
                      "      [[ $cur == -* ]] && words=",
                      ShellQuoted(absl::StrCat(OptionNames(verb), " ", global)),
                      " || words=", ShellQuoted(plain), " ;;\n");
}

}  // namespace

std::string BashCompletion(const std::vector<CompletedVerb>& verbs) {
  std::string out =
      absl::StrCat(kHead, "      ", absl::StrJoin(KeysOf(verbs), "|"),
                   ") key+=/${COMP_WORDS[i]} ;;\n"
                   "    esac\n"
                   "  done\n"
                   "  case \"$key:$prev\" in\n");
  for (const CompletedVerb& verb : verbs) {
    for (const CompletedOption& option : verb.options) {
      if (option.takes_value) out += ValueCase(verb, option);
    }
  }
  out += "  esac\n  case \"$key\" in\n";
  const std::string global = OptionNames(verbs.front());
  for (const CompletedVerb& verb : verbs) {
    out += WordsCase(verb, verb.key.empty() ? "" : global);
  }
  return out + kTail;
}

}  // namespace drawdown
