// `tenant`: the tree of tenants.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"

namespace drawdown {
namespace {

struct MoveArguments {
  std::string old_path;
  std::string new_path;
  std::string from;
};

absl::Status Move(const GlobalOptions& globals,
                  const MoveArguments& arguments) {
  TenantMove move;
  move.old_path = arguments.old_path;
  move.new_path = arguments.new_path;
  ASSIGN_OR_RETURN(const auto from,
                   InstantOption(globals, "from", arguments.from));
  move.from_us = *from;
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  ASSIGN_OR_RETURN(const bool changed, ledger->MoveTenant(move));
  Say(changed ? absl::StrCat(move.old_path, " is ", move.new_path, " from ",
                             FormatInstant(move.from_us), " on")
              : "nothing changed: it was moved so already");
  return absl::OkStatus();
}

}  // namespace

void AddTenant(Program* program) {
  program->AddGroup("tenant",
                    {"Move tenants in their tree", "Effective-dated.",
                     "drawdown tenant move acme/chat beta/chat --from "
                     "2026-11-01T00:00:00Z",
                     ""});
  auto arguments = std::make_shared<MoveArguments>();
  program
      ->AddVerb(
          "tenant move",
          {"Give a tenant and all below it another path, from an instant on",
           "Usage before --from keeps the old path. From it on everything "
           "counts at the new one,\nalso what still names the old: scripts, "
           "imports, holds, processes that meter. Limits\nof quotas go along "
           "and begin empty, except where the new path has one of that "
           "kind.\n--from is the start of a bucket, and not in the future.",
           "drawdown tenant move acme/chat beta/chat --from "
           "2026-11-01T00:00:00Z",
           "", TimeOptions::kZone})
      .Operand("OLD", "A tenant's path", &arguments->old_path)
      .Operand("NEW", "Its path from then on; it may be there already",
               &arguments->new_path)
      .RequiredText("from", "T", "From when on", &arguments->from)
      .Does([program, arguments] {
        const absl::Status moved = Move(program->globals(), *arguments);
        return moved.ok() ? kExitFine : Fail(moved);
      });
}

}  // namespace drawdown
