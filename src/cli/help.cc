#include "cli/help.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace drawdown {
namespace {

constexpr size_t kOptionColumn = 30;
constexpr size_t kVerbColumn = 15;
constexpr size_t kScreenWidth = 79;

// `text` in lines that end before kScreenWidth, each begun with `indent`
// blanks.
std::string Wrapped(const std::string& text, size_t indent) {
  std::string out;
  size_t column = 0;
  for (const absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    const bool first = column == 0;
    if (!first && column + 1 + word.size() > kScreenWidth) {
      out.push_back('\n');
      column = 0;
    }
    absl::StrAppend(&out, column == 0 ? std::string(indent, ' ') : " ", word);
    column += word.size() + (column == 0 ? indent : 1);
  }
  return out;
}

// Blank lines part paragraphs; other line ends are as good as blanks.
std::string Paragraphs(const std::string& text) {
  std::string out;
  for (const absl::string_view paragraph : absl::StrSplit(text, "\n\n")) {
    absl::StrAppend(&out, Wrapped(std::string(paragraph), 0), "\n\n");
  }
  return out;
}

// "  name      help", or the help on the next line when the name is long.
std::string Entry(const std::string& name, const std::string& help,
                  size_t column) {
  std::string out = absl::StrCat("  ", name);
  const bool fits = out.size() + 1 < column;
  out.resize(fits ? column : out.size(), ' ');
  const std::string text = Wrapped(help, column);
  return absl::StrCat(out, fits ? text.substr(column) : "\n" + text, "\n");
}

using Options = std::vector<const CLI::Option*>;

Options OperandsOf(const CLI::App* app) {
  return app->get_options(
      [](const CLI::Option* option) { return option->get_positional(); });
}

// Those of a verb, or, of the program, the global ones.
Options OptionsOf(const CLI::App* app) {
  const bool root = app->get_parent() == nullptr;
  return app->get_options([root](const CLI::Option* option) {
    // Every verb has --help; it is explained once, among the global ones.
    return option->nonpositional() && !option->get_group().empty() &&
           (root || !option->check_lname("help"));
  });
}

std::string OptionGroup(absl::string_view title, const Options& options) {
  if (options.empty()) return "";
  std::string out = absl::StrCat("\n", title, ":\n");
  for (const CLI::Option* option : options) {
    const bool operand = option->get_positional();
    const std::string name = option->get_name(operand, !operand);
    const std::string& value = option->get_option_text();
    out += Entry(value.empty() ? name : absl::StrCat(name, " ", value),
                 option->get_description(), kOptionColumn);
  }
  return out;
}

std::string VerbGroup(const CLI::App* app) {
  std::string out;
  for (const CLI::App* verb : app->get_subcommands({})) {
    // Descriptions are "purpose\n\nabout"; lists show the purpose alone.
    const std::string about = verb->get_description();
    out +=
        Entry(verb->get_name(), about.substr(0, about.find('\n')), kVerbColumn);
  }
  return out.empty() ? "" : absl::StrCat("\nVerbs:\n", out);
}

std::string UsageLine(const CLI::App* app) {
  std::string out = absl::StrCat("Usage: ", PathOf(app));
  if (!app->get_subcommands({}).empty()) return out + " VERB ...\n";
  if (!OptionsOf(app).empty()) absl::StrAppend(&out, " [OPTIONS]");
  for (const CLI::Option* operand : OperandsOf(app)) {
    const bool many = operand->get_expected_max() > 1;
    const bool required = operand->get_required();
    absl::StrAppend(&out, required ? " " : " [", operand->get_name(true),
                    many ? "..." : "", required ? "" : "]");
  }
  return out + "\n";
}

class Layout : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string,
                        CLI::AppFormatMode) const override {
    const CLI::App* root = app;
    while (root->get_parent() != nullptr) root = root->get_parent();
    std::string out =
        absl::StrCat(Paragraphs(app->get_description()), UsageLine(app),
                     OptionGroup("Operands", OperandsOf(app)), VerbGroup(app));
    if (app != root) out += OptionGroup("Options", OptionsOf(app));
    return absl::StrCat(out,
                        OptionGroup("Global options, before or after the verb",
                                    OptionsOf(root)),
                        "\n", app->get_footer());
  }
};

}  // namespace

std::string PathOf(const CLI::App* app) {
  if (app->get_parent() == nullptr) return app->get_name();
  return absl::StrCat(PathOf(app->get_parent()), " ", app->get_name());
}

std::string HelpFooter(const VerbHelp& help) {
  std::string out = "Examples:\n";
  for (const absl::string_view line : absl::StrSplit(help.examples, '\n')) {
    absl::StrAppend(&out, "  ", line, "\n");
  }
  absl::StrAppend(&out, "\nExit codes:\n  0  fine\n");
  if (!help.findings.empty()) {
    absl::StrAppend(&out, "  1  ", help.findings, "\n");
  }
  absl::StrAppend(&out,
                  "  2  the command line is wrong, or names what is not there\n"
                  "  3  the input is bad: nothing of it was used\n"
                  "  4  trouble with the ledger, its disk or the output\n");
  return out;
}

void UseHelpLayout(CLI::App* app) {
  app->formatter(std::make_shared<Layout>());
}

}  // namespace drawdown
