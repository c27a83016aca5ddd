#include "ledger/live_records.h"

#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr char kFilePrefix = 'f';
constexpr char kMarkPrefix = 'w';
constexpr char kAdmittedPrefix = 'a';
constexpr char kCarriedPrefix = 'c';

std::string KeyOf(char prefix, const Uuid& file) {
  std::string key(1, prefix);
  key.append(reinterpret_cast<const char*>(file.data()), file.size());
  return key;
}

}  // namespace

std::string LiveFileKey(const Uuid& file) { return KeyOf(kFilePrefix, file); }

std::string WatermarkKey(const Uuid& file, uint32_t record) {
  std::string key = KeyOf(kMarkPrefix, file);
  AppendKey32(record, &key);
  return key;
}

std::string AdmittedKey(const Uuid& file, uint32_t record) {
  std::string key = KeyOf(kAdmittedPrefix, file);
  AppendKey32(record, &key);
  return key;
}

std::string CarriedKey(uint32_t tenant, uint32_t pool) {
  std::string key(1, kCarriedPrefix);
  AppendKey32(tenant, &key);
  AppendKey32(pool, &key);
  return key;
}

std::string EncodeLiveEpoch(const LiveEpoch& epoch) {
  std::string out;
  AppendFixed(epoch.buckets, &out);
  AppendFixed(epoch.active, &out);
  AppendFixed(epoch.regressions, &out);
  AppendFixed(epoch.rejected, &out);
  SealRecord(kLiveEpochKey, &out);
  return out;
}

absl::StatusOr<LiveEpoch> DecodeLiveEpoch(std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(kLiveEpochKey, bytes, "epoch"));
  ByteReader in(body);
  LiveEpoch epoch;
  epoch.buckets = in.Fixed<std::array<int32_t, 2>>();
  epoch.active = in.Fixed<uint32_t>();
  epoch.regressions = in.Fixed<uint64_t>();
  epoch.rejected = in.Fixed<uint64_t>();
  if (!in.done() || epoch.active > 1) return MalformedRecord("epoch");
  return epoch;
}

std::string EncodeLiveFile(std::string_view key, const LiveFile& file) {
  std::string out;
  AppendFixed(file.state, &out);
  AppendString(file.boot_id, &out);
  AppendFixed(file.pid, &out);
  AppendFixed(file.created_us, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<LiveFile> DecodeLiveFile(std::string_view key,
                                        std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "lanes file"));
  ByteReader in(body);
  LiveFile file;
  file.state = in.Fixed<LiveFileState>();
  file.boot_id = in.String();
  file.pid = in.Fixed<uint32_t>();
  file.created_us = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("lanes file");
  return file;
}

std::string EncodeWatermarks(std::string_view key, const Watermarks& marks) {
  CHECK(marks.size() <= kMarksPerRecord);
  std::string out;
  for (const Watermark& mark : marks) {
    AppendFixed(mark.tenant, &out);
    AppendFixed(mark.pool, &out);
    AppendFixed(mark.base, &out);
    AppendFixed(mark.drained, &out);
  }
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<Watermarks> DecodeWatermarks(std::string_view key,
                                            std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "watermark"));
  ByteReader in(body);
  Watermarks marks;
  while (in.ok() && !in.done()) {
    Watermark& mark = marks.emplace_back();
    mark.tenant = in.Fixed<uint32_t>();
    mark.pool = in.Fixed<uint32_t>();
    mark.base = in.Fixed<std::array<uint64_t, 2>>();
    mark.drained = in.Fixed<std::array<uint64_t, 2>>();
    if (mark.base[0] > mark.drained[0] || mark.base[1] > mark.drained[1]) {
      return MalformedRecord("watermark");
    }
  }
  if (!in.done() || marks.size() > kMarksPerRecord) {
    return MalformedRecord("watermark");
  }
  return marks;
}

std::string EncodeAdmitted(std::string_view key, const AdmittedMarks& marks) {
  CHECK(marks.size() <= kAdmittedPerRecord);
  std::string out;
  for (const AdmittedMark& mark : marks) AppendFixed(mark, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<AdmittedMarks> DecodeAdmitted(std::string_view key,
                                             std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "mark of admitted usage"));
  ByteReader in(body);
  AdmittedMarks marks;
  while (in.ok() && !in.done()) marks.push_back(in.Fixed<AdmittedMark>());
  if (!in.done() || marks.size() > kAdmittedPerRecord) {
    return MalformedRecord("mark of admitted usage");
  }
  return marks;
}

