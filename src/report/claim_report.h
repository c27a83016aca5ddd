// A claim against a provider: what to send, and what stands behind it.
#ifndef DRAWDOWN_SRC_REPORT_CLAIM_REPORT_H_
#define DRAWDOWN_SRC_REPORT_CLAIM_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "drawdown/inspect.h"
#include "drawdown/reconcile.h"
#include "drawdown/usage.h"
#include "report/findings.h"
#include "report/format.h"

namespace drawdown {

// A finding that asks for money back.
struct Claim {
  uint64_t number = 0;  // 1 is the largest
  Finding finding;
  // Of the finding's difference, what is made good elsewhere (settled.h), and
  // the rest as an invoice can have it, above 0.
  MoneyAmount settled;
  MoneyAmount asked;
};

// The findings that are final and billed too much, biggest claim first. None in
// a currency of which the bill gives back as much anyway (RefundsOf).
std::vector<Claim> ClaimsOf(const ReconcileResult& result);

// What the books were when the claim was made: anyone can check it there.
struct ClaimBooks {
  LedgerInfo ledger;
  std::string provider;
  int64_t written_us = 0;  // when the letter is; a deadline may have passed
  // By claim number: what usage.csv has of its pool.
  std::map<uint64_t, GpuTime> usage = {};
};

// A letter: what is claimed, why, by when it must be there, and what is
// attached. Markdown, whose texts are inert.
std::string ClaimLetter(const ReconcileResult& result,
                        const std::vector<Claim>& claims,
                        const ClaimBooks& books);

// Why nothing is asked for though some is billed too much; empty: it is not.
std::string WhyNothingIsClaimed(const ReconcileResult& result);

// `claim,file,row,fields`: a row of the bill that is in a claim. Without claim
// and row: the columns of a file, before its first row.
void AppendClaimLineHeader(std::string* out);
void AppendClaimColumns(std::string_view file,
                        const std::vector<std::string>& names,
                        std::string* out);
void AppendClaimLine(uint64_t claim, const BillLine& line, std::string* out);

// `claim,pool,tenant,hour,gpu_seconds,gpu_hours`: what we metered of the
// claim's pool and time.
void AppendClaimUsageHeader(std::string* out);
void AppendClaimUsage(const Claim& claim, const UsageAnswer& usage,
                      std::string* out);

// `claim,run_id,attempt,tenant,pool,segment_start,segment_end,gpus,
// journal_sequence,journal_hash`: the runs behind it. `journal_hash` is the
// chain hash of the journal up to the commit that has the run's entry.
void AppendClaimRunHeader(std::string* out);
void AppendClaimRun(const Claim& claim, const RunInfo& run,
                    const std::string& journal_hash, std::string* out);
// Whether the run has a line of the claim.
bool IsBehind(const Claim& claim, const RunInfo& run);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CLAIM_REPORT_H_
