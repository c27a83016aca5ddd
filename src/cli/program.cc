#include "cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/suggest.h"

namespace drawdown {
namespace {

constexpr char kPurpose[] =
    "Meters GPU-hours per tenant, draws them down against contracts, and "
    "reconciles\nthe provider's bill with its own books, exactly.\n\n"
    "The books are one directory, the ledger. Data goes to stdout, talk to "
    "stderr.";

constexpr char kFooter[] =
    "T is RFC 3339 with an offset (2026-10-01T00:00:00Z), decimal seconds "
    "since the\nepoch, or, with --zone, a local time.\n\n"
    "First steps:\n"
    "  drawdown example demo        # contracts, runs and a bill to play with\n"
    "  drawdown init\n"
    "  drawdown contract apply demo/*.textproto\n"
    "  drawdown VERB --help         # every verb, with examples and exit "
    "codes\n";

void AddGlobalOptions(CLI::App* app, GlobalOptions* globals) {
  // The last one wins, so that an alias or a script can set a default.
  const auto add = [app](const char* name, const char* value_name,
                         const char* help, std::string* value) {
    return app->add_option(name, *value, help)
        ->option_text(value_name)
        ->take_last();
  };
  add("--ledger", "DIR",
      "The ledger; else $DRAWDOWN_LEDGER, else ./drawdown.ledger",
      &globals->ledger);
  add("--format", "table|csv|json", "Default: table on a terminal, else csv",
      &globals->format);
  add("--as-of", "T", "Only what was recorded by T", &globals->as_of);
  add("--at", "T", "The instant taken as now; else --as-of, else the clock",
      &globals->at);
  add("--zone", "ZONE", "IANA zone of times without an offset", &globals->zone);
}

// The verb that the command line got to.
const CLI::App* Reached(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::vector<std::string> OptionNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_group().empty()) continue;
      for (const std::string& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
  }
  return names;
}

std::vector<std::string> VerbNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app->get_subcommands({})) {
    names.push_back(verb->get_name());
  }
  return names;
}

const CLI::Option* OptionNamed(const CLI::App* app, const std::string& word) {
  if (!word.starts_with("--")) return nullptr;
  const std::string name = word.substr(0, word.find('='));
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      if (option->check_lname(name.substr(2))) return option;
    }
  }
  return nullptr;
}

// Of an option that was given another one's name as its value: a script left
// out the value, as an empty variable without quotes does. "" where none was.
std::string SwallowedOption(const CLI::App* reached,
                            std::span<const char* const> words) {
  for (size_t i = 1; i + 1 < words.size(); ++i) {
    const std::string word = words[i];
    if (word == "--") break;
    const CLI::Option* const option = OptionNamed(reached, word);
    const bool takes_next = option != nullptr &&
                            option->get_items_expected_max() != 0 &&
                            word.find('=') == word.npos;
    if (!takes_next || OptionNamed(reached, words[i + 1]) == nullptr) continue;
    return absl::StrCat(word, " needs a value, and is followed by ",
                        words[i + 1], " (if that is it, say ", word, "=",
                        words[i + 1], ")");
  }
  return "";
}

std::string UnknownArgument(const CLI::App* reached, const std::string& word) {
  // What is one all the same stands behind "--", where options end.
  const bool option = word.size() > 1 && word.front() == '-' &&
                      OptionNamed(reached, word) == nullptr;
  const bool verb = !option && !VerbNames(reached).empty();
  const std::string name = option ? word.substr(0, word.find('=')) : word;
  const std::string nearest =
      Nearest(name, option ? OptionNames(reached) : VerbNames(reached));
  return absl::StrCat(
      option ? "unknown option "
      : verb ? "unknown verb "
             : "unexpected argument ",
      name,
      nearest.empty() ? "" : absl::StrCat(": did you mean ", nearest, "?"));
}

std::string MissingVerb(const CLI::App* reached) {
  std::string out = absl::StrCat(PathOf(reached), " needs a verb:");
  for (const std::string& name : VerbNames(reached)) {
    absl::StrAppend(&out, " ", name);
  }
  return out;
}

std::string ParseProblem(const CLI::App* app, const CLI::App* reached,
                         const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app->remaining(true);
  if (!unknown.empty()) return UnknownArgument(reached, unknown.front());
  if (!VerbNames(reached).empty()) return MissingVerb(reached);
  return error.what();
}

