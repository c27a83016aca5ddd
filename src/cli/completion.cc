#include "cli/completion.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace drawdown {
namespace {

constexpr char kListMark[] = ",...";

std::vector<std::string> ChoicesOf(const std::string& value_name) {
  if (value_name.find('|') == std::string::npos) return {};
  return absl::StrSplit(absl::StripSuffix(value_name, kListMark), '|');
}

CompletedOption Describe(const CLI::Option& option) {
  CompletedOption out;
  out.name = "--" + option.get_lnames().front();
  out.help = option.get_description();
  const std::string& value_name = option.get_option_text();
  out.takes_value = option.get_items_expected_max() != 0;
  out.list = absl::StrContains(value_name, kListMark);
  out.file = value_name == "FILE" || value_name == "DIR";
  out.values = ChoicesOf(value_name);
  return out;
}

void Describe(const CLI::App& app, const std::string& key,
              std::vector<CompletedVerb>* out) {
  const std::string about = app.get_description();
  CompletedVerb verb = {key, app.get_name(), about.substr(0, about.find('\n'))};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    if (option->get_positional()) {
      verb.operand_values = ChoicesOf(option->get_option_text());
    } else {
      verb.options.push_back(Describe(*option));
    }
  }
  const std::vector<const CLI::App*> below = app.get_subcommands({});
  for (const CLI::App* sub : below) verb.verbs.push_back(sub->get_name());
  out->push_back(verb);
  for (const CLI::App* sub : below) {
    Describe(*sub, absl::StrCat(key, "/", sub->get_name()), out);
  }
}

}  // namespace

std::vector<CompletedVerb> DescribeVerbs(const CLI::App& program) {
  std::vector<CompletedVerb> verbs;
  Describe(program, "", &verbs);
  return verbs;
}

std::vector<std::string> KeysOf(const std::vector<CompletedVerb>& verbs) {
  std::vector<std::string> keys;
  for (const CompletedVerb& verb : verbs) {
    if (!verb.key.empty()) keys.push_back(verb.key);
  }
  return keys;
}

std::string ShellQuoted(const std::string& text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(text, {{"'", ""}, {"\\", ""}, {"\n", " "}}),
      "'");
}

}  // namespace drawdown
