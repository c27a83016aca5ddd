// A bill that comes as an Arrow stream, as a file that the bill reader reads:
// there is one reader of bills, and it may read them twice.
#ifndef DRAWDOWN_BINDINGS_C_ARROW_SPOOL_H_
#define DRAWDOWN_BINDINGS_C_ARROW_SPOOL_H_

#include <string>

#include "arrow_reader.h"

namespace drawdown::c_api {

class ArrowSpool {
 public:
  ArrowSpool() = default;
  ~ArrowSpool();
  ArrowSpool(const ArrowSpool&) = delete;  // Owns the file.
  ArrowSpool& operator=(const ArrowSpool&) = delete;

  // All rows as CSV, in a file of the temporary directory that has no name and
  // so is gone with this process. UNSUPPORTED names a column of floating point,
  // which may already not be what the provider wrote; columns of other types
  // that are not read are left out.
  Outcome Fill(ArrowReader* reader);

  const std::string& path() const { return path_; }
  // What to tell of the columns that were left out; "": none were.
  const std::string& note() const { return note_; }
  // The text, in which the file is called what the caller can know.
  std::string Named(std::string text) const;

 private:
  Outcome Open();
  Outcome ChooseColumns(const ArrowReader& reader);
  Outcome AddRows(const ArrowReader& reader, int64_t rows);
  void AddCell(const std::string& text);
  Outcome Write();

  int file_ = -1;
  std::string path_;
  std::string note_;
  std::string lines_;  // not written yet
  std::vector<size_t> columns_;
};

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_ARROW_SPOOL_H_
