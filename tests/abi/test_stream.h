// Arrow streams of one batch, laid out by hand as Arrow's format says.
#ifndef DRAWDOWN_TESTS_ABI_TEST_STREAM_H_
#define DRAWDOWN_TESTS_ABI_TEST_STREAM_H_

#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace drawdown::c_abi_test {

__extension__ typedef __int128 Int128;

constexpr int64_t kSecond = 1'000'000;

// A column of one batch, with the buffers' bytes.
struct TestColumn {
  std::string name;
  std::string format;
  int64_t length = 0;
  int64_t offset = 0;
  std::vector<std::string> buffers;  // the first is validity; "": all valid
  std::vector<TestColumn> dictionary = {};  // one, or none
  std::vector<TestColumn> children = {};
};

template <typename... Values>
inline std::string Bytes(Values... values) {
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
  return bytes;
}

// 16 bytes of Arrow's utf8 view, inline.
inline std::string InlineView(const std::string& text) {
  std::string view = Bytes(static_cast<int32_t>(text.size())) + text;
  view.resize(16);
  return view;
}

// A stream of one batch of columns. Lives longer than its consumer; counts
// what was released.
class TestStream {
 public:
  TestStream(int64_t rows, std::vector<TestColumn> columns)
      : rows_(rows), columns_(std::move(columns)) {
    stream_ = {GetSchema, GetNext, LastError, Release, this};
  }
  ArrowArrayStream* stream() { return &stream_; }
  int released() const { return released_; }
  int batches_released() const { return batches_released_; }
  void FailInGetNext() { fails_ = true; }

 private:
  static TestStream* Of(ArrowArrayStream* stream) {
    return static_cast<TestStream*>(stream->private_data);
  }
  static int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
    TestStream& self = *Of(stream);
    *out = {};
    out->format = "+s";
    out->name = "";
    out->release = [](ArrowSchema* schema) { schema->release = nullptr; };
    for (const TestColumn& column : self.columns_) {
      self.schema_pointers_.push_back(self.SchemaOf(column));
    }
    out->n_children = static_cast<int64_t>(self.schema_pointers_.size());
    out->children = self.schema_pointers_.data();
    return 0;
  }
  ArrowSchema* SchemaOf(const TestColumn& column) {
    ArrowSchema& schema = schemas_.emplace_back();
    schema.format = column.format.c_str();
    schema.name = column.name.c_str();
    schema.release = [](ArrowSchema* released) { released->release = nullptr; };
    if (!column.dictionary.empty()) {
      schema.dictionary = SchemaOf(column.dictionary[0]);
    }
    if (column.children.empty()) return &schema;
    std::vector<ArrowSchema*> children;
    for (const TestColumn& child : column.children) {
      children.push_back(SchemaOf(child));
    }
    schema.n_children = static_cast<int64_t>(children.size());
    schema.children = child_schemas_.emplace_back(std::move(children)).data();
    return &schema;
  }
  static int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
    TestStream& self = *Of(stream);
    *out = {};
    if (self.fails_) return 5;
    if (self.given_) return 0;
    self.given_ = true;
    for (const TestColumn& column : self.columns_) {
      self.array_pointers_.push_back(self.ArrayOf(column));
    }
    out->length = self.rows_;
    out->n_children = static_cast<int64_t>(self.array_pointers_.size());
    out->children = self.array_pointers_.data();
    out->private_data = &self;
    out->release = [](ArrowArray* batch) {
      ++static_cast<TestStream*>(batch->private_data)->batches_released_;
      batch->release = nullptr;
    };
    return 0;
  }
  ArrowArray* ArrayOf(const TestColumn& column) {
    ArrowArray& array = arrays_.emplace_back();
    std::vector<const void*>& buffers = buffers_.emplace_back();
    for (const std::string& bytes : column.buffers) {
      buffers.push_back(bytes.empty() ? nullptr : bytes.data());
    }
    array.length = column.length;
    array.offset = column.offset;
    array.null_count = -1;
    array.n_buffers = static_cast<int64_t>(buffers.size());
    array.buffers = buffers.data();
    if (!column.dictionary.empty()) {
      array.dictionary = ArrayOf(column.dictionary[0]);
    }
    if (column.children.empty()) return &array;
    std::vector<ArrowArray*> children;
    for (const TestColumn& child : column.children) {
      children.push_back(ArrayOf(child));
    }
    array.n_children = static_cast<int64_t>(children.size());
    array.children = child_arrays_.emplace_back(std::move(children)).data();
    return &array;
  }
  static const char* LastError(ArrowArrayStream*) { return "the wire broke"; }
  static void Release(ArrowArrayStream* stream) {
    ++Of(stream)->released_;
    stream->release = nullptr;
  }

  int64_t rows_;
  std::vector<TestColumn> columns_;
  std::deque<ArrowSchema> schemas_;
  std::deque<ArrowArray> arrays_;
  std::deque<std::vector<const void*>> buffers_;
  std::deque<std::vector<ArrowSchema*>> child_schemas_;
  std::deque<std::vector<ArrowArray*>> child_arrays_;
  std::vector<ArrowSchema*> schema_pointers_;
  std::vector<ArrowArray*> array_pointers_;
  ArrowArrayStream stream_{};
  bool given_ = false;
  bool fails_ = false;
  int released_ = 0;
  int batches_released_ = 0;
};

// "", "x", "yy" after one another, as offsets of `Offset` and bytes.
template <typename Offset>
inline std::vector<std::string> Texts(const std::vector<std::string>& texts) {
  std::string offsets = Bytes(Offset{0});
  std::string bytes;
  for (const std::string& text : texts) {
    bytes += text;
    offsets += Bytes(static_cast<Offset>(bytes.size()));
  }
  return {"", offsets, bytes + " "};
}

// A cell as text, whatever it is.
inline std::string Cell(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  EXPECT_EQ(drawdown_table_find(table, drawdown_str(name), &column, nullptr),
            0);
  uint8_t is_null = 0;
  drawdown_text text;
  int64_t number = 0;
  drawdown_int128 decimal;
  if (drawdown_table_text(table, row, column, &text, &is_null, nullptr) == 0) {
    return is_null ? "null" : std::string(text.data, text.size);
  }
  if (drawdown_table_int64(table, row, column, &number, &is_null, nullptr) ==
      0) {
    return is_null ? "null" : std::to_string(number);
  }
  EXPECT_EQ(
      drawdown_table_decimal(table, row, column, &decimal, &is_null, nullptr),
      0);
  return is_null ? "null" : std::to_string(static_cast<int64_t>(decimal.low));
}

}  // namespace drawdown::c_abi_test

#endif  // DRAWDOWN_TESTS_ABI_TEST_STREAM_H_
