// `hold quote`: what a hold would draw down, and at what price.
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/hold_request.h"
#include "report/quote_report.h"

namespace drawdown {
namespace {

absl::StatusOr<HoldRequest> RequestOf(const HoldTexts& texts) {
  RETURN_IF_ERROR(CheckWhose(texts));
  return HoldRequestOf(texts);
}

int RunQuote(Program* program, const HoldTexts& texts) {
  const auto request = RequestOf(texts);
  if (!request.ok()) return Fail(request.status());
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto quote = (*ledger)->QuoteHold(*request);
  if (!quote.ok()) return Fail(quote.status());
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  WriteQuote(*request, *quote, format, output.sink());
  if (format != Format::kTable) Say(QuoteVerdict(*request, *quote));
  return quote->admission.admitted() ? kExitFine : kExitFindings;
}

}  // namespace

void AddHoldQuote(Program* program) {
  auto texts = std::make_shared<HoldTexts>();
  Verb verb = program->AddVerb(
      "hold quote",
      {"What a hold would draw down and cost, and whether it would fit",
       "A dry run of `hold place`: nothing is changed. The lines are how "
       "statements would change\nif its GPUs used the time from now on "
       "(without --gpus: evenly while it lasts) and all else\nwent on as it "
       "does. Unused and shortfall that it spares are counted of intervals "
       "that end\nbefore it does. A tenant or pool that the books do not know "
       "is quoted as if it were made.",
       "drawdown hold quote --tenant acme/chat --pool aws/us-east-1/gb200 "
       "--gpu-hours 64 --gpus 8 --for 8h",
       "a quota would refuse it"});
  AddHoldOptions(&verb, texts.get());
  verb.Does([program, texts] { return RunQuote(program, *texts); });
}

}  // namespace drawdown