int FailParse(const CLI::App* app, const CLI::ParseError& error) {
  const CLI::App* reached = Reached(app);
  return FailUsage(absl::StrCat(ParseProblem(app, reached, error), " (see ",
                                PathOf(reached), " --help)"));
}

// The global option about time that was given and means nothing here; "".
std::string UselessOption(const GlobalOptions& globals, TimeOptions times) {
  const bool takes_as_of =
      times == TimeOptions::kAsOf || times == TimeOptions::kMoment;
  if (!globals.at.empty() && times < TimeOptions::kEvent) return "--at";
  if (!globals.as_of.empty() && !takes_as_of) return "--as-of";
  if (!globals.zone.empty() && times < TimeOptions::kZone) return "--zone";
  return "";
}

// "" where every verb, or this one, writes the format.
std::string UnknownFormat(const std::string& format,
                          const std::vector<std::string>& more) {
  std::vector<std::string> known = {"table", "csv", "json"};
  known.insert(known.end(), more.begin(), more.end());
  if (format.empty() ||
      std::find(known.begin(), known.end(), format) != known.end()) {
    return "";
  }
  return absl::StrCat("--format: '", format, "' is not one of ",
                      absl::StrJoin(known, ", "));
}

}  // namespace

Program::Program() : app_(std::make_unique<CLI::App>(kPurpose, "drawdown")) {
  UseHelpLayout(app_.get());
  app_->footer(kFooter);
  app_->fallthrough();
  app_->require_subcommand(1);
  app_->set_help_flag("-h,--help", "Explain the program or a verb");
  app_->set_version_flag("--version", "drawdown " DRAWDOWN_VERSION "\n",
                         "Print the version");
  AddGlobalOptions(app_.get(), &globals_);
}

Program::~Program() = default;

Verb Program::AddVerb(std::string_view path, VerbHelp help) {
  const size_t space = path.find(' ');
  CLI::App* group = app_.get();
  if (space != path.npos) {
    group = group->get_subcommand(std::string(path.substr(0, space)));
  }
  const size_t start = space == path.npos ? 0 : space + 1;
  CLI::App* verb =
      group->add_subcommand(std::string(path.substr(start)),
                            absl::StrCat(help.purpose, "\n\n", help.about));
  verb->footer(HelpFooter(help));
  verb->group("Verbs");
  times_[verb] = help.times;
  formats_[verb] = help.formats;
  return Verb(verb, &chosen_);
}

void Program::AddGroup(std::string_view name, VerbHelp help) {
  CLI::App* group = app_->add_subcommand(
      std::string(name), absl::StrCat(help.purpose, "\n\n", help.about));
  group->footer(HelpFooter(help));
  group->group("Verbs");
  group->require_subcommand(1);
}

int Program::Run(int argc, const char* const* argv) {
  const std::span<const char* const> words(argv, static_cast<size_t>(argc));
  try {
    app_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    output_.Write(app_->help());
    return output_.Close(kExitFine);
  } catch (const CLI::CallForVersion& version) {
    output_.Write(version.what());
    return output_.Close(kExitFine);
  } catch (const CLI::ParseError& error) {
    const std::string swallowed = SwallowedOption(Reached(app_.get()), words);
    if (!swallowed.empty()) return FailUsage(swallowed);
    return FailParse(app_.get(), error);
  }
  const std::string swallowed = SwallowedOption(Reached(app_.get()), words);
  return swallowed.empty() ? RunChosen() : FailUsage(swallowed);
}

int Program::RunChosen() {
  const CLI::App* verb = Reached(app_.get());
  const std::string useless = UselessOption(globals_, times_.at(verb));
  if (!useless.empty()) {
    return FailUsage(absl::StrCat(useless, " means nothing to `", PathOf(verb),
                                  "`: it knows one moment, now"));
  }
  const std::string unknown = UnknownFormat(globals_.format, formats_.at(verb));
  if (!unknown.empty()) {
    return FailUsage(absl::StrCat(unknown, " (see ", PathOf(verb), " --help)"));
  }
  return output_.Close(chosen_());
}

}  // namespace drawdown
