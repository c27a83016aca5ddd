// Tables as Arrow streams (the C data and stream interfaces of Arrow's format):
// the buffers are the table's own, which every array keeps alive.
#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

using SharedTable = std::shared_ptr<const Table>;

// Rows of one batch: enough to make batches cheap, a multiple of 8.
constexpr uint64_t kBatchRows = uint64_t{1} << 20;

std::string FormatOf(const Column& column) {
  switch (column.type) {
    case DRAWDOWN_COLUMN_TEXT:
      return "U";
    case DRAWDOWN_COLUMN_TIME:
      return "tsu:UTC";
    case DRAWDOWN_COLUMN_BOOL:
      return "b";
    case DRAWDOWN_COLUMN_DECIMAL:
      return absl::StrCat("d:38,", column.scale);
    default:
      return "l";
  }
}

// What a schema points to.
struct SchemaBody {
  std::string format;
  std::string name;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;

  // Children that the consumer has moved away have no release any more; those
  // of a table that ran out of memory halfway are here.
  ~SchemaBody() {
    for (ArrowSchema& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
  }
};

void ReleaseSchema(ArrowSchema* schema) {
  delete static_cast<SchemaBody*>(schema->private_data);
  schema->release = nullptr;
}

void FillSchema(std::unique_ptr<SchemaBody> body, ArrowSchema* out) {
  for (ArrowSchema& child : body->children) {
    body->child_pointers.push_back(&child);
  }
  *out = {};
  out->format = body->format.c_str();
  out->name = body->name.c_str();
  out->flags = ARROW_FLAG_NULLABLE;
  out->n_children = static_cast<int64_t>(body->children.size());
  out->children = body->child_pointers.data();
  out->release = ReleaseSchema;
  out->private_data = body.release();
}

void SchemaOf(const Table& table, ArrowSchema* out) {
  auto body = std::make_unique<SchemaBody>();
  body->format = "+s";
  body->children.resize(table.columns.size());
  body->child_pointers.reserve(table.columns.size());
  for (size_t i = 0; i < table.columns.size(); ++i) {
    auto child = std::make_unique<SchemaBody>();
    child->format = FormatOf(table.columns[i]);
    child->name = table.columns[i].name;
    FillSchema(std::move(child), &body->children[i]);
  }
  FillSchema(std::move(body), out);
}

// What an array points to.
struct ArrayBody {
  SharedTable table;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;

  // Children that the consumer has moved away have no release any more; those
  // of a table that ran out of memory halfway are here.
  ~ArrayBody() {
    for (ArrowArray& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
  }
};

void ReleaseArray(ArrowArray* array) {
  delete static_cast<ArrayBody*>(array->private_data);
  array->release = nullptr;
}

void FillArray(std::unique_ptr<ArrayBody> body, ArrowArray* out) {
  for (ArrowArray& child : body->children) {
    body->child_pointers.push_back(&child);
  }
  out->n_buffers = static_cast<int64_t>(body->buffers.size());
  out->buffers = body->buffers.data();
  out->n_children = static_cast<int64_t>(body->children.size());
  out->children = body->child_pointers.data();
  out->release = ReleaseArray;
  out->private_data = body.release();
}

std::vector<const void*> BuffersOf(const Column& column) {
  const void* const valid =
      column.valid.empty() ? nullptr : column.valid.data();
  switch (column.type) {
    case DRAWDOWN_COLUMN_TEXT:
      return {valid, column.offsets.data(), column.chars.data()};
    case DRAWDOWN_COLUMN_DECIMAL:
      return {valid, column.decimals.data()};
    case DRAWDOWN_COLUMN_BOOL:
      return {valid, column.bits.data()};
    default:
      return {valid, column.numbers.data()};
  }
}

// Rows [begin, begin + length) as a struct array.
void BatchOf(const SharedTable& table, uint64_t begin, uint64_t length,
             ArrowArray* out) {
  auto body = std::make_unique<ArrayBody>();
  body->table = table;
  body->buffers = {nullptr};
  body->children.resize(table->columns.size());
  body->child_pointers.reserve(table->columns.size());
  for (size_t i = 0; i < table->columns.size(); ++i) {
    const Column& column = table->columns[i];
    auto child = std::make_unique<ArrayBody>();
    child->table = table;
    child->buffers = BuffersOf(column);
    ArrowArray& array = body->children[i];
    array.length = static_cast<int64_t>(length);
    array.offset = static_cast<int64_t>(begin);
    array.null_count = column.valid.empty() ? 0 : -1;
    FillArray(std::move(child), &array);
  }
  *out = {};
  out->length = static_cast<int64_t>(length);
  FillArray(std::move(body), out);
}

struct StreamBody {
  SharedTable table;
  uint64_t next = 0;  // row
};

StreamBody* BodyOf(ArrowArrayStream* stream) {
  return static_cast<StreamBody*>(stream->private_data);
}

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  try {
    SchemaOf(*BodyOf(stream)->table, out);
    return 0;
  } catch (...) {
    return ENOMEM;
  }
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
  StreamBody& body = *BodyOf(stream);
  *out = {};  // The end, unless there is more.
  const uint64_t left = body.table->rows - body.next;
  if (left == 0) return 0;
  const uint64_t length = left < kBatchRows ? left : kBatchRows;
  try {
    BatchOf(body.table, body.next, length, out);
  } catch (...) {
    return ENOMEM;
  }
  body.next += length;
  return 0;
}

const char* GetLastError(ArrowArrayStream*) { return "out of memory"; }

void ReleaseStream(ArrowArrayStream* stream) {
  delete BodyOf(stream);
  stream->release = nullptr;
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_table_arrow(drawdown_table table, struct ArrowArrayStream* out,
                             drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    const SharedTable found = FindHandle<Table>(table);
    if (found == nullptr) return BadHandle("table", table);
    if (out == nullptr) return NullArgument("out");
    auto body = std::make_unique<StreamBody>();
    body->table = found;
    *out = {GetSchema, GetNext, GetLastError, ReleaseStream, body.release()};
    return {};
  });
}
