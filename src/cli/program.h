// The command line: verbs, their options, help, and one run of it.
#ifndef DRAWDOWN_SRC_CLI_PROGRAM_H_
#define DRAWDOWN_SRC_CLI_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "cli/output.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace drawdown {

// Which of the global options about time a verb has a use for; the others are
// refused, because an option that changes nothing misleads.
enum class TimeOptions : uint8_t {
  kNone,
  kZone,    // --zone
  kAsOf,    // --zone, --as-of
  kEvent,   // --zone, --at: when something happened
  kMoment,  // --zone, --as-of, --at
};

struct VerbHelp {
  std::string purpose;   // one line, for lists
  std::string about;     // a paragraph, lines of at most 78 columns
  std::string examples;  // one per line
  std::string findings;  // what exit code 1 means; empty: it has none
  TimeOptions times = TimeOptions::kNone;
  // Values of --format beside table, csv and json.
  std::vector<std::string> formats = {};
};

// A verb being described. Values must outlive the program's run.
class Verb {
 public:
  Verb(CLI::App* app, std::function<int()>* chosen)
      : app_(app), chosen_(chosen) {}

  // `--name VALUE`; `value_name` as in help: "T", or "a|b|c" for a choice.
  Verb& Text(std::string_view name, std::string_view value_name,
             std::string_view help, std::string* value);
  Verb& Text(std::string_view name, std::string_view value_name,
             std::string_view help, std::optional<std::string>* value);
  Verb& RequiredText(std::string_view name, std::string_view value_name,
                     std::string_view help, std::string* value);
  // `--name a|b|c`; anything else is a usage error.
  Verb& Choice(std::string_view name, const std::vector<std::string>& choices,
               std::string_view help, std::string* value);
  // Decimal digits, which may begin with zeros; anything else is a usage error.
  Verb& Number(std::string_view name, std::string_view value_name,
               std::string_view help, uint64_t* value);
  Verb& Number(std::string_view name, std::string_view value_name,
               std::string_view help, std::optional<uint64_t>* value);
  // Comma separated and repeatable. `choices` may be empty.
  Verb& List(std::string_view name, std::string_view value_name,
             std::string_view help, std::vector<std::string>* value,
             const std::vector<std::string>& choices = {});
  // Repeatable, each as it is.
  Verb& Texts(std::string_view name, std::string_view value_name,
              std::string_view help, std::vector<std::string>* value);
  Verb& Flag(std::string_view name, std::string_view help, bool* value);
  Verb& HiddenFlag(std::string_view name, bool* value);

  // By place; required, but for the one that is called optional.
  Verb& Operand(std::string_view name, std::string_view help,
                std::string* value);
  Verb& Operands(std::string_view name, std::string_view help,
                 std::vector<std::string>* values);
  Verb& OptionalOperand(std::string_view name, std::string_view help,
                        std::string* value);
  Verb& OperandChoice(std::string_view name,
                      const std::vector<std::string>& choices,
                      std::string_view help, std::string* value);

  // What it does; returns the exit code.
  void Does(std::function<int()> command);

 private:
  CLI::App* app_;
  std::function<int()>* chosen_;
};

class Program {
 public:
  Program();
  ~Program();
  Program(const Program&) = delete;  // Verbs point into it.
  Program& operator=(const Program&) = delete;

  // Adds a verb; in "contract apply" the group must have been added before.
  Verb AddVerb(std::string_view path, VerbHelp help);
  void AddGroup(std::string_view name, VerbHelp help);

  // Valid while a verb runs.
  const GlobalOptions& globals() const { return globals_; }
  Output& output() { return output_; }
  const CLI::App& app() const { return *app_; }

  // Parses, runs the verb that was named and returns the exit code.
  int Run(int argc, const char* const* argv);

 private:
  int RunChosen();

  GlobalOptions globals_;
  Output output_;
  std::function<int()> chosen_;
  std::unique_ptr<CLI::App> app_;
  std::map<const CLI::App*, TimeOptions> times_;
  std::map<const CLI::App*, std::vector<std::string>> formats_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_PROGRAM_H_
