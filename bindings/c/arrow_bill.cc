#include "arrow_bill.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace drawdown::c_api {
namespace {

// A provider's own column, which no reader of bills needs.
bool IsCustom(std::string_view name) { return name.starts_with("x_"); }

// FOCUS's and CUR's.
bool IsTags(std::string_view name) {
  return name == "Tags" || name == "resource_tags";
}

// A column's scale says nothing of the places that one amount was published
// with: "4.500" of decimal128(38, 3) may be 4.5.
void DropTrailingZeros(std::string* decimal) {
  if (decimal->find('.') == std::string::npos) return;
  decimal->erase(decimal->find_last_not_of('0') + 1);
  if (decimal->back() == '.') decimal->pop_back();
}

}  // namespace

Outcome ArrowBill::Start(bool needs_tags) {
  const Outcome started = reader_.Start();
  if (!started.ok()) return started;
  for (size_t i = 0; i < reader_.columns().size(); ++i) {
    const ArrowColumn& column = reader_.columns()[i];
    const Outcome readable = CheckReadable(column);
    if (readable.ok()) {
      columns_.push_back(i);
      AppendField(column.name);
    } else if (!IsCustom(column.name) &&
               (column.type.kind != ArrowType::Kind::kNested ||
                (needs_tags && IsTags(column.name)))) {
      // Without it the bill would say something else.
      return readable;
    } else {
      notes_.push_back(readable.message() + ": left out");
    }
  }
  line_ += '\n';
  return {};
}

absl::StatusOr<size_t> ArrowBill::Read(char* buffer, size_t capacity) {
  size_t size = 0;
  while (size < capacity && (read_ < line_.size() || Fill())) {
    const size_t part = std::min(capacity - size, line_.size() - read_);
    std::memcpy(buffer + size, line_.data() + read_, part);
    read_ += part;
    size += part;
  }
  // Its own words are in outcome(); this only stops the reader.
  if (!outcome_.ok()) return absl::InvalidArgumentError(outcome_.message());
  return size;
}

bool ArrowBill::Fill() {
  line_.clear();
  read_ = 0;
  if (row_ == rows_) {
    row_ = 0;
    outcome_ = reader_.Next(&rows_);
    if (!outcome_.ok() || rows_ == 0) return false;
  }
  for (const size_t i : columns_) {
    const ArrowColumn& column = reader_.columns()[i];
    cell_.clear();
    if (!IsNull(column, row_)) {
      outcome_ = TextAt(column, row_, &cell_);
      if (!outcome_.ok()) return false;
      if (column.type.kind == ArrowType::Kind::kDecimal) {
        DropTrailingZeros(&cell_);
      }
    }
    AppendField(cell_);
  }
  ++row_;
  line_ += '\n';
  return true;
}

void ArrowBill::AppendField(std::string_view value) {
  if (!line_.empty()) line_ += ',';
  // Quoted, whatever is in it; so is an only, empty field.
  line_ += '"';
  for (const char c : value) {
    if (c == '"') line_ += '"';
    line_ += c;
  }
  line_ += '"';
}

}  // namespace drawdown::c_api
