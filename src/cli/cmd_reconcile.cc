#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/agreed_lines.h"
#include "cli/atomic_file.h"
#include "cli/bill_options.h"
#include "cli/claim_package.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output_paths.h"
#include "cli/progress.h"
#include "cli/sizes.h"
#include "drawdown/bill_files.h"
#include "report/break_report.h"
#include "report/reconcile_page.h"
#include "report/text.h"

namespace drawdown {
namespace {

struct Arguments {
  std::string contract;
  std::string period;
  std::vector<std::string> bills;
  std::string breaks;
  std::string report;
  std::string claims;
  std::string post;
  std::string post_tenant;
  std::string tolerance;
  std::string tenant_tag;
  std::string memory;
  BillOptions bill;
  bool all = false;
};

// A file that is made before the work, so that a bad place is known first.
struct SideFile {
  std::string_view option;
  const std::string* path = nullptr;
  void (*write)(const ReconcileResult& result, const Sink& sink) = nullptr;
  std::unique_ptr<AtomicFile> file = {};

  absl::Status Open() {
    if (path->empty()) return absl::OkStatus();
    auto created = AtomicFile::Create(*path);
    if (!created.ok()) return WithContext(created.status(), option);
    file = *std::move(created);
    return absl::OkStatus();
  }

  absl::Status Write(const ReconcileResult& result) {
    if (file == nullptr) return absl::OkStatus();
    write(result, [this](std::string_view text) { file->Write(text); });
    RETURN_IF_ERROR(file->Commit());
    Say(absl::StrCat("wrote ", *path));
    return absl::OkStatus();
  }
};

absl::StatusOr<ReconcileOptions> OptionsOf(const Arguments& arguments) {
  ReconcileOptions options;
  options.tenant_tag = arguments.tenant_tag;
  options.bill = arguments.bill;
  if (!arguments.memory.empty()) {
    ASSIGN_OR_RETURN(options.memory_bytes,
                     SizeOption("--memory", arguments.memory));
  }
  if (arguments.tolerance.empty()) return options;
  const auto amount = ParseMoney(arguments.tolerance);
  if (!amount.ok() || *amount < MoneyAmount()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("--tolerance: '", arguments.tolerance,
                                  "' is not an amount of money, 0 or more"));
  }
  options.tolerance = *amount;
  return options;
}

absl::Status CheckArguments(const Arguments& arguments) {
  for (const auto& [option, value] : {std::pair("--claims", arguments.claims),
                                      std::pair("--post", arguments.post)}) {
    if (value.empty()) continue;
    for (const std::string& bill : arguments.bills) {
      // Also stdin by another name, a pipe or a terminal.
      std::error_code missing;
      const auto kind = std::filesystem::status(bill, missing).type();
      if (bill != "-" && (kind == std::filesystem::file_type::regular ||
                          kind == std::filesystem::file_type::not_found)) {
        continue;
      }
      return MakeError(
          ErrorCode::kInvalidArgument,
          absl::StrCat(option, " reads the bill twice: give a file, not ",
                       bill));
    }
  }
  if (!arguments.post_tenant.empty() && arguments.post.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "--post-tenant is of no use without --post");
  }
  return absl::OkStatus();
}

// The bill itself must not be what is written, nor a part of it that only its
// manifest names.
absl::Status CheckPaths(const GlobalOptions& globals,
                        const Arguments& arguments) {
  std::vector<OutputPath> outputs = {{"--breaks", arguments.breaks},
                                     {"--report", arguments.report}};
  if (!arguments.claims.empty()) {
    outputs.push_back({"--claims", arguments.claims + "/"});
    for (const std::string& file : ClaimPackage::FilesIn(arguments.claims)) {
      outputs.push_back({"--claims", file});
    }
  }
  const bool writes = !arguments.breaks.empty() || !arguments.report.empty() ||
                      !arguments.claims.empty();
  if (!writes) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<std::string> inputs, BillFiles(arguments.bills));
  inputs.insert(inputs.end(), arguments.bills.begin(), arguments.bills.end());
  inputs.push_back(arguments.post);
  inputs.push_back(arguments.bill.mapping);
  return CheckOutputs(inputs, outputs, globals.Directory());
}

// What else is made of the bill's rows, which are read a second time for it.
class Extras {
 public:
  explicit Extras(const Arguments& arguments)
      : arguments_(arguments), claims_(arguments.claims) {}

