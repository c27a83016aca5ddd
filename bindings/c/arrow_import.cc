// Imports of runs and usage from Arrow streams.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "arrow_reader.h"
#include "import_options.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kRowsPerTransaction = 65'536;

// One of our columns in a stream: a column of it, a constant, or absent.
class Field {
 public:
  // MISSING_COLUMN where it is neither there nor optional.
  Outcome Find(std::string_view name, bool optional,
               const ImportOptions& options, const ArrowReader& reader) {
    for (const auto& [ours, value] : options.constants) {
      if (ours == name) constant_ = value;
    }
    std::string theirs(name);
    for (const auto& [ours, column] : options.columns) {
      if (ours == name) theirs = column;
    }
    if (constant_.has_value()) return {};
    for (size_t i = 0; i < reader.columns().size(); ++i) {
      if (reader.columns()[i].name != theirs) continue;
      column_ = i;
      return CheckReadable(reader.columns()[i]);
    }
    if (optional) return {};
    return {DRAWDOWN_MISSING_COLUMN,
            absl::StrCat("the Arrow stream has no column ", theirs)};
  }

  // The cell as text, empty where it is null or absent.
  Outcome Text(const ArrowReader& reader, int64_t row,
               std::string* text) const {
    text->clear();
    if (constant_.has_value()) *text = *constant_;
    if (!column_.has_value()) return {};
    const ArrowColumn& column = reader.columns()[*column_];
    if (IsNull(column, row)) return {};
    return TextAt(column, row, text);
  }

 private:
  std::optional<std::string> constant_;
  std::optional<size_t> column_;
};

// The fields of a kind of row; they read one cell after another and keep what
// went wrong first.
class Cells {
 public:
  Cells(const ImportOptions& options, const ArrowReader& reader)
      : options_(options), reader_(reader) {}

  Field Find(std::string_view name, bool optional = false) {
    Field field;
    names_.push_back(name);
    Keep(field.Find(name, optional, options_, reader_));
    return field;
  }
  // Once all are found: what is said of a column that is none of ours, or of a
  // zone that is none, was misspelt.
  void CheckOptions() {
    for (const auto* const pairs : {&options_.columns, &options_.constants}) {
      for (const auto& [ours, theirs] : *pairs) {
        if (std::find(names_.begin(), names_.end(), ours) != names_.end()) {
          continue;
        }
        std::string message = ours + " is none of the columns";
        for (const std::string_view name : names_) {
          absl::StrAppend(&message, " ", std::string(name));
        }
        Keep({DRAWDOWN_INVALID_ARGUMENT, message});
      }
    }
    if (options_.zone.empty()) return;
    Value(ParseInstant("2000-01-01T00:00:00", options_.zone));
  }

  bool ok() const { return outcome_.ok(); }
  // Says which row of the stream it was.
  Outcome OutcomeAt(uint64_t row) const {
    return {outcome_.code(),
            absl::StrCat("row ", row + 1, ": ", outcome_.message())};
  }
  const Outcome& outcome() const { return outcome_; }

  std::string Text(const Field& field, int64_t row) {
    std::string text;
    Keep(field.Text(reader_, row, &text));
    return text;
  }
  // Empty text is an absent instant.
  std::optional<int64_t> Time(const Field& field, int64_t row) {
    const std::string text = Text(field, row);
    if (text.empty()) return std::nullopt;
    return Value(ParseInstant(text, options_.zone));
  }
  int64_t NeededTime(const char* name, const Field& field, int64_t row) {
    const std::optional<int64_t> time = Time(field, row);
    if (!time) Keep({DRAWDOWN_BAD_ROW, absl::StrCat(name, " must be given")});
    return time.value_or(0);
  }
  int64_t Gpus(const Field& field, int64_t row) {
    return Value(ParseGpus(Text(field, row)));
  }
  GpuTime GpuSeconds(const Field& field, int64_t row) {
    return Value(ParseGpuSeconds(Text(field, row)));
  }
  uint32_t Attempt(const Field& field, int64_t row) {
    const std::string text = Text(field, row);
    if (text.empty()) return 1;
    uint64_t attempt = 0;
    for (const char digit : text) {
      attempt = attempt * 10 + static_cast<uint64_t>(digit - '0');
      if (digit < '0' || digit > '9' || attempt > UINT32_MAX) {
        Keep({DRAWDOWN_BAD_NUMBER, "attempt " + text + " is not a number"});
        return 1;
      }
    }
    return static_cast<uint32_t>(attempt);
  }

 private:
  void Keep(const Outcome& outcome) {
    if (outcome_.ok()) outcome_ = outcome;
  }
  template <typename T>
  T Value(const absl::StatusOr<T>& value) {
    if (value.ok()) return *value;
    Keep(value.status());
    return T{};
  }

  const ImportOptions& options_;
  const ArrowReader& reader_;
  std::vector<std::string_view> names_;
  Outcome outcome_;
};

