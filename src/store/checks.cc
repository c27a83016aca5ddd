#include "store/checks.h"

#include <linux/magic.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "ledger/store.h"

namespace drawdown {
namespace {

static_assert(sizeof(void*) == 8,
              "the meta page is read as 64-bit LMDB has it");

constexpr uint64_t kXfs = 0x58465342;
constexpr uint64_t kZfs = 0x2fc12fc1;
constexpr uint64_t kLocalFilesystems[] = {
    EXT4_SUPER_MAGIC,  // ext2 and ext3 have the same
    kXfs,
    BTRFS_SUPER_MAGIC,
    TMPFS_MAGIC,
    kZfs,
    F2FS_SUPER_MAGIC,
};

// Layout of MDB_page and MDB_meta of the LMDB 0.9 file format.
constexpr size_t kFlagsOffset = 10;
constexpr size_t kMetaOffset = 16;
constexpr uint16_t kMetaFlag = 0x08;
constexpr uint32_t kLmdbMagic = 0xBEEFC0DE;
constexpr uint32_t kFormat = 1;
constexpr uint64_t kNoRoot = ~uint64_t{0};

struct TreeHead {
  uint32_t page_size;  // In the first tree only.
  uint16_t flags;
  uint16_t depth;
  uint64_t branch_pages;
  uint64_t leaf_pages;
  uint64_t overflow_pages;
  uint64_t entries;
  uint64_t root;
};
struct RawMeta {
  uint32_t magic;
  uint32_t version;
  uint64_t address;
  uint64_t map_size;
  TreeHead trees[2];
  uint64_t last_page;
  uint64_t transaction;
};
static_assert(sizeof(TreeHead) == 48 && sizeof(RawMeta) == 136);

absl::Status Corrupt(const std::string& path, std::string_view what) {
  return MakeError(ErrorCode::kCorrupt,
                   absl::StrCat(path, ": ", std::string(what)));
}

bool IsPageSize(uint64_t size) {
  return std::has_single_bit(size) && size >= 512 && size <= kMetaBytes / 2;
}

bool TreeIsSane(const TreeHead& tree, uint64_t last_page) {
  return tree.root == kNoRoot || (tree.root >= 2 && tree.root <= last_page);
}

std::optional<RawMeta> ReadMeta(std::string_view head, size_t offset) {
  if (head.size() < offset + kMetaOffset + sizeof(RawMeta)) return std::nullopt;
  uint16_t flags;
  std::memcpy(&flags, head.data() + offset + kFlagsOffset, sizeof flags);
  RawMeta meta;
  std::memcpy(&meta, head.data() + offset + kMetaOffset, sizeof meta);
  const bool sane = (flags & kMetaFlag) != 0 && meta.magic == kLmdbMagic &&
                    meta.version == kFormat &&
                    IsPageSize(meta.trees[0].page_size) &&
                    meta.last_page >= 1 && meta.map_size > 0;
  if (!sane) return std::nullopt;
  return meta;
}

MetaPage Summary(const RawMeta& meta) {
  return {meta.trees[0].page_size, meta.map_size, meta.last_page,
          meta.transaction};
}

// Whether the magic number is anywhere it could be: then the file was LMDB's.
bool HasMagic(std::string_view head) {
  const size_t second = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (const size_t offset : {size_t{0}, second}) {
    uint32_t magic;
    const size_t at = offset + kMetaOffset;
    if (head.size() < at + sizeof magic) continue;
    std::memcpy(&magic, head.data() + at, sizeof magic);
    if (magic == kLmdbMagic) return true;
  }
  return false;
}

}  // namespace

absl::Status CheckLmdbVersion(int major, int minor, int patch) {
  if (major != 0 || minor != 9 || patch < 26 || patch > 31) {
    return absl::OkStatus();
  }
  return MakeError(
      ErrorCode::kUnsupportedLmdb,
      absl::StrCat("LMDB ", major, ".", minor, ".", patch,
                   " breaks the locks of other processes when it closes a "
                   "ledger (ITS#10095): use 0.9.24, 0.9.25 or 0.9.32 and up"));
}

absl::Status CheckKey(std::string_view key) {
  if (!key.empty() && key.size() <= kMaxKeyBytes) return absl::OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat("key of ", key.size(),
                                " bytes; a key has 1 to ", kMaxKeyBytes));
}

absl::Status CheckFilesystem(uint64_t type, bool allow_any,
                             const std::string& directory) {
  if (allow_any) return absl::OkStatus();
  for (const uint64_t known : kLocalFilesystems) {
    if (type == known) return absl::OkStatus();
  }
  const char* kind = type == OVERLAYFS_SUPER_MAGIC ? "overlayfs" : "unknown";
  return MakeError(
      ErrorCode::kUnsupportedFilesystem,
      absl::StrCat(directory, ": filesystem type 0x", absl::Hex(type), " (",
                   kind,
                   ") is not ext2/3/4, xfs, btrfs, zfs, f2fs or tmpfs; put the "
                   "ledger on a volume of one of these, or set "
                   "allow_any_filesystem if its locks and maps are coherent"));
}

absl::StatusOr<MetaPage> ParseMetaPages(std::string_view head,
                                        uint64_t file_size,
                                        const std::string& path) {
  const std::optional<RawMeta> first = ReadMeta(head, 0);
  if (!first.has_value()) {
    if (HasMagic(head)) return Corrupt(path, "the first meta page is damaged");
    return MakeError(ErrorCode::kNotALedger,
                     absl::StrCat(path, " is not an LMDB file"));
  }
  const uint64_t page_size = first->trees[0].page_size;
  const std::optional<RawMeta> second = ReadMeta(head, page_size);
  if (!second.has_value() || second->trees[0].page_size != page_size) {
    return Corrupt(path, "the second meta page is damaged");
  }
  const RawMeta& newer =
      first->transaction >= second->transaction ? *first : *second;
  // Not asked of the older one: after a failed write LMDB leaves there the old
  // transaction number with the new roots.
  if (!TreeIsSane(newer.trees[0], newer.last_page) ||
      !TreeIsSane(newer.trees[1], newer.last_page)) {
    return Corrupt(path, "the root of a table is past the last page");
  }
  const uint64_t pages = newer.last_page + 1;
  if (pages > file_size / page_size) {
    return Corrupt(path,
                   absl::StrCat("truncated: ", file_size, " bytes, but ", pages,
                                " pages of ", page_size, " bytes are in use"));
  }
  return Summary(newer);
}

std::optional<MetaPage> ParseMetaImage(const MetaImage& image) {
  static_assert(kMetaOffset + sizeof(RawMeta) == kMetaImageBytes);
  const std::optional<RawMeta> meta = ReadMeta({image.data(), image.size()}, 0);
  if (!meta.has_value()) return std::nullopt;
  return Summary(*meta);
}

MetaImage MetaImageAt(const MetaImage& image, uint64_t page) {
  MetaImage moved = image;
  std::memcpy(moved.data(), &page,
              sizeof page);  // A page begins with its number.
  return moved;
}

}  // namespace drawdown
