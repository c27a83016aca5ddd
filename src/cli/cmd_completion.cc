#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_code.h"

namespace drawdown {
namespace {

int RunCompletion(Program* program, const std::string& shell) {
  const std::vector<CompletedVerb> verbs = DescribeVerbs(program->app());
  program->output().Write(shell == "bash"  ? BashCompletion(verbs)
                          : shell == "zsh" ? ZshCompletion(verbs)
                                           : FishCompletion(verbs));
  return kExitFine;
}

}  // namespace

void AddCompletion(Program* program) {
  auto shell = std::make_shared<std::string>();
  program
      ->AddVerb("completion",
                {"Print a completion script for a shell",
                 "The script knows every verb, option and allowed value of "
                 "this very program.",
                 "drawdown completion bash > "
                 "/usr/share/bash-completion/completions/drawdown\n"
                 "drawdown completion zsh > ~/.zfunc/_drawdown\n"
                 "drawdown completion fish > "
                 "~/.config/fish/completions/drawdown.fish",
                 ""})
      .OperandChoice("SHELL", {"bash", "zsh", "fish"}, "Your shell",
                     shell.get())
      .Does([program, shell] { return RunCompletion(program, *shell); });
}

}  // namespace drawdown
