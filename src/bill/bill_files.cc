#include "bill/bill_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/utf8.h"
#include "bill/json_scan.h"

namespace drawdown {
namespace {

// A manifest lies in metadata/BILLING_PERIOD=.../ beside data/, or above it.
constexpr int kFoldersAbove = 4;
constexpr size_t kMaxFiles = 10'000;

absl::Status BadManifest(std::string_view name, std::string_view what) {
  return MakeError(
      ErrorCode::kBadInput,
      absl::StrCat(std::string(name), ": manifest: ", std::string(what)));
}

constexpr char kParquet[] = " is Parquet: export the bill as CSV";

bool IsParquet(const std::string& name) {
  return absl::EndsWithIgnoreCase(name, ".parquet");
}

class ManifestReader {
 public:
  explicit ManifestReader(std::string_view name) : name_(name) {}

  absl::StatusOr<Manifest> Read(std::string_view text) {
    JsonCell object;
    if (!object.Parse(WithoutByteOrderMark(text))) {
      return BadManifest(name_, "not a JSON object");
    }
    bool listed = false;
    for (const JsonCell::Member& member : object.members()) {
      if (member.key == "dataFiles" || member.key == "reportKeys" ||
          member.key == "blobs") {
        listed = true;
        RETURN_IF_ERROR(ReadList(member.value));
      }
      if (member.key == "exportConfig") ReadExport(member.value);
    }
    if (!listed) {
      return BadManifest(name_, "lists no dataFiles, reportKeys or blobs");
    }
    if (manifest_.entries.empty()) return BadManifest(name_, "lists no file");
    return std::move(manifest_);
  }

 private:
  absl::Status ReadList(std::string_view text) {
    JsonCell list;
    if (!list.ParseArray(text)) {
      return BadManifest(name_, "its list of files is not an array");
    }
    for (const JsonCell::Member& element : list.members()) {
      ManifestEntry entry;
      if (element.kind == JsonCell::Kind::kString) {
        entry.key = list.TextOf(element);
      } else {
        RETURN_IF_ERROR(ReadBlob(element.value, &entry));
      }
      RETURN_IF_ERROR(CheckKey(entry.key));
      if (manifest_.entries.size() == kMaxFiles) {
        return BadManifest(
            name_, absl::StrCat("more than ", kMaxFiles, " files, the limit"));
      }
      manifest_.entries.push_back(std::move(entry));
    }
    return absl::OkStatus();
  }

  absl::Status ReadBlob(std::string_view text, ManifestEntry* entry) {
    JsonCell blob;
    if (!blob.Parse(text)) {
      return BadManifest(name_, "a listed file is neither a name nor a blob");
    }
    for (const JsonCell::Member& member : blob.members()) {
      if (member.key == "blobName" && member.kind == JsonCell::Kind::kString) {
        entry->key = blob.TextOf(member);
      }
      uint64_t count = 0;
      const bool counts = absl::SimpleAtoi(
          absl::string_view(member.value.data(), member.value.size()), &count);
      if (counts && member.key == "dataRowCount") entry->rows = count;
      if (counts && member.key == "byteCount") entry->bytes = count;
    }
    return absl::OkStatus();
  }

  // The columns of Azure's two cost exports are the same; this tells them.
  void ReadExport(std::string_view text) {
    JsonCell config;
    if (!config.Parse(text)) return;
    for (const JsonCell::Member& member : config.members()) {
      if (member.key != "type") continue;
      if (member.value == "ActualCost") manifest_.format = "azure-actual";
      if (member.value == "AmortizedCost") manifest_.format = "azure-amortized";
    }
  }

  absl::Status CheckKey(const std::string& key) const {
    const std::vector<std::string> parts = absl::StrSplit(key, '/');
    if (absl::StartsWith(key, "/")) {
      return BadManifest(name_, Quoted(key) + " leaves its folder");
    }
    for (const std::string& part : parts) {
      if (part == ".." || part == ".") {
        return BadManifest(name_, Quoted(key) + " leaves its folder");
      }
    }
    if (key.empty() || parts.back().empty() ||
        key.find('\0') != std::string::npos) {
      return BadManifest(name_, Quoted(key) + " is not the name of a file");
    }
    if (IsParquet(key)) return BadManifest(name_, Quoted(key) + kParquet);
    return absl::OkStatus();
  }

