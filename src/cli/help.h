// The text of --help.
#ifndef DRAWDOWN_SRC_CLI_HELP_H_
#define DRAWDOWN_SRC_CLI_HELP_H_

#include <string>

#include "cli/program.h"

namespace drawdown {

// What a verb's help says below its options: examples and exit codes.
std::string HelpFooter(const VerbHelp& help);

// Gives `app` and the verbs added to it later our layout of help.
void UseHelpLayout(CLI::App* app);

// "drawdown contract apply".
std::string PathOf(const CLI::App* app);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_HELP_H_
