// The files of a bill: as they were named, or as a manifest lists them.
#ifndef DRAWDOWN_SRC_BILL_BILL_FILES_H_
#define DRAWDOWN_SRC_BILL_BILL_FILES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bill/bill_reader.h"

namespace drawdown {

// A file that a manifest lists.
struct ManifestEntry {
  std::string key;  // as listed: "s3://bucket/prefix/part-1.csv.gz"
  std::optional<uint64_t> rows;
  std::optional<uint64_t> bytes;
};

struct Manifest {
  std::string format;  // of FormatNames(), where the manifest says which
  std::vector<ManifestEntry> entries;
};

// An AWS ("dataFiles" of a data export, "reportKeys" of a legacy report) or
// Azure ("blobs") manifest. kBadInput names `name`: not such an object, no file
// in it, a key that leaves its folder, a Parquet file.
absl::StatusOr<Manifest> ParseManifest(std::string_view text,
                                       std::string_view name);

struct BillPath {
  std::string path;
  std::string format;            // of FormatNames(); empty: by the columns
  std::optional<uint64_t> rows;  // as its manifest says
  uint32_t named = 0;            // which of the paths it is, or is listed by
};

// The files of every path; one that ends in .json is a manifest, of which
// exactly the files that it lists are taken: each is looked for by its whole
// key, then by ever fewer of its last parts, in the manifest's folder and those
// above it. kBadInput for what cannot be read, is not there or, unless its name
// says that it is gzipped, has another size than listed; kInvalidArgument
// when one file is named twice. `format` is for files whose manifest says none.
absl::StatusOr<std::vector<BillPath>> FindBillFiles(
    const std::vector<std::string>& paths, const std::string& format);

// Those, open only while they are read (OpenSourceWhenRead). With `snapshots`
// each path is a delivery, and the last one's files come first.
absl::StatusOr<std::vector<BillInput>> OpenBillFiles(
    const std::vector<std::string>& paths, const std::string& format,
    bool snapshots);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_BILL_FILES_H_
