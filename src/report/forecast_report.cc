#include "report/forecast_report.h"

#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/amount_text.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr ColumnKind kText = ColumnKind::kText;
constexpr ColumnKind kWord = ColumnKind::kWord;
constexpr ColumnKind kDecimal = ColumnKind::kDecimal;
constexpr ColumnKind kCount = ColumnKind::kCount;

// Where the forecasts of a list come from: the first column of every row.
struct NamedCase {
  const char* name;
  const std::vector<ContractForecast>* forecasts;
};

std::vector<NamedCase> CasesOf(const Forecast& forecast) {
  std::vector<NamedCase> cases = {{"base", &forecast.base}};
  if (!forecast.what_if.empty())
    cases.push_back({"what_if", &forecast.what_if});
  return cases;
}

template <typename Visit>
void VisitIntervals(const Forecast& forecast, const Visit& visit) {
  for (const NamedCase& one : CasesOf(forecast)) {
    for (const ContractForecast& contract : *one.forecasts) {
      for (const CommitmentForecast& commitment : contract.commitments) {
        for (const ForecastInterval& interval : commitment.intervals) {
          visit(one.name, contract, commitment, interval);
        }
      }
    }
  }
}

std::vector<ReportColumn> IntervalColumns() {
  return {{"case", kWord},
          {"contract", kText},
          {"commitment", kText},
          {"interval_start", kWord},
          {"interval_end", kWord},
          {"contracted", kDecimal},
          {"available", kDecimal},
          {"drawn", kDecimal},
          {"unit", kWord},
          {"projected_low", kDecimal},
          {"projected", kDecimal},
          {"projected_high", kDecimal},
          {"missing_low", kDecimal},
          {"missing", kDecimal},
          {"missing_high", kDecimal},
          {"missing_cost_low", kDecimal},
          {"missing_cost", kDecimal},
          {"missing_cost_high", kDecimal},
          {"currency", kWord},
          {"exhausted_early", kWord},
          {"exhausted_at", kWord},
          {"exhausted_late", kWord}};
}

// In the order of their columns.
std::vector<Int128> AmountsOf(const ForecastInterval& interval) {
  return {
      interval.contracted,    interval.available,     interval.drawn,
      interval.projected.low, interval.projected.mid, interval.projected.high,
      interval.missing.low,   interval.missing.mid,   interval.missing.high};
}

Row IntervalRow(const char* name, const ContractForecast& contract,
                const CommitmentForecast& commitment,
                const ForecastInterval& interval) {
  const bool money = commitment.spend;
  const std::string currency = contract.currency.ToString();
  Row row = {name, contract.contract, commitment.commitment,
             TimeCell(interval.start_us), TimeCell(interval.end_us)};
  for (const Int128 amount : AmountsOf(interval)) {
    row.push_back(AmountText(money, amount));
  }
  row.insert(row.begin() + 8, AmountUnit(money, contract.currency));
  for (const Int128 cost :
       {interval.missing_cost.low, interval.missing_cost.mid,
        interval.missing_cost.high}) {
    row.push_back(FormatMoney(MoneyAmount(cost)));
  }
  row.push_back(currency);
  row.push_back(TimeCell(interval.exhausted_early_us));
  row.push_back(TimeCell(interval.exhausted_us));
  row.push_back(TimeCell(interval.exhausted_late_us));
  return row;
}

std::vector<ReportColumn> IntervalJsonColumns() {
  std::vector<ReportColumn> columns = IntervalColumns();
  columns.push_back({"summed", ColumnKind::kJson});
  for (const char* name :
       {"contracted", "available", "drawn", "projected_low", "projected",
        "projected_high", "missing_low", "missing", "missing_high"}) {
    columns.push_back({absl::StrCat(name, "_gpu_seconds"), kDecimal});
  }
  return columns;
}

void WriteIntervalsJson(const Forecast& forecast, JsonObject* json) {
  const std::vector<ReportColumn> columns = IntervalJsonColumns();
  json->OpenRows("intervals");
  VisitIntervals(forecast,
                 [&](const char* name, const ContractForecast& contract,
                     const CommitmentForecast& commitment,
                     const ForecastInterval& interval) {
                   Row row = IntervalRow(name, contract, commitment, interval);
                   row.push_back(interval.summed ? "true" : "false");
                   for (const Int128 amount : AmountsOf(interval)) {
                     row.push_back(AmountSecondsCell(commitment.spend, amount));
                   }
                   json->AddRow(columns, row);
                 });
  json->CloseRows();
}

std::vector<ReportColumn> CostColumns() {
  return {{"case", kWord},         {"contract", kText},    {"start", kWord},
          {"end", kWord},          {"cost_low", kDecimal}, {"cost", kDecimal},
          {"cost_high", kDecimal}, {"currency", kWord}};
}

