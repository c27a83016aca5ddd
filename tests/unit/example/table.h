// CSV text as rows that are asked by column name.
#ifndef DRAWDOWN_TESTS_UNIT_EXAMPLE_TABLE_H_
#define DRAWDOWN_TESTS_UNIT_EXAMPLE_TABLE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "base/source.h"
#include "gtest/gtest.h"

namespace drawdown::example {

using TableRow = std::map<std::string, std::string>;

inline std::vector<TableRow> ReadTable(std::string text) {
  std::vector<TableRow> rows;
  const auto source = MemorySource("table", std::move(text));
  CsvReader reader(source.get());
  EXPECT_TRUE(reader.ReadHeader().ok());
  for (;;) {
    const auto more = reader.Next();
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return rows;
    TableRow row;
    for (size_t i = 0; i < reader.header().size(); ++i) {
      row[reader.header()[i]] = std::string(reader.fields()[i]);
    }
    rows.push_back(std::move(row));
  }
}

}  // namespace drawdown::example

#endif  // DRAWDOWN_TESTS_UNIT_EXAMPLE_TABLE_H_
