// The layout of each kind of entry, between the instant and the checksum.
#ifndef DRAWDOWN_SRC_LEDGER_ENTRY_BODY_H_
#define DRAWDOWN_SRC_LEDGER_ENTRY_BODY_H_

#include <string>

#include "base/coding.h"
#include "ledger/entry.h"

namespace drawdown {

// One overload of Append and Read per alternative of EntryBody, in its order:
// the index of the alternative is the kind byte of the format.
void Append(const NameAdded& body, std::string* out);
void Read(ByteReader* in, NameAdded* body);
void Append(const RunImported& body, std::string* out);
void Read(ByteReader* in, RunImported* body);
void Append(const RunChanged& body, std::string* out);
void Read(ByteReader* in, RunChanged* body);
void Append(const RunCorrected& body, std::string* out);
void Read(ByteReader* in, RunCorrected* body);
void Append(const UsageAdded& body, std::string* out);
void Read(ByteReader* in, UsageAdded* body);
void Append(const ContractApplied& body, std::string* out);
void Read(ByteReader* in, ContractApplied* body);
void Append(const CommitLink& body, std::string* out);
void Read(ByteReader* in, CommitLink* body);
void Append(const UsageDrained& body, std::string* out);
void Read(ByteReader* in, UsageDrained* body);
void Append(const UsageLost& body, std::string* out);
void Read(ByteReader* in, UsageLost* body);
void Append(const QuotaSet& body, std::string* out);
void Read(ByteReader* in, QuotaSet* body);
void Append(const HoldPlaced& body, std::string* out);
void Read(ByteReader* in, HoldPlaced* body);
void Append(const HoldRenewed& body, std::string* out);
void Read(ByteReader* in, HoldRenewed* body);
void Append(const HoldClosed& body, std::string* out);
void Read(ByteReader* in, HoldClosed* body);
void Append(const HoldDrawn& body, std::string* out);
void Read(ByteReader* in, HoldDrawn* body);
void Append(const CapacityStated& body, std::string* out);
void Read(ByteReader* in, CapacityStated* body);
void Append(const PoolPolicySet& body, std::string* out);
void Read(ByteReader* in, PoolPolicySet* body);
void Append(const WaiverPolicySet& body, std::string* out);
void Read(ByteReader* in, WaiverPolicySet* body);
void Append(const RunRefunded& body, std::string* out);
void Read(ByteReader* in, RunRefunded* body);
void Append(const RunPlaced& body, std::string* out);
void Read(ByteReader* in, RunPlaced* body);
void Append(const PeriodClosed& body, std::string* out);
void Read(ByteReader* in, PeriodClosed* body);
void Append(const TenantMoved& body, std::string* out);
void Read(ByteReader* in, TenantMoved* body);

// Of a policy or a placement.
void Append(const Ratio& ratio, std::string* out);
void Read(ByteReader* in, Ratio* ratio);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_ENTRY_BODY_H_
