// One JSON object, written as it is made. Decimals are strings; there is no
// floating point. Control, bidi and hidden characters are \u escapes, so the
// text is inert on a terminal too.
#ifndef DRAWDOWN_SRC_REPORT_JSON_H_
#define DRAWDOWN_SRC_REPORT_JSON_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/format.h"
#include "report/sheet.h"

namespace drawdown {

// Appends `text` as a JSON string; bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

// Appends {"name": value, ...} on one line.
void AppendJsonRow(const std::vector<ReportColumn>& columns, const Row& row,
                   std::string* out);

// Writes the row as an object of a member per line.
void WriteJsonFacts(const std::vector<ReportColumn>& columns, const Row& row,
                    const Sink& sink);

std::string JsonTexts(std::span<const std::string> texts);

// The object itself: a member per line, a row of a list per line.
class JsonObject {
 public:
  explicit JsonObject(Sink sink);

  // A member; null when there is no value.
  void Member(const ReportColumn& column, const Cell& value);
  void Text(std::string_view key, const Cell& value);
  void Count(std::string_view key, uint64_t value);
  void Bool(std::string_view key, bool value);
  void Texts(std::string_view key, std::span<const std::string> values);
  void Rows(std::string_view key, const std::vector<ReportColumn>& columns,
            const std::vector<Row>& rows);

  // The same list, a row at a time.
  void OpenRows(std::string_view key);
  void AddRow(const std::vector<ReportColumn>& columns, const Row& row);
  void CloseRows();

  // Must be the last call.
  void Close();

 private:
  void Key(std::string_view key);
  void FlushWhenLarge();

  Sink sink_;
  std::string text_ = "{";
  bool first_member_ = true;
  bool first_row_ = true;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_JSON_H_