  absl::Status Open() {
    if (arguments_.post.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(agreed_,
                     AgreedLines::Read(arguments_.post, arguments_.contract,
                                       arguments_.post_tenant));
    return absl::OkStatus();
  }

  BillLineCallback callback() {
    if (arguments_.claims.empty() && !agreed_.has_value()) return {};
    return [this](const ReconcileResult& result, const BillLine& line) {
      if (!arguments_.claims.empty()) claims_.Add(result, line);
      if (agreed_.has_value()) agreed_->Cite(result, line);
    };
  }

  // What is agreed goes into the books; the same again changes nothing.
  absl::Status Finish(const ReconcileResult& result,
                      const StatementQuery& query, Ledger* ledger) {
    if (!arguments_.claims.empty()) {
      ASSIGN_OR_RETURN(const std::string written,
                       claims_.Finish(result, *ledger, query));
      Say(written);
    }
    if (!agreed_.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<UsageRecord> records,
                     agreed_->Records(result, *ledger));
    ASSIGN_OR_RETURN(const ImportResult posted, ledger->ImportUsage(records));
    Say(absl::StrCat("posted ", CountOf(posted.inserted, "agreed line"), ", ",
                     posted.unchanged, " were in the books before"));
    return absl::OkStatus();
  }

 private:
  const Arguments& arguments_;
  ClaimPackage claims_;
  std::optional<AgreedLines> agreed_;
};

absl::StatusOr<ReconcileResult> Reconcile(const GlobalOptions& globals,
                                          const Arguments& arguments) {
  RETURN_IF_ERROR(CheckArguments(arguments));
  ASSIGN_OR_RETURN(const ReconcileOptions options, OptionsOf(arguments));
  ASSIGN_OR_RETURN(
      const StatementQuery query,
      StatementQueryOf(globals, arguments.contract, arguments.period));
  Extras extras(arguments);
  RETURN_IF_ERROR(extras.Open());
  ASSIGN_OR_RETURN(const auto ledger, OpenLedger(globals));
  Progress progress;
  ASSIGN_OR_RETURN(ReconcileResult result,
                   ledger->Reconcile(query, arguments.bills, options,
                                     progress.callback(), extras.callback()));
  RETURN_IF_ERROR(extras.Finish(result, query, ledger.get()));
  return result;
}

void WriteResult(Program* program, const ReconcileResult& result, bool all) {
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  if (format == Format::kJson) {
    return WriteReconcileJson(result, output.sink());
  }
  if (format == Format::kCsv) {
    WriteBreaksCsv(result, output.sink());
  } else {
    output.Write(ReconcileTable(result, all));
  }
  SayNotes(result.notes);
}

int SayFindings(const ReconcileResult& result) {
  if (result.clean()) return kExitFine;
  uint64_t breaks = 0;
  uint64_t failed = 0;
  for (const uint32_t i : result.items.breaks()) {
    breaks += !result.items.figures(i).pending;
  }
  for (const ReconcileCheck& check : result.checks) {
    failed += check.outcome == ReconcileCheck::Outcome::kFailed;
  }
  Say(absl::StrCat("finding: ", CountOf(breaks, "break"), ", ",
                   CountOf(failed, "failed check")));
  return kExitFindings;
}

int RunReconcile(Program* program, const Arguments& arguments) {
  SideFile files[] = {{"--breaks", &arguments.breaks, WriteBreaksCsv},
                      {"--report", &arguments.report, WriteReconcilePage}};
  const absl::Status apart = CheckPaths(program->globals(), arguments);
  if (!apart.ok()) return Fail(apart);
  for (SideFile& file : files) {
    const absl::Status opened = file.Open();
    if (!opened.ok()) return Fail(opened);
  }
  const auto result = Reconcile(program->globals(), arguments);
  if (!result.ok()) return Fail(result.status());
  for (SideFile& file : files) {
    const absl::Status written = file.Write(*result);
    if (!written.ok()) return Fail(written);
  }
  WriteResult(program, *result, arguments.all);
  return SayFindings(*result);
}

}  // namespace

void AddReconcile(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "reconcile",
      {"Which lines of the provider's bill are wrong",
       "Compares a bill (FOCUS 1.0 to 1.4, AWS CUR, Azure and OCI cost "
       "exports, or any CSV\nby a mapping; any number of files) with "
       "the statement of the period. Every bill row and every "
       "metered cell ends in exactly one class. The\ntable shows "
       "what is not clean, what shares a cause as one finding, big "
       "money first; CSV\nis every item, JSON has the findings, the "
       "totals and the checks too.",
       "drawdown reconcile --contract aws-2025 --period 2026-10 "
       "bill.csv.gz\n"
       "drawdown reconcile --contract aws-2025 --period 2026-10 "
       "--breaks breaks.csv bill-*.csv\n"
       "drawdown reconcile --contract aws-2025 --period 2026-10 "
       "--report r.html --claims claims bill.csv\n"
       "drawdown reconcile --contract aws-2025 --period 2026-10 "
       "--post agreed.csv --post-tenant acme/lost bill.csv",
       "findings: differences that are not clean, or a failed check",
       TimeOptions::kMoment});
  verb.Operands("BILL", "The bill's files, may be gzipped; - is stdin",
                &arguments->bills)
      .RequiredText("contract", "ID", "The contract", &arguments->contract)
      .RequiredText("period", "P",
                    "2026-10 the month that starts then, 2026 the contract "
                    "year, or A/B",
                    &arguments->period)
      .Text("breaks", "FILE", "Also write every item as CSV to FILE",
            &arguments->breaks)
      .Text("report", "FILE", "Also write what was found as a page (HTML)",
            &arguments->report)
      .Text("claims", "DIR",
            "Also write what to claim to DIR/PROVIDER: a letter, the bill's "
            "lines, our evidence",
            &arguments->claims)
      .Text("post", "FILE",
            "Post the hours of FILE, lines of a --breaks file that are agreed, "
            "as usage that the books lack",
            &arguments->post)
      .Text("post-tenant", "T", "Whose usage it is where a line names none",
            &arguments->post_tenant)
      .Text("tenant-tag", "KEY",
            "Also compare the tenants that this key of Tags names",
            &arguments->tenant_tag)
      .Text("tolerance", "AMOUNT",
            "Of lines and invoices; 0 is exact; else as published",
            &arguments->tolerance)
      .Text("memory", "SIZE",
            "For remembering rows; the rest is in temporary files ($TMPDIR): "
            "64M, 1G [default: 64M]",
            &arguments->memory)
      .Flag("all", "List what matched too", &arguments->all);
  AddBillOptions(&verb, &arguments->bill).Does([program, arguments] {
    return RunReconcile(program, *arguments);
  });
}

}  // namespace drawdown