void WriteCostsJson(const Forecast& forecast, JsonObject* json) {
  json->OpenRows("costs");
  for (const NamedCase& one : CasesOf(forecast)) {
    for (const ContractForecast& contract : *one.forecasts) {
      for (const ForecastCost& month : contract.costs) {
        json->AddRow(
            CostColumns(),
            {one.name, contract.contract, TimeCell(month.start_us),
             TimeCell(month.end_us), FormatMoney(MoneyAmount(month.cost.low)),
             FormatMoney(MoneyAmount(month.cost.mid)),
             FormatMoney(MoneyAmount(month.cost.high)),
             contract.currency.ToString()});
      }
    }
  }
  json->CloseRows();
}

void WritePathsJson(const Forecast& forecast, JsonObject* json) {
  const std::vector<ReportColumn> columns = {
      {"case", kWord},       {"contract", kText},
      {"commitment", kText}, {"start", kWord},
      {"end", kWord},        {"projected", ColumnKind::kJson},
      {"due", kDecimal},     {"drawn_low", kDecimal},
      {"drawn", kDecimal},   {"drawn_high", kDecimal},
      {"unit", kWord},       {"drawn_gpu_seconds", kDecimal}};
  json->OpenRows("path");
  for (const NamedCase& one : CasesOf(forecast)) {
    for (const ContractForecast& contract : *one.forecasts) {
      for (const CommitmentForecast& commitment : contract.commitments) {
        const bool money = commitment.spend;
        for (const ForecastPoint& point : commitment.path) {
          json->AddRow(
              columns,
              {one.name, contract.contract, commitment.commitment,
               TimeCell(point.start_us), TimeCell(point.end_us),
               point.start_us < contract.at_us ? "false" : "true",
               AmountText(money, point.due), AmountText(money, point.drawn.low),
               AmountText(money, point.drawn.mid),
               AmountText(money, point.drawn.high),
               AmountUnit(money, contract.currency),
               AmountSecondsCell(money, point.drawn.mid)});
        }
      }
    }
  }
  json->CloseRows();
}

void WritePoolsJson(const Forecast& forecast, JsonObject* json) {
  const std::vector<ReportColumn> columns = {
      {"contract", kText},
      {"pool", kText},
      {"history_days", kCount},
      {"last_day_gpu_seconds", kDecimal},
      {"last_day_gpu_hours", kDecimal},
      {"last_week_gpu_seconds", kDecimal},
      {"last_week_gpu_hours", kDecimal},
      {"tenants", kCount},
      {"patterned", kCount},
      {"banded", ColumnKind::kJson}};
  json->OpenRows("pools");
  for (const ContractForecast& contract : forecast.base) {
    for (const PoolForecast& pool : contract.pools) {
      json->AddRow(columns,
                   {contract.contract, pool.pool, CountCell(pool.history_days),
                    SecondsCell(pool.last_day), HoursCell(pool.last_day),
                    SecondsCell(pool.last_week), HoursCell(pool.last_week),
                    CountCell(pool.tenants), CountCell(pool.patterned),
                    pool.banded ? "true" : "false"});
    }
  }
  json->CloseRows();
}

std::vector<std::string> NotesOf(const Forecast& forecast) {
  std::vector<std::string> notes;
  for (const ContractForecast& contract : forecast.base) {
    for (const std::string& note : contract.notes) {
      notes.push_back(absl::StrCat(contract.contract, ": ", note));
    }
  }
  return notes;
}

void WriteForecastJson(const Forecast& forecast, const Sink& sink) {
  JsonObject json(sink);
  if (!forecast.base.empty()) {
    json.Text("at", FormatInstant(forecast.base.front().at_us));
  }
  WriteIntervalsJson(forecast, &json);
  WriteCostsJson(forecast, &json);
  WritePathsJson(forecast, &json);
  WritePoolsJson(forecast, &json);
  json.Texts("notes", NotesOf(forecast));
  json.Close();
}

// --- for people
// "1,000.00 (900.00 to 1,100.00)".
std::string BandText(bool money, Currency currency, const ForecastBand& band) {
  const auto grouped = [&](Int128 amount) {
    return GroupThousands(ReadableAmount(money, currency, amount));
  };
  if (band.low == band.high) return grouped(band.mid);
  return absl::StrCat(grouped(band.mid), " (", grouped(band.low), " to ",
                      grouped(band.high), ")");
}

std::string MissText(const ContractForecast& contract,
                     const CommitmentForecast& commitment,
                     const ForecastInterval& interval) {
  if (interval.missing.high == 0) return "nothing will be missing";
  std::string text = absl::StrCat(
      "missing ",
      BandText(commitment.spend, contract.currency, interval.missing));
  if (commitment.spend) {
    absl::StrAppend(&text, " ", contract.currency.ToString());
  } else {
    absl::StrAppend(&text, ", costing ",
                    BandText(true, contract.currency, interval.missing_cost),
                    " ", contract.currency.ToString());
  }
  return text;
}

