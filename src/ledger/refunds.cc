#include "ledger/refunds.h"

#include "base/coding.h"
#include "base/error.h"
#include "ledger/run_rules.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr size_t kMaxReasonBytes = 1'000;

std::string IdKey(std::string_view refund_id) {
  return "i" + std::string(refund_id);
}

std::string RunPrefix(std::string_view run_id, uint32_t attempt) {
  std::string prefix = "r";
  AppendRunKey(run_id, attempt, &prefix);
  prefix.push_back('\0');
  return prefix;
}

std::string EncodeRefund(std::string_view key, const RunRefunded& refund,
                         uint64_t sequence) {
  std::string out;
  AppendString(refund.run_id, &out);
  AppendVarint(refund.attempt, &out);
  AppendFixed(refund.amount.count(), &out);
  AppendVarint(static_cast<uint64_t>(refund.share.num), &out);
  AppendVarint(static_cast<uint64_t>(refund.share.den), &out);
  AppendFixed(sequence, &out);
  AppendString(refund.reason, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<StoredRefund> DecodeRefund(std::string_view key,
                                          std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "refund"));
  ByteReader in(body);
  StoredRefund refund;
  refund.run.run_id = in.String();
  refund.run.attempt = static_cast<uint32_t>(in.Varint());
  refund.amount = GpuTime(in.Fixed<Int128>());
  refund.share.num = static_cast<int64_t>(in.Varint());
  refund.share.den = static_cast<int64_t>(in.Varint());
  refund.sequence = in.Fixed<uint64_t>();
  refund.reason = in.String();
  if (!in.done()) return MalformedRecord("refund");
  return refund;
}

std::string EncodeAmount(std::string_view key, GpuTime amount) {
  std::string out;
  AppendFixed(amount.count(), &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<GpuTime> DecodeAmount(std::string_view key,
                                     std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "refund"));
  ByteReader in(body);
  const GpuTime amount(in.Fixed<Int128>());
  if (!in.done()) return MalformedRecord("refund");
  return amount;
}

}  // namespace

absl::Status CheckRefund(const RunRefunded& refund) {
  RETURN_IF_ERROR(CheckText("refund_id", refund.refund_id, 1, kMaxIdBytes));
  return CheckText("reason", refund.reason, 1, kMaxReasonBytes);
}

absl::Status PutRefund(WriteTransaction* transaction, const RunRefunded& refund,
                       uint64_t sequence) {
  const std::string key = IdKey(refund.refund_id);
  RETURN_IF_ERROR(transaction->Put(Table::kRefunds, key,
                                   EncodeRefund(key, refund, sequence)));
  std::string by_run = RunPrefix(refund.run_id, refund.attempt);
  by_run.append(refund.refund_id);
  return transaction->Put(Table::kRefunds, by_run,
                          EncodeAmount(by_run, refund.amount));
}

absl::StatusOr<std::optional<StoredRefund>> ReadRefund(
    ReadTransaction* books, std::string_view refund_id) {
  const std::string key = IdKey(refund_id);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kRefunds, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(StoredRefund refund, DecodeRefund(key, *bytes));
  return refund;
}

absl::StatusOr<std::vector<NamedRefund>> ReadRefundsOf(ReadTransaction* books,
                                                       const RunKey& run) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kRefunds));
  const std::string prefix = RunPrefix(run.run_id, run.attempt);
  std::vector<NamedRefund> refunds;
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(prefix));
  while (found && cursor->key().starts_with(prefix)) {
    ASSIGN_OR_RETURN(const GpuTime amount,
                     DecodeAmount(cursor->key(), cursor->value()));
    refunds.push_back(
        {std::string(cursor->key().substr(prefix.size())), amount});
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return refunds;
}

GpuTime SumOf(const std::vector<NamedRefund>& refunds) {
  GpuTime sum;
  for (const NamedRefund& refund : refunds) sum += refund.amount;
  return sum;
}

}  // namespace drawdown
