// What is checked before LMDB touches a directory, or is given a key. Pure
// functions, so that a test can feed versions, filesystems and damaged pages.
#ifndef DRAWDOWN_SRC_STORE_CHECKS_H_
#define DRAWDOWN_SRC_STORE_CHECKS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace drawdown {

// kUnsupportedLmdb for 0.9.26 to 0.9.31: closing an environment there destroys
// the locks that other processes hold (ITS#10095).
absl::Status CheckLmdbVersion(int major, int minor, int patch);

// kUnsupportedFilesystem unless `type` (statfs f_type) is a local filesystem
// whose locks and memory maps are known to be coherent, or `allow_any`.
absl::Status CheckFilesystem(uint64_t type, bool allow_any,
                             const std::string& directory);

// Of every record: kInvalidArgument unless it has 1 to kMaxKeyBytes bytes.
absl::Status CheckKey(std::string_view key);

struct MetaPage {
  uint64_t page_size;
  uint64_t map_size;
  uint64_t last_page;
  uint64_t transaction;
};

// The head of a meta page as it is in the file: the header of the page, and all
// that LMDB has there. It lies within one sector.
inline constexpr size_t kMetaImageBytes = 152;
using MetaImage = std::array<char, kMetaImageBytes>;

// What it says of itself; nothing where it is none.
std::optional<MetaPage> ParseMetaImage(const MetaImage& image);
// The same as page `page` of the file, 0 or 1.
MetaImage MetaImageAt(const MetaImage& image, uint64_t page);

// How much of the file ParseMetaPages needs: two pages of the largest size.
inline constexpr size_t kMetaBytes = 2 * 65'536;

// The newer of the two meta pages at the start of an LMDB file. kNotALedger
// when neither is one; kCorrupt when one is damaged, or the file of `file_size`
// bytes is shorter than the pages it should hold.
absl::StatusOr<MetaPage> ParseMetaPages(std::string_view head,
                                        uint64_t file_size,
                                        const std::string& path);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_CHECKS_H_
