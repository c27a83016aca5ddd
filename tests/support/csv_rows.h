// A CSV file as rows of text, for tests.
#ifndef DRAWDOWN_TESTS_SUPPORT_CSV_ROWS_H_
#define DRAWDOWN_TESTS_SUPPORT_CSV_ROWS_H_

#include <string>
#include <vector>

#include "base/csv.h"
#include "base/source.h"
#include "gtest/gtest.h"
#include "tests/support/status.h"

namespace drawdown {

using CsvRows = std::vector<std::vector<std::string>>;

// Plain or gzip, header first.
inline CsvRows ReadCsvRows(const std::string& path) {
  CsvRows rows;
  auto source = OpenSource(path);
  EXPECT_THAT(source, IsOk());
  CsvReader reader(source->get());
  EXPECT_THAT(reader.ReadHeader(), IsOk());
  rows.push_back(reader.header());
  while (*reader.Next()) {
    rows.emplace_back(reader.fields().begin(), reader.fields().end());
  }
  return rows;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_CSV_ROWS_H_
