#include "ledger/cell_records.h"

#include <bit>
#include <cstring>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

// A cell starts with a byte of four widths, two bits each, lowest first: of its
// amounts, and of its latest edge.
constexpr int kWidths = 4;
constexpr size_t kBytesOfWidth[4] = {0, 4, 8, 16};
constexpr size_t kMaxCellBytes = 1 + 3 * sizeof(Int128) + sizeof(uint32_t);

constexpr uint32_t kBucketBias = 0x80000000u;

unsigned WidthOf(Int128 amount) {
  if (amount == 0) return 0;
  if (amount == static_cast<int32_t>(amount)) return 1;
  return amount == static_cast<int64_t>(amount) ? 2 : 3;
}

using CellBytes = SmallBytes<kStretchCells * kMaxCellBytes>;

void AddAmount(Int128 amount, CellBytes* bytes) {
  switch (WidthOf(amount)) {
    case 0:
      break;
    case 1:
      bytes->Fixed(static_cast<int32_t>(amount));
      break;
    case 2:
      bytes->Fixed(static_cast<int64_t>(amount));
      break;
    default:
      bytes->Fixed(amount);
  }
}

void AddCell(const Cell& cell, CellBytes* bytes) {
  const Int128 amounts[] = {cell.recorded.count(), cell.partial.count(),
                            cell.level_change};
  unsigned widths = (cell.last_edge_us != 0 ? 1u : 0u) << 6;
  for (int i = 0; i < 3; ++i) widths |= WidthOf(amounts[i]) << (2 * i);
  bytes->Fixed(static_cast<uint8_t>(widths));
  for (const Int128 amount : amounts) AddAmount(amount, bytes);
  if (cell.last_edge_us != 0) bytes->Fixed(cell.last_edge_us);
}

template <typename T>
T Take(const char** at) {
  T value;
  std::memcpy(&value, *at, sizeof value);
  *at += sizeof value;
  return value;
}

Int128 TakeAmount(unsigned width, const char** at) {
  switch (width) {
    case 0:
      return 0;
    case 1:
      return Take<int32_t>(at);
    case 2:
      return Take<int64_t>(at);
    default:
      return Take<Int128>(at);
  }
}

// Of a cell after its byte of widths.
size_t BytesOf(unsigned widths) {
  size_t bytes = 0;
  for (int i = 0; i < kWidths; ++i) {
    bytes += kBytesOfWidth[(widths >> (2 * i)) & 3];
  }
  return bytes;
}

// An amount of at most eight bytes, read without a branch on its width: widths
// change from cell to cell, and a wrong guess costs more than the rest.
int64_t TakeNarrow(unsigned width, const char** at) {
  static constexpr int kUnusedBits[3] = {0, 32, 0};
  static constexpr int64_t kUsed[3] = {0, -1, -1};
  uint64_t bytes;
  std::memcpy(&bytes, *at, sizeof bytes);
  *at += kBytesOfWidth[width];
  const int unused = kUnusedBits[width];
  return (static_cast<int64_t>(bytes << unused) >> unused) & kUsed[width];
}

// The cell at *at, which it moves past it; false when it is none.
bool TakeCell(const char** at, const char* end, Cell* cell) {
  if (*at == end) return false;
  const auto left = static_cast<size_t>(end - *at) - 1;
  const unsigned widths = Take<uint8_t>(at);
  const unsigned recorded = widths & 3;
  const unsigned partial = (widths >> 2) & 3;
  const unsigned level_change = (widths >> 4) & 3;
  const unsigned edge = widths >> 6;
  const bool wide = recorded == 3 || partial == 3 || level_change == 3;
  if (!wide && edge <= 1 && left >= 4 * sizeof(int64_t)) {
    cell->recorded = GpuTime(TakeNarrow(recorded, at));
    cell->partial = GpuTime(TakeNarrow(partial, at));
    cell->level_change = TakeNarrow(level_change, at);
    cell->last_edge_us = static_cast<uint32_t>(TakeNarrow(edge, at));
    return true;
  }
  if (edge > 1 || left < BytesOf(widths)) return false;
  cell->recorded = GpuTime(TakeAmount(recorded, at));
  cell->partial = GpuTime(TakeAmount(partial, at));
  cell->level_change = TakeAmount(level_change, at);
  cell->last_edge_us = edge != 0 ? Take<uint32_t>(at) : 0;
  return true;
}

}  // namespace

std::string StretchKey(const CellKey& cell) {
  std::string out;
  AppendKey32(cell.tenant, &out);
  AppendKey32(cell.pool, &out);
  const int32_t stretch = cell.bucket >> kStretchCellsLog2;
  AppendKey32(static_cast<uint32_t>(stretch) ^ kBucketBias, &out);
  return out;
}

CellKey FirstOfStretch(std::string_view key) {
  const uint32_t stretch = ReadKey32(key.data() + 8) ^ kBucketBias;
  return {ReadKey32(key.data()), ReadKey32(key.data() + 4),
          static_cast<int32_t>(stretch << kStretchCellsLog2)};
}

void AppendStretch(std::string_view key, const CellStretch& stretch,
                   std::string* out) {
  const size_t start = out->size();
  AppendFixed(stretch.present, out);
  CellBytes bytes;
  for (uint32_t left = stretch.present; left != 0; left &= left - 1) {
    AddCell(stretch.cells[std::countr_zero(left)], &bytes);
  }
  bytes.AppendTo(out);
  SealRecord(key, out, start);
}

absl::Status DecodeStretch(std::string_view key, std::string_view bytes,
                           CellStretch* stretch) {
  ASSIGN_OR_RETURN(const std::string_view body, OpenRecord(key, bytes, "cell"));
  if (body.size() < sizeof stretch->present) return MalformedRecord("cell");
  const char* at = body.data();
  const char* const end = at + body.size();
  stretch->present = Take<uint32_t>(&at);
  for (uint32_t left = stretch->present; left != 0; left &= left - 1) {
    if (!TakeCell(&at, end, &stretch->cells[std::countr_zero(left)])) {
      return MalformedRecord("cell");
    }
  }
  return at == end ? absl::OkStatus() : MalformedRecord("cell");
}

}  // namespace drawdown
