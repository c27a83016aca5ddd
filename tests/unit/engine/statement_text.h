// Statements as text, to compare whole.
#ifndef DRAWDOWN_TESTS_UNIT_ENGINE_STATEMENT_TEXT_H_
#define DRAWDOWN_TESTS_UNIT_ENGINE_STATEMENT_TEXT_H_

#include <string>

#include "drawdown/statement.h"
#include "drawdown/units.h"

namespace drawdown {

// GPU-hours, zeros at the end trimmed.
inline std::string HoursText(GpuTime time) {
  std::string hours = FormatGpuHours(time);
  hours.erase(hours.find_last_not_of('0') + 1);
  if (hours.ends_with('.')) hours.pop_back();
  return hours;
}

// "tenant|pool|commitment|kind|hours|price|cost", of a correction also
// "|period|kind".
inline std::string LineText(const StatementLine& line) {
  std::string text = line.tenant + "|" + line.pool + "|" + line.commitment +
                     "|" + std::string(ChargeKindName(line.kind)) + "|";
  if (line.has_gpu_time) text += HoursText(line.gpu_time);
  text += "|";
  if (line.unit_price) text += FormatMoney(*line.unit_price);
  text += "|";
  if (line.cost) text += FormatMoney(*line.cost);
  if (!line.corrects_period.empty()) {
    text += "|" + line.corrects_period + "|" +
            std::string(ChargeKindName(line.corrects_kind));
  }
  return text + "\n";
}

// All of it, but when it was closed.
inline std::string TextOf(const Statement& statement) {
  std::string text =
      statement.contract + " " + std::to_string(statement.contract_version) +
      " " + FormatInstant(statement.period_start_us) + " " +
      FormatInstant(statement.period_end_us) + " " +
      FormatInstant(statement.at_us) + " " +
      (statement.complete ? "complete " : "") + FormatMoney(statement.total) +
      " " + statement.currency.ToString() + " " +
      FormatGpuSeconds(statement.metered) + "\n";
  for (const StatementLine& line : statement.lines) text += LineText(line);
  for (const std::string& note : statement.notes) text += note + "\n";
  return text;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_ENGINE_STATEMENT_TEXT_H_
