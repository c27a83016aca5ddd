// What a hold would cost: the statement with it, less the statement without.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "contract/timeline.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "engine/named_books.h"
#include "engine/priced_elsewhere.h"
#include "engine/statement_of.h"
#include "ledger/buckets.h"
#include "ledger/hold_rules.h"
#include "ledger/quota_books.h"

namespace drawdown {
namespace {

constexpr int64_t kLongestUs = 366 * 24 * kMicrosPerHour;

// When the time that is held would be used: by its GPUs from now on, or evenly
// while the hold lasts.
Interval SpanOf(const HoldRequest& request, int64_t now_us) {
  if (request.micro_gpus <= 0) return {now_us, now_us + request.ttl_us};
  const Int128 fine = request.gpu_time.count() * kMicroGpusPerGpu;
  const Int128 takes =
      (fine + request.micro_gpus - 1) / Int128{request.micro_gpus};
  return {now_us, now_us + static_cast<int64_t>(
                               std::clamp<Int128>(takes, 1, kLongestUs))};
}

absl::StatusOr<std::optional<uint32_t>> IdOf(ReadTransaction* books,
                                             NameKind kind,
                                             std::string_view path) {
  const std::string key = NameByPathKey(kind, path);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kNames, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  return name.id;
}

// Where the usage would be; none where a name is not in the books.
absl::StatusOr<std::optional<CellKey>> CellOf(ReadTransaction* books,
                                              const HoldRequest& request) {
  ASSIGN_OR_RETURN(const MoveList moves, ReadMoves(books));
  ASSIGN_OR_RETURN(const auto tenant, IdOf(books, NameKind::kTenant,
                                           moves.PathNow(request.tenant)));
  ASSIGN_OR_RETURN(const auto pool, IdOf(books, NameKind::kPool, request.pool));
  if (!tenant || !pool) return std::nullopt;
  return CellKey{*tenant, *pool, 0};
}

// The books with the held time used. REQUIRES: they know both names.
absl::StatusOr<BooksView> With(const BooksView& books,
                               const HoldRequest& request, const Interval& span,
                               int64_t bucket_us) {
  ASSIGN_OR_RETURN(const auto at, CellOf(books.transaction, request));
  CHECK(at.has_value());
  const int32_t first = BucketOf(span.start_us, bucket_us);
  const int32_t last = BucketOf(span.end_us - 1, bucket_us);
  std::vector<Int128> weights;
  for (int32_t bucket = first; bucket <= last; ++bucket) {
    weights.push_back(
        std::min(span.end_us, BucketStart(bucket + 1, bucket_us)) -
        std::max(span.start_us, BucketStart(bucket, bucket_us)));
  }
  ASSIGN_OR_RETURN(const std::vector<Int128> parts,
                   SplitLargestRemainder(request.gpu_time.count(), weights));
  std::map<CellKey, GpuTime> amounts;
  for (const LiveAmount& amount : books.live.amounts) {
    amounts[amount.at] += amount.gpu_time;
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    CellKey key = *at;
    key.bucket = first + static_cast<int32_t>(i);
    amounts[key] += GpuTime(parts[i]);
  }
  BooksView with;
  with.transaction = books.transaction;
  with.live.until_us =
      std::max(books.live.until_us, BucketStart(last + 1, bucket_us));
  for (const auto& [at, amount] : amounts) {
    if (!amount.zero()) with.live.amounts.push_back({at, amount});
  }
  return with;
}

using LineKey = std::tuple<std::string, ChargeKind, std::optional<MoneyAmount>>;

void AddLines(const Statement& statement, int sign,
              std::map<LineKey, QuoteLine>* lines) {
  for (const StatementLine& line : statement.lines) {
    QuoteLine& quote = (*lines)[{line.commitment, line.kind, line.unit_price}];
    quote.contract = statement.contract;
    quote.commitment = line.commitment;
    quote.kind = line.kind;
    quote.unit_price = line.unit_price;
    quote.currency = statement.currency;
    quote.gpu_time += line.gpu_time * sign;
    quote.cost += line.cost.value_or(MoneyAmount()) * sign;
  }
}

absl::StatusOr<std::vector<QuoteLine>> LinesOf(const BooksView& books,
                                               const ContractBooks& contracts,
                                               const Contract& contract,
                                               const HoldRequest& request,
                                               const Interval& span,
                                               int64_t bucket_us) {
  ASSIGN_OR_RETURN(const BooksView with, With(books, request, span, bucket_us));
  const Interval months = {contract.calendar.MonthOf(span.start_us).start_us,
                           contract.calendar.MonthOf(span.end_us - 1).end_us};
  const int64_t at_us = with.live.until_us;
  ASSIGN_OR_RETURN(
      const Statement before,
      RateStatement(books, contracts, bucket_us, contract.id, months, at_us));
  ASSIGN_OR_RETURN(
      const Statement after,
      RateStatement(with, contracts, bucket_us, contract.id, months, at_us));
  std::map<LineKey, QuoteLine> lines;
  AddLines(after, +1, &lines);
  AddLines(before, -1, &lines);
  std::vector<QuoteLine> changed;
  for (auto& [key, line] : lines) {
    if (!line.gpu_time.zero() || !line.cost.zero()) {
      changed.push_back(std::move(line));
    }
  }
  return changed;
}

// Whether the line's hours are usage, and here for the first time: commitments
// of higher layers count hours that a lower one has priced, at no price.
bool IsUsage(const QuoteLine& line) {
  if (line.kind == ChargeKind::kCovered) return line.unit_price.has_value();
  return line.kind == ChargeKind::kOnDemand ||
         line.kind == ChargeKind::kOverage ||
         line.kind == ChargeKind::kUnpriced;
}

// What no contract prices, as what would be used after their terms, as a line
// of its own: the usage of the lines adds up to what is asked for.
void AddUnpriced(GpuTime asked, const Currency& currency,
                 std::vector<QuoteLine>* lines) {
  GpuTime rest = asked;
  for (const QuoteLine& line : *lines) {
    if (IsUsage(line)) rest -= line.gpu_time;
  }
  if (rest <= GpuTime()) return;
  QuoteLine line;
  line.kind = ChargeKind::kUnpriced;
  line.gpu_time = rest;
  line.currency = currency;
  lines->push_back(std::move(line));
}

// Whether a version that holds in the span prices the pool. The newest one may
// not hold yet.
bool PricesPoolIn(const ContractTimeline& contract, const Interval& span,
                  const std::string& pool) {
  const std::vector<Interval> priced = PricedBy(contract, pool);
  return std::any_of(priced.begin(), priced.end(), [&](const Interval& one) {
    return one.start_us < span.end_us && span.start_us < one.end_us;
  });
}

// As placing would: what is placed already asks for nothing more.
absl::StatusOr<bool> IsPlaced(const BooksView& books,
                              const HoldRequest& request) {
  if (request.hold_id.empty()) return false;
  ASSIGN_OR_RETURN(const std::optional<StoredHold> known,
                   ReadHold(books.transaction, request.hold_id));
  if (!known) return false;
  const NameOf name_of = NamesOf(books.transaction);
  ASSIGN_OR_RETURN(const MoveList moves, ReadMoves(books.transaction));
  std::string tenant = name_of(NameKind::kTenant, known->tenant);
  if (moves.PathNow(tenant) == moves.PathNow(request.tenant)) {
    tenant = request.tenant;
  }
  RETURN_IF_ERROR(JudgePlacedAgain(
      *known, tenant, name_of(NameKind::kPool, known->pool), request));
  return true;
}

absl::StatusOr<Admission> AdmissionOf(ReadTransaction* books,
                                      const TakenOfQuotas& taken,
                                      const HoldRequest& request, int64_t at_us,
                                      int64_t bucket_us) {
  QuotaBooks quotas(books, bucket_us, NamesOf(books));
  Admitter admitter = quotas.AdmitterAt(at_us);
  admitter.CountTaken(taken);
  return admitter.Admit(request.tenant, request.pool,
                        {request.gpu_time, request.micro_gpus});
}

// REQUIRES: the books know both names.
absl::StatusOr<HoldQuote> QuoteIn(const BooksView& books, Admission admission,
                                  const HoldRequest& request, int64_t now_us,
                                  int64_t bucket_us) {
  HoldQuote quote;
  quote.admission = std::move(admission);
  const Interval span = SpanOf(request, now_us);
  ASSIGN_OR_RETURN(const ContractBooks contracts,
                   ContractBooks::Read(books.transaction));
  std::optional<Currency> currency;
  for (const ContractVersion* const version : contracts.Newest()) {
    ASSIGN_OR_RETURN(const ContractTimeline timeline,
                     contracts.TimelineOf(version->contract.id));
    if (!PricesPoolIn(timeline, span, request.pool)) continue;
    currency = currency.value_or(version->contract.currency);
    ASSIGN_OR_RETURN(
        std::vector<QuoteLine> lines,
        LinesOf(books, contracts, version->contract, request, span, bucket_us));
    std::move(lines.begin(), lines.end(), std::back_inserter(quote.lines));
  }
  if (currency) AddUnpriced(request.gpu_time, *currency, &quote.lines);
  return quote;
}

absl::Status CheckRequest(HoldRequest request) {
  if (request.hold_id.empty()) request.hold_id = "new";
  RETURN_IF_ERROR(CheckHold(request));
  RETURN_IF_ERROR(ValidatePath(request.tenant, "tenant"));
  return ValidatePath(request.pool, "pool");
}

}  // namespace

absl::StatusOr<HoldQuote> Ledger::QuoteHold(const HoldRequest& request) const {
  RETURN_IF_ERROR(CheckRequest(request));
  // Before the books are read for statements, which may need the writer lock.
  ASSIGN_OR_RETURN(const QuotasNow now, impl_->ReadQuotas());
  HoldQuote quote;
  RETURN_IF_ERROR(
      impl_->WithBooks({}, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const bool placed, IsPlaced(books, request));
        if (placed) return absl::OkStatus();
        ASSIGN_OR_RETURN(Admission admission,
                         AdmissionOf(now.books.get(), now.taken, request,
                                     now.at_us, impl_->bucket_us()));
        ASSIGN_OR_RETURN(const auto at, CellOf(books.transaction, request));
        if (at) {
          ASSIGN_OR_RETURN(quote, QuoteIn(books, std::move(admission), request,
                                          now.at_us, impl_->bucket_us()));
          return absl::OkStatus();
        }
        ASSIGN_OR_RETURN(const std::unique_ptr<NamedBooks> named,
                         NamedBooks::Make(books.transaction, impl_->header(),
                                          request.tenant, request.pool));
        BooksView view;
        view.transaction = named.get();
        view.live = books.live;
        ASSIGN_OR_RETURN(quote, QuoteIn(view, std::move(admission), request,
                                        now.at_us, impl_->bucket_us()));
        return absl::OkStatus();
      }));
  return quote;
}

}  // namespace drawdown
