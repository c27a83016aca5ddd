// Files of which the end cannot be read.
#include <algorithm>
#include <string>
#include <utility>

#include "base/csv.h"
#include "base/error.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

// Hands out all bytes and fails then, as a truncated archive does.
class BrokenSource : public Source {
 public:
  // In pieces of at most `piece`.
  BrokenSource(std::string bytes, size_t piece)
      : bytes_(std::move(bytes)), piece_(piece) {}
  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    if (position_ == bytes_.size()) {
      return MakeError(ErrorCode::kBadInput, "f.csv: broken");
    }
    const size_t count =
        bytes_.copy(buffer, std::min(capacity, piece_), position_);
    position_ += count;
    return count;
  }
  absl::Status Rewind() override { return absl::OkStatus(); }
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return bytes_.size(); }

 private:
  const std::string name_ = "f.csv";
  const std::string bytes_;
  const size_t piece_;
  size_t position_ = 0;
};

struct Outcome {
  size_t rows = 0;
  std::string error;
};

Outcome ReadBroken(const std::string& bytes, size_t piece) {
  BrokenSource source(bytes, piece);
  CsvReader reader(&source, {.max_row_bytes = 1'000});
  Outcome outcome;
  absl::Status status = reader.ReadHeader();
  while (status.ok()) {
    const absl::StatusOr<bool> more = reader.Next();
    status = more.status();
    if (!more.ok()) break;
    EXPECT_TRUE(*more) << "no error";
    if (!*more) break;
    ++outcome.rows;
  }
  outcome.error = std::string(status.message());
  return outcome;
}

// Of a fault and a source that fails after it, the fault is told, and rows
// before it are read.
TEST(CsvReaderTest, TheFirstErrorOfAFileIsTold) {
  for (const size_t piece : {1u, 7u, 1'000'000u}) {
    const auto expect = [piece](const std::string& bytes, size_t rows,
                                const std::string& error) {
      const Outcome outcome = ReadBroken(bytes, piece);
      EXPECT_EQ(outcome.rows, rows) << bytes;
      EXPECT_NE(outcome.error.find(error), std::string::npos)
          << bytes << ": " << outcome.error;
    };
    expect("", 0, "broken");
    expect("\n\n", 0, "broken");
    expect("a,b", 0, "broken");
    expect("a\"b", 0, "stray quote");
    expect("a,b\n", 0, "broken");
    expect("a,b\n1,2\n3,4\n", 2, "broken");
    expect("a,b\n1,2\n3,4", 1, "broken");
    expect("a,b\n1,2\n3,\"4\n", 1, "broken");
    expect("a,b\n1,2\n3,\"4\"", 1, "broken");
    expect("a,b\r\n1,2\r\n3,4\r", 1, "broken");
    expect("a,b\n1,2\nx\"y,3\n4,5\n", 1, "f.csv:3: byte 9: stray quote");
    expect("a,b\n1,2\nx\"y,3", 1, "f.csv:3: byte 9: stray quote");
    expect("a,b\n1,2\n\"x\"y,3\n\"4", 1, "text after a closing quote");
    expect("a,b\n1\n2,3\n", 0, "1 fields, the header has 2");
    expect("a,b\n1,2\n3," + std::string(2'000, '4'), 1, "row over the limit");
  }
}

}  // namespace
}  // namespace drawdown
