// A bill that is an Arrow stream, as the reader of bills wants it: rows of
// text.
#ifndef DRAWDOWN_BINDINGS_C_ARROW_BILL_H_
#define DRAWDOWN_BINDINGS_C_ARROW_BILL_H_

#include <string>
#include <vector>

#include "arrow_reader.h"
#include "drawdown/bill.h"

namespace drawdown::c_api {

class ArrowBill : public BillStream {
 public:
  // Takes the stream over.
  explicit ArrowBill(ArrowArrayStream* stream) : reader_(stream) {}

  // Reads the schema. UNSUPPORTED names a column of a type that is not read,
  // but for x_* and what is nested, of which it names tags if they are needed.
  Outcome Start(bool needs_tags);

  const std::string& name() const override { return name_; }
  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override;

  // What stopped Read, if that was the stream.
  const Outcome& outcome() const { return outcome_; }
  // Columns that are left out, a line each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  // The next row, or the next batch's first; false at the end.
  bool Fill();
  void AppendField(std::string_view value);

  const std::string name_ = "<arrow>";
  ArrowReader reader_;
  std::vector<size_t> columns_;  // of the reader, that are read
  std::vector<std::string> notes_;
  int64_t rows_ = 0;  // of the batch
  int64_t row_ = 0;
  std::string line_;  // being read
  size_t read_ = 0;   // of line_
  std::string cell_;
  Outcome outcome_;
};

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_ARROW_BILL_H_
