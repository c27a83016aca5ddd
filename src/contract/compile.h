// A contract message to a Contract: every rule of docs/contracts.md is checked
// here, and every violation is reported under its field.
#ifndef DRAWDOWN_SRC_CONTRACT_COMPILE_H_
#define DRAWDOWN_SRC_CONTRACT_COMPILE_H_

#include <vector>

#include "contract/contract.h"
#include "contract/node.h"

namespace drawdown {

// The result is meaningful only if no problem was reported.
Contract CompileContract(const Node& root);

// Its parts, in the order in which they must be compiled: each reads what the
// earlier ones put into *contract.
void CompileFrame(const Node& root, Contract* contract);  // all but the lists
void CompileRates(const Node& root, Contract* contract);
void CompileCommitments(const Node& root, Contract* contract);
void CompileExpansions(const Node& root, Contract* contract);
void CompileCredits(const Node& root, Contract* contract);
void CompileAllotments(const Node& root, Contract* contract);

// The `applies` rules of a commitment or credit. Rules on `kind` are about
// charges, so only what counts money may have them.
std::vector<ApplicabilityRule> CompileApplies(const Node& owner,
                                              const Contract& contract,
                                              bool counts_money);

// [start, end) and [start, end] of the term.
InstantRange InsideTerm(const Contract& contract);
InstantRange ThroughTerm(const Contract& contract);

// The commitment of that id; nullptr if there is none.
const Commitment* FindCommitment(const Contract& contract, std::string_view id);

// The Usage commitment that the message's `commitment` names; reports why there
// is none.
const Commitment* RequireUsageCommitment(const Node& node,
                                         const Contract& contract);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_COMPILE_H_