  const std::string name_;
  Manifest manifest_;
};

std::vector<std::string> PartsOf(std::string_view key) {
  const size_t scheme = key.find("://");
  if (scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
  std::vector<std::string> parts = absl::StrSplit(
      absl::string_view(key.data(), key.size()), '/', absl::SkipEmpty());
  return parts;
}

absl::StatusOr<std::string> FindListed(const std::filesystem::path& manifest,
                                       const std::string& key) {
  const std::vector<std::string> parts = PartsOf(key);
  for (size_t first = 0; first < parts.size(); ++first) {
    const std::string rest = absl::StrJoin(
        parts.begin() + static_cast<std::ptrdiff_t>(first), parts.end(), "/");
    std::filesystem::path folder = manifest.parent_path();
    for (int above = 0; above <= kFoldersAbove; ++above) {
      const std::filesystem::path candidate = folder / rest;
      std::error_code ignored;
      if (std::filesystem::is_regular_file(candidate, ignored)) {
        return candidate.string();
      }
      folder /= "..";
    }
  }
  return MakeError(ErrorCode::kBadInput,
                   absl::StrCat(manifest.string(), ": lists ", Quoted(key),
                                ", which is neither in the manifest's folder "
                                "nor in those above it"));
}

// By its first bytes, as it is read.
bool IsGzip(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 2> magic = {};
  stream.read(magic.data(), magic.size());
  return stream && magic == std::array<char, 2>{'\x1f', '\x8b'};
}

// Of a gzipped file a manifest may mean the size before or after.
absl::Status CheckSize(const std::string& file, const ManifestEntry& entry,
                       const std::string& manifest) {
  if (!entry.bytes.has_value()) return absl::OkStatus();
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(file, error);
  if (error || size == *entry.bytes || IsGzip(file)) return absl::OkStatus();
  return MakeError(ErrorCode::kBadInput,
                   absl::StrCat(file, ": ", size, " bytes, but ", manifest,
                                " says ", *entry.bytes));
}

class Finder {
 public:
  explicit Finder(const std::string& format) : format_(format) {}

  absl::Status Find(const std::string& path, uint32_t named) {
    named_ = named;
    if (!absl::EndsWithIgnoreCase(path, ".json")) return Add(path, {}, format_);
    ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
    ASSIGN_OR_RETURN(const Manifest manifest, ParseManifest(text, path));
    for (const ManifestEntry& entry : manifest.entries) {
      ASSIGN_OR_RETURN(const std::string file, FindListed(path, entry.key));
      RETURN_IF_ERROR(CheckSize(file, entry, path));
      RETURN_IF_ERROR(Add(file, entry.rows,
                          manifest.format.empty() ? format_ : manifest.format));
    }
    return absl::OkStatus();
  }

  std::vector<BillPath> Take() { return std::move(files_); }

 private:
  absl::Status Add(const std::string& path, std::optional<uint64_t> rows,
                   const std::string& format) {
    if (IsParquet(path)) {
      return MakeError(ErrorCode::kBadInput, Quoted(path) + kParquet);
    }
    struct stat status = {};
    if (path != "-" && stat(path.c_str(), &status) == 0) {
      const auto [seen, added] =
          seen_.try_emplace(std::pair(status.st_dev, status.st_ino), path);
      if (!added) {
        return MakeError(ErrorCode::kInvalidArgument,
                         absl::StrCat("the bill names one file twice: ",
                                      seen->second, " and ", path));
      }
    }
    files_.push_back({path, format, rows, named_});
    return absl::OkStatus();
  }

  const std::string format_;
  uint32_t named_ = 0;
  std::map<std::pair<dev_t, ino_t>, std::string> seen_;
  std::vector<BillPath> files_;
};

}  // namespace

absl::StatusOr<Manifest> ParseManifest(std::string_view text,
                                       std::string_view name) {
  return ManifestReader(name).Read(text);
}

absl::StatusOr<std::vector<BillPath>> FindBillFiles(
    const std::vector<std::string>& paths, const std::string& format) {
  Finder finder(format);
  for (uint32_t i = 0; i < paths.size(); ++i) {
    RETURN_IF_ERROR(finder.Find(paths[i], i));
  }
  return finder.Take();
}

absl::StatusOr<std::vector<BillInput>> OpenBillFiles(
    const std::vector<std::string>& paths, const std::string& format,
    bool snapshots) {
  ASSIGN_OR_RETURN(std::vector<BillPath> found, FindBillFiles(paths, format));
  if (snapshots) {
    std::stable_sort(
        found.begin(), found.end(),
        [](const BillPath& a, const BillPath& b) { return a.named > b.named; });
  }
  std::vector<BillInput> files;
  for (const BillPath& file : found) {
    ASSIGN_OR_RETURN(std::unique_ptr<Source> source,
                     OpenSourceWhenRead(file.path));
    BillInput& input = files.emplace_back();
    input = {std::move(source), file.format, file.rows};
    if (snapshots) input.delivery = file.named;
  }
  return files;
}

}  // namespace drawdown
