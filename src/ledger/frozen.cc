#include "ledger/frozen.h"

#include <map>
#include <vector>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

// Which parts of a line there are.
enum LineFlag : uint8_t {
  kHasGpuTime = 1,
  kHasUnitPrice = 2,
  kHasCost = 4,
  kCorrects = 8,
};

// Tenants, pools, commitments and periods recur in every line.
class NamePool {
 public:
  uint64_t IndexOf(const std::string& name) {
    const auto [found, added] = indices_.emplace(name, names_.size());
    if (added) names_.push_back(name);
    return found->second;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, uint64_t> indices_;
  std::vector<std::string> names_;
};

void AppendLine(const StatementLine& line, NamePool* names, std::string* out) {
  AppendVarint(names->IndexOf(line.tenant), out);
  AppendVarint(names->IndexOf(line.pool), out);
  AppendVarint(names->IndexOf(line.commitment), out);
  AppendFixed(line.kind, out);
  const bool corrects = !line.corrects_period.empty();
  AppendFixed(static_cast<uint8_t>((line.has_gpu_time ? kHasGpuTime : 0) |
                                   (line.unit_price ? kHasUnitPrice : 0) |
                                   (line.cost ? kHasCost : 0) |
                                   (corrects ? kCorrects : 0)),
              out);
  if (line.has_gpu_time) AppendFixed(line.gpu_time.count(), out);
  if (line.unit_price) AppendFixed(line.unit_price->count(), out);
  if (line.cost) AppendFixed(line.cost->count(), out);
  if (!corrects) return;
  AppendVarint(names->IndexOf(line.corrects_period), out);
  AppendFixed(line.corrects_kind, out);
}

// An index that a damaged record could hold names nothing.
std::string NameAt(const std::vector<std::string>& names, uint64_t index) {
  return index < names.size() ? names[index] : std::string();
}

StatementLine ReadLine(const std::vector<std::string>& names, ByteReader* in) {
  StatementLine line;
  line.tenant = NameAt(names, in->Varint());
  line.pool = NameAt(names, in->Varint());
  line.commitment = NameAt(names, in->Varint());
  line.kind = in->Fixed<ChargeKind>();
  const auto flags = in->Fixed<uint8_t>();
  line.has_gpu_time = (flags & kHasGpuTime) != 0;
  if (line.has_gpu_time) line.gpu_time = GpuTime(in->Fixed<Int128>());
  if ((flags & kHasUnitPrice) != 0) {
    line.unit_price = MoneyAmount(in->Fixed<Int128>());
  }
  if ((flags & kHasCost) != 0) line.cost = MoneyAmount(in->Fixed<Int128>());
  if ((flags & kCorrects) != 0) {
    line.corrects_period = NameAt(names, in->Varint());
    line.corrects_kind = in->Fixed<ChargeKind>();
  }
  return line;
}

void AppendStrings(const std::vector<std::string>& texts, std::string* out) {
  AppendVarint(texts.size(), out);
  for (const std::string& text : texts) AppendString(text, out);
}
// As many as there are: a count that lies ends with the bytes.
std::vector<std::string> ReadStrings(ByteReader* in) {
  std::vector<std::string> texts;
  const uint64_t count = in->Varint();
  for (uint64_t i = 0; i < count && in->ok(); ++i) {
    texts.emplace_back(in->String());
  }
  return texts;
}

void AppendStatement(const Statement& statement, std::string* out) {
  AppendVarint(statement.contract_version, out);
  AppendFixed(statement.at_us, out);
  AppendString(statement.currency.ToString(), out);
  AppendFixed(statement.total.count(), out);
  AppendFixed(statement.metered.count(), out);
  NamePool names;
  std::string lines;
  for (const StatementLine& line : statement.lines) {
    AppendLine(line, &names, &lines);
  }
  AppendStrings(names.names(), out);
  AppendVarint(statement.lines.size(), out);
  out->append(lines);
  AppendStrings(statement.notes, out);
}

absl::StatusOr<Statement> ReadStatement(ByteReader* in) {
  Statement statement;
  statement.contract_version = static_cast<uint32_t>(in->Varint());
  statement.at_us = in->Fixed<int64_t>();
  const auto currency = Currency::Parse(in->String());
  if (!currency.ok()) return MalformedRecord("closed period");
  statement.currency = *currency;
  statement.total = MoneyAmount(in->Fixed<Int128>());
  statement.metered = GpuTime(in->Fixed<Int128>());
  const std::vector<std::string> names = ReadStrings(in);
  const uint64_t lines = in->Varint();
  for (uint64_t i = 0; i < lines && in->ok(); ++i) {
    statement.lines.push_back(ReadLine(names, in));
  }
  statement.notes = ReadStrings(in);
  return statement;
}

}  // namespace

std::string EncodeFrozen(const ClosedPeriod& closed) {
  std::string out;
  AppendString(closed.tzdata, &out);
  AppendString(closed.chain_hash, &out);
  AppendVarint(closed.versions.size(), &out);
  for (const ClosedVersion& version : closed.versions) {
    AppendString(version.contract, &out);
    AppendVarint(version.version, &out);
  }
  AppendStatement(closed.statement, &out);
  return out;
}

absl::StatusOr<ClosedPeriod> DecodeFrozen(const PeriodClosed& entry,
                                          int64_t recorded_us) {
  ByteReader in(entry.frozen);
  ClosedPeriod closed;
  closed.contract = entry.contract;
  closed.period = entry.period;
  closed.closed_us = recorded_us;
  closed.tzdata = in.String();
  closed.chain_hash = in.String();
  const uint64_t versions = in.Varint();
  for (uint64_t i = 0; i < versions && in.ok(); ++i) {
    std::string contract(in.String());
    closed.versions.push_back(
        {std::move(contract), static_cast<uint32_t>(in.Varint())});
  }
  ASSIGN_OR_RETURN(closed.statement, ReadStatement(&in));
  if (!in.done()) return MalformedRecord("closed period");
  Statement& statement = closed.statement;
  statement.contract = entry.contract;
  statement.period_start_us = entry.start_us;
  statement.period_end_us = entry.end_us;
  statement.complete = true;
  statement.closed_us = recorded_us;
  return closed;
}

}  // namespace drawdown