struct RunFields {
  explicit RunFields(Cells* cells)
      : run_id(cells->Find("run_id")),
        tenant(cells->Find("tenant")),
        pool(cells->Find("pool")),
        gpus(cells->Find("gpus")),
        start(cells->Find("start")),
        end(cells->Find("end")),
        state(cells->Find("state", true)),
        attempt(cells->Find("attempt", true)) {}

  using Row = RunRow;
  static absl::StatusOr<ImportResult> Post(Ledger& ledger,
                                           const std::vector<Row>& rows,
                                           const WriteOptions& options) {
    return ledger.ImportRuns(rows, options);
  }
  Row Read(Cells* cells, int64_t row) const {
    Row run;
    run.key = {cells->Text(run_id, row), cells->Attempt(attempt, row)};
    run.tenant = cells->Text(tenant, row);
    run.pool = cells->Text(pool, row);
    run.micro_gpus = cells->Gpus(gpus, row);
    run.start_us = cells->Time(start, row);
    run.end_us = cells->Time(end, row);
    run.state = cells->Text(state, row);
    return run;
  }

  Field run_id, tenant, pool, gpus, start, end, state, attempt;
};

struct UsageFields {
  explicit UsageFields(Cells* cells)
      : usage_id(cells->Find("usage_id")),
        tenant(cells->Find("tenant")),
        pool(cells->Find("pool")),
        start(cells->Find("start")),
        end(cells->Find("end")),
        gpu_seconds(cells->Find("gpu_seconds")) {}

  using Row = UsageRecord;
  static absl::StatusOr<ImportResult> Post(Ledger& ledger,
                                           const std::vector<Row>& rows,
                                           const WriteOptions& options) {
    return ledger.ImportUsage(rows, options);
  }
  Row Read(Cells* cells, int64_t row) const {
    Row usage;
    usage.usage_id = cells->Text(usage_id, row);
    usage.tenant = cells->Text(tenant, row);
    usage.pool = cells->Text(pool, row);
    usage.start_us = cells->NeededTime("start", start, row);
    usage.end_us = cells->NeededTime("end", end, row);
    usage.gpu_time = cells->GpuSeconds(gpu_seconds, row);
    return usage;
  }

  Field usage_id, tenant, pool, start, end, gpu_seconds;
};

void Add(const ImportResult& batch, ImportResult* total) {
  total->rows += batch.rows;
  total->inserted += batch.inserted;
  total->updated += batch.updated;
  total->unchanged += batch.unchanged;
  total->open += batch.open;
  total->never_started += batch.never_started;
  total->zero_gpu += batch.zero_gpu;
}

template <typename Fields>
Outcome Import(Ledger& ledger, ArrowReader* reader, const ImportCall& call,
               ImportResult* total) {
  Cells cells(call.options, *reader);
  const Fields fields(&cells);
  cells.CheckOptions();
  if (!cells.ok()) return cells.outcome();
  std::vector<typename Fields::Row> rows;
  const auto post = [&]() -> Outcome {
    if (rows.empty()) return {};
    const auto posted =
        Fields::Post(ledger, rows, {.strict = call.options.strict});
    rows.clear();
    if (!posted.ok()) return posted.status();
    Add(*posted, total);
    if (call.progress) call.progress("posting", total->rows, 0);
    return {};
  };
  uint64_t read = 0;
  int64_t count = 0;
  for (;;) {
    const Outcome next = reader->Next(&count);
    if (!next.ok()) return next;
    if (count == 0) return post();
    for (int64_t row = 0; row < count; ++row, ++read) {
      rows.push_back(fields.Read(&cells, row));
      if (!cells.ok()) return cells.OutcomeAt(read);
      if (rows.size() < kRowsPerTransaction) continue;
      const Outcome posted = post();
      if (!posted.ok()) return posted;
    }
  }
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_import_arrow(drawdown_ledger ledger, int32_t kind,
                              struct ArrowArrayStream* stream,
                              const drawdown_import_options* options,
                              drawdown_import_result* result,
                              drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    if (stream == nullptr) return NullArgument("stream");
    ArrowReader reader(stream);  // Released whatever happens below.
    const auto found = FindHandle<drawdown::Ledger>(ledger);
    if (found == nullptr) return BadHandle("ledger", ledger);
    Inputs in;
    const ImportCall call = ReadImportOptions(&in, options);
    if (!in.ok()) return in.outcome();
    const Outcome started = reader.Start();
    if (!started.ok()) return started;
    drawdown::ImportResult total;
    Outcome imported;
    if (kind == DRAWDOWN_IMPORT_RUNS) {
      imported = Import<RunFields>(*found, &reader, call, &total);
    } else if (kind == DRAWDOWN_IMPORT_USAGE) {
      imported = Import<UsageFields>(*found, &reader, call, &total);
    } else {
      return {DRAWDOWN_INVALID_ARGUMENT,
              absl::StrCat("kind ", kind, " is not imported from Arrow")};
    }
    if (!imported.ok()) return imported;
    return GiveImportResult(total, call, result);
  });
}
