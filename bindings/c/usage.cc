// Usage and the journal.
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kUsageQueryV1 = sizeof(drawdown_usage_query);

UsageQuery ReadQuery(Inputs* in, const drawdown_usage_query* theirs) {
  const drawdown_usage_query defaults = DRAWDOWN_USAGE_QUERY_INIT;
  const auto ours = in->Read("query", theirs, defaults, kUsageQueryV1);
  in->Reserved("query", ours.reserved);
  UsageQuery query;
  if (ours.by_count > 0) in->NotNull("by", ours.by);
  for (uint64_t i = 0; i < ours.by_count && in->ok(); ++i) {
    query.by.push_back(in->Number("by", ours.by[i], UsageDimension::kMonth));
  }
  query.from_us = in->MaybeInstant("from_us", ours.from_us);
  query.to_us = in->MaybeInstant("to_us", ours.to_us);
  query.at_us = in->MaybeInstant("at_us", ours.at_us);
  query.as_of_us = in->MaybeInstant("as_of_us", ours.as_of_us);
  query.tenant = in->Text("tenant", ours.tenant);
  query.pool = in->Text("pool", ours.pool);
  query.zone = in->Text("zone", ours.zone);
  if (query.zone.empty()) query.zone = "UTC";
  query.net = in->Flag("net", ours.net);
  return query;
}

ColumnSpec ColumnOf(UsageDimension dimension) {
  switch (dimension) {
    case UsageDimension::kTenant:
      return TextColumn("tenant");
    case UsageDimension::kPool:
      return TextColumn("pool");
    case UsageDimension::kHour:
      return TimeColumn("hour");
    case UsageDimension::kDay:
      return TextColumn("day");
    case UsageDimension::kMonth:
      return TextColumn("month");
  }
  return TextColumn("unknown");
}

TableBuilder UsageTable(const UsageQuery& query) {
  TableBuilder table({});
  for (const UsageDimension by : query.by) table.AddColumn(ColumnOf(by));
  table.AddColumn(MicroColumn("gpu_seconds"));
  if (query.net) table.AddColumn(MicroColumn("waived"));
  return table;
}

void AddRow(const UsageQuery& query, const UsageRow& row, TableBuilder* table) {
  for (size_t i = 0; i < query.by.size(); ++i) {
    if (query.by[i] == UsageDimension::kHour) {
      table->Time(row.hour_us);
    } else {
      table->Text(row.group[i]);
    }
  }
  table->Decimal(row.gpu_time);
  if (query.net) table->Decimal(row.waived);
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_usage(drawdown_ledger ledger,
                       const drawdown_usage_query* query, drawdown_table* out,
                       drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::UsageQuery asked = ReadQuery(&in, query);
    if (!in.ok()) return in.outcome();
    TableBuilder table = UsageTable(asked);
    const auto answer = l.VisitUsage(asked, [&](const drawdown::UsageRow& row) {
      AddRow(asked, row, &table);
    });
    if (!answer.ok()) return answer.status();
    for (const std::string& note : answer->notes) table.Note(note);
    return table.Finish(out);
  });
}

int32_t drawdown_journal(drawdown_ledger ledger, uint64_t from_sequence,
                         uint64_t limit, drawdown_table* out,
                         drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    TableBuilder table({IntColumn("sequence"), TimeColumn("recorded"),
                        TextColumn("kind"), TextColumn("subject"),
                        TextColumn("detail")});
    uint64_t seen = 0;
    const absl::Status status =
        l.VisitJournal(from_sequence, [&](const drawdown::JournalEntry& entry) {
          table.Int(static_cast<int64_t>(entry.sequence));
          table.Time(entry.recorded_us).Text(entry.kind);
          table.Text(entry.subject).Text(entry.detail);
          return ++seen != limit;
        });
    if (!status.ok()) return status;
    return table.Finish(out);
  });
}
