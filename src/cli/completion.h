// Shell completion scripts, made from the command line's own description.
#ifndef DRAWDOWN_SRC_CLI_COMPLETION_H_
#define DRAWDOWN_SRC_CLI_COMPLETION_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace drawdown {

struct CompletedOption {
  std::string name;  // "--format"
  std::string help;
  bool takes_value = false;
  bool list = false;                // values are comma separated
  bool file = false;                // the value is a file or a directory
  std::vector<std::string> values;  // those allowed; empty: any
};

// A place on the command line: the program, a group or a verb.
struct CompletedVerb {
  std::string key;   // "" or "/contract/apply"
  std::string name;  // "apply"
  std::string purpose;
  std::vector<std::string> verbs;  // names of those below it
  std::vector<std::string> operand_values;
  std::vector<CompletedOption> options;  // its own
};

// The program first, then every group and verb, each before those below it.
std::vector<CompletedVerb> DescribeVerbs(const CLI::App& program);

std::string BashCompletion(const std::vector<CompletedVerb>& verbs);
std::string ZshCompletion(const std::vector<CompletedVerb>& verbs);
std::string FishCompletion(const std::vector<CompletedVerb>& verbs);

// The keys of all places but the program: alternatives of a `case`.
std::vector<std::string> KeysOf(const std::vector<CompletedVerb>& verbs);

// `text` in single quotes, safe in all three shells' scripts.
std::string ShellQuoted(const std::string& text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_COMPLETION_H_