std::string WhenText(const ForecastInterval& interval) {
  if (!interval.exhausted_early_us.has_value()) return "";
  const std::string early = FormatInstant(*interval.exhausted_early_us);
  if (!interval.exhausted_us.has_value()) {
    return "; if usage is high, exhausted at " + early;
  }
  std::string when = "; exhausted at " + FormatInstant(*interval.exhausted_us);
  if (interval.exhausted_early_us == interval.exhausted_late_us) return when;
  absl::StrAppend(&when, " (", early, " to ",
                  interval.exhausted_late_us.has_value()
                      ? FormatInstant(*interval.exhausted_late_us)
                      : "never",
                  ")");
  return when;
}

TextTable IntervalTable(const Forecast& forecast) {
  TextTable table = {{{"contract", kText},
                      {"commitment", kText},
                      {"until", kWord},
                      {"contracted", kDecimal},
                      {"drawn", kDecimal},
                      {"projected", kDecimal},
                      {"low", kDecimal},
                      {"high", kDecimal},
                      {"unit", kWord},
                      {"fulfilled_%", kDecimal}}};
  if (!forecast.what_if.empty()) {
    table.columns.insert(table.columns.begin(), {"case", kWord});
  }
  VisitIntervals(
      forecast, [&](const char* name, const ContractForecast& contract,
                    const CommitmentForecast& commitment,
                    const ForecastInterval& interval) {
        const bool money = commitment.spend;
        const auto readable = [&](Int128 amount) {
          return ReadableAmount(money, contract.currency, amount);
        };
        Row row = {contract.contract,
                   commitment.commitment,
                   TimeCell(interval.end_us),
                   readable(interval.contracted),
                   readable(interval.drawn),
                   readable(interval.projected.mid),
                   readable(interval.projected.low),
                   readable(interval.projected.high),
                   money ? contract.currency.ToString() : "GPU-hours",
                   PercentCell(interval.projected.mid, interval.contracted)};
        if (!forecast.what_if.empty()) row.insert(row.begin(), Cell(name));
        table.rows.push_back(row);
        table.details.push_back(absl::StrCat(
            MissText(contract, commitment, interval), WhenText(interval)));
      });
  return table;
}

// A month's cost; with a what-if, the difference that it makes.
TextTable CostTable(const Forecast& forecast) {
  const bool both = !forecast.what_if.empty();
  TextTable table = {{{"contract", kText},
                      {"month_from", kWord},
                      {"owed", kDecimal},
                      {"low", kDecimal},
                      {"high", kDecimal},
                      {"currency", kWord}}};
  if (both) {
    table.columns.push_back({"what_if", kDecimal});
    table.columns.push_back({"difference", kDecimal});
  }
  for (size_t i = 0; i < forecast.base.size(); ++i) {
    const ContractForecast& contract = forecast.base[i];
    for (size_t m = 0; m < contract.costs.size(); ++m) {
      const ForecastCost& month = contract.costs[m];
      const auto readable = [&](Int128 amount) {
        return ReadableMoney(contract.currency, MoneyAmount(amount));
      };
      Row row = {contract.contract,         TimeCell(month.start_us),
                 readable(month.cost.mid),  readable(month.cost.low),
                 readable(month.cost.high), contract.currency.ToString()};
      if (both && m < forecast.what_if[i].costs.size()) {
        const Int128 other = forecast.what_if[i].costs[m].cost.mid;
        row.push_back(readable(other));
        row.push_back(readable(other - month.cost.mid));
      } else if (both) {
        row.insert(row.end(), 2, std::nullopt);
      }
      table.rows.push_back(row);
    }
  }
  return table;
}

std::string ForecastTable(const Forecast& forecast) {
  if (forecast.base.empty()) return "no contract is in its term\n";
  const TextTable intervals = IntervalTable(forecast);
  std::string out = intervals.rows.empty() ? "no interval ends by then\n"
                                           : RenderTable(intervals);
  const TextTable costs = CostTable(forecast);
  if (!costs.rows.empty()) out.append("\n").append(RenderTable(costs));
  return out;
}

}  // namespace

void WriteForecast(const Forecast& forecast, Format format, const Sink& sink) {
  if (format == Format::kTable) return sink(ForecastTable(forecast));
  if (format == Format::kJson) return WriteForecastJson(forecast, sink);
  std::vector<Row> rows;
  VisitIntervals(
      forecast, [&](const char* name, const ContractForecast& contract,
                    const CommitmentForecast& commitment,
                    const ForecastInterval& interval) {
        rows.push_back(IntervalRow(name, contract, commitment, interval));
      });
  WriteCsv(IntervalColumns(), rows, sink);
}

}  // namespace drawdown