std::string EncodeCarried(std::string_view key, const Carried& carried) {
  std::string out;
  for (const GpuTime open : carried.open) AppendFixed(open.count(), &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<Carried> DecodeCarried(std::string_view key,
                                      std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "carried usage"));
  ByteReader in(body);
  Carried carried;
  for (GpuTime& open : carried.open) open = GpuTime(in.Fixed<Int128>());
  constexpr size_t kKeyBytes = 1 + 2 * sizeof(uint32_t);
  if (!in.done() || key.size() != kKeyBytes) {
    return MalformedRecord("carried usage");
  }
  carried.tenant = ReadKey32(key.data() + 1);
  carried.pool = ReadKey32(key.data() + 1 + sizeof(uint32_t));
  return carried;
}

absl::StatusOr<std::optional<LiveEpoch>> ReadLiveEpoch(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kLive, kLiveEpochKey));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const LiveEpoch epoch, DecodeLiveEpoch(*bytes));
  return epoch;
}

absl::StatusOr<std::vector<NamedLiveFile>> ReadLiveFiles(
    ReadTransaction* books) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kLive));
  std::vector<NamedLiveFile> files;
  ASSIGN_OR_RETURN(bool found,
                   cursor->SeekAtLeast(std::string_view(&kFilePrefix, 1)));
  while (found && cursor->key().front() == kFilePrefix) {
    NamedLiveFile& named = files.emplace_back();
    if (cursor->key().size() != 1 + named.uuid.size()) {
      return MalformedRecord("lanes file");
    }
    std::memcpy(named.uuid.data(), cursor->key().data() + 1, named.uuid.size());
    ASSIGN_OR_RETURN(named.file,
                     DecodeLiveFile(cursor->key(), cursor->value()));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return files;
}

namespace {

// Records of marks of one file, in order, as one vector.
template <typename Mark, typename Decode>
absl::StatusOr<std::vector<Mark>> ReadMarks(ReadTransaction* books,
                                            const std::string& prefix,
                                            uint32_t per_record,
                                            const Decode& decode) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kLive));
  std::vector<Mark> all;
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(prefix));
  while (found && cursor->key().starts_with(prefix)) {
    ASSIGN_OR_RETURN(const std::vector<Mark> marks,
                     decode(cursor->key(), cursor->value()));
    const uint32_t record = ReadKey32(cursor->key().data() + prefix.size());
    all.resize(size_t{record} * per_record);
    all.insert(all.end(), marks.begin(), marks.end());
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return all;
}

}  // namespace

absl::StatusOr<Watermarks> ReadWatermarks(ReadTransaction* books,
                                          const Uuid& file) {
  return ReadMarks<Watermark>(books, KeyOf(kMarkPrefix, file), kMarksPerRecord,
                              DecodeWatermarks);
}

absl::StatusOr<AdmittedMarks> ReadAdmitted(ReadTransaction* books,
                                           const Uuid& file) {
  return ReadMarks<AdmittedMark>(books, KeyOf(kAdmittedPrefix, file),
                                 kAdmittedPerRecord, DecodeAdmitted);
}

absl::StatusOr<std::vector<Carried>> ReadCarried(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kLive));
  std::vector<Carried> all;
  ASSIGN_OR_RETURN(bool found,
                   cursor->SeekAtLeast(std::string_view(&kCarriedPrefix, 1)));
  while (found && cursor->key().front() == kCarriedPrefix) {
    ASSIGN_OR_RETURN(const Carried carried,
                     DecodeCarried(cursor->key(), cursor->value()));
    all.push_back(carried);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return all;
}

absl::Status VisitOpenUsage(ReadTransaction* books,
                            const OpenUsageVisitor& visit) {
  const auto visit_banks = [&](uint32_t tenant, uint32_t pool,
                               const std::array<GpuTime, 2>& open) {
    for (size_t bank = 0; bank < open.size(); ++bank) {
      if (open[bank].zero()) continue;
      RETURN_IF_ERROR(visit(tenant, pool, bank, open[bank]));
    }
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(const std::vector<Carried> all, ReadCarried(books));
  for (const Carried& one : all) {
    RETURN_IF_ERROR(visit_banks(one.tenant, one.pool, one.open));
  }
  ASSIGN_OR_RETURN(const std::vector<NamedLiveFile> files,
                   ReadLiveFiles(books));
  for (const NamedLiveFile& named : files) {
    ASSIGN_OR_RETURN(const Watermarks marks, ReadWatermarks(books, named.uuid));
    for (const Watermark& mark : marks) {
      RETURN_IF_ERROR(visit_banks(mark.tenant, mark.pool,
                                  {GpuTime(mark.drained[0] - mark.base[0]),
                                   GpuTime(mark.drained[1] - mark.base[1])}));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenUsage> ReadOpenUsage(ReadTransaction* books) {
  OpenUsage open;
  RETURN_IF_ERROR(VisitOpenUsage(
      books, [&](uint32_t tenant, uint32_t pool, size_t bank, GpuTime amount) {
        open[{tenant, pool}][bank] += amount;
        return absl::OkStatus();
      }));
  return open;
}

}  // namespace drawdown
