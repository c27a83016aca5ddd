#include "store/redo_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/error.h"

namespace drawdown {
namespace {

constexpr mode_t kMode = 0664;
constexpr uint64_t kFileBytes = kRedoRecordsAt + kRedoRecordBytes;

}  // namespace

RedoFile::RedoFile(const std::string& directory)
    : directory_(directory), path_(directory + "/redo") {}

// Leaves no descriptor where there is no file of the whole size.
absl::Status RedoFile::OpenExisting() {
  if (fd_.get() >= 0) return absl::OkStatus();
  Fd fd(open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0 && errno == ENOENT) return absl::OkStatus();
  if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("open ", path_));
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return ErrnoError(errno, path_);
  if (static_cast<uint64_t>(info.st_size) >= kFileBytes) fd_ = std::move(fd);
  return absl::OkStatus();
}

absl::StatusOr<RedoFile::View> RedoFile::Look() {
  RETURN_IF_ERROR(OpenExisting());
  if (fd_.get() < 0) return View{};
  char sectors[3 * kSectorBytes];
  if (pread(fd_.get(), sectors, sizeof sectors, 0) != sizeof sectors) {
    return ErrnoError(EIO, absl::StrCat("read ", path_));
  }
  const std::optional<RedoHeader> header =
      DecodeRedoHeader({sectors, kSectorBytes});
  if (!header.has_value()) return View{};
  const auto marked = [&](uint64_t at) {
    uint64_t generation;
    std::memcpy(&generation, sectors + at, sizeof generation);
    return generation == header->generation;
  };
  if (!header->open) {
    return View{marked(kRedoConfirmedAt) ? State::kClosed : State::kUnconfirmed,
                *header};
  }
  return View{marked(kRedoMustRecoverAt) ? State::kMustRecover : State::kOpen,
              *header};
}

// A file whose blocks were all written never makes a sync wait for the
// filesystem's journal. A header is only ever written once the file and its
// name are on the disk.
absl::Status RedoFile::Make() {
  ASSIGN_OR_RETURN(const View view, Look());
  if (view.state != State::kAbsent) return absl::OkStatus();
  Fd fd(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode));
  if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("create ", path_));
  const std::string zeros(kFileBytes, '\0');
  const ssize_t written = pwrite(fd.get(), zeros.data(), zeros.size(), 0);
  if (written != static_cast<ssize_t>(zeros.size())) {
    return ErrnoError(written < 0 ? errno : ENOSPC,
                      absl::StrCat("write ", path_));
  }
  if (fsync(fd.get()) != 0) {
    return ErrnoError(errno, absl::StrCat("fsync ", path_));
  }
  RETURN_IF_ERROR(SyncDirectory(directory_));
  fd_ = std::move(fd);
  return absl::OkStatus();
}

absl::Status RedoFile::Write(uint64_t at, std::string_view bytes) {
  const ssize_t written =
      pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
  if (written == static_cast<ssize_t>(bytes.size())) return absl::OkStatus();
  return ErrnoError(written < 0 ? errno : EIO, absl::StrCat("write ", path_));
}

absl::Status RedoFile::Sync() {
  if (fdatasync(fd_.get()) == 0) return absl::OkStatus();
  return ErrnoError(errno, absl::StrCat("fdatasync ", path_));
}

absl::Status RedoFile::WriteOpen(const RedoHeader& header) {
  RETURN_IF_ERROR(Write(0, EncodeRedoHeader(header)));
  return Sync();
}

// "Closed" alone is in the page cache before it is on the disk. Who reads it
// there after its writer was killed would take T's pages for free while the
// disk still says that it needs them: hence the second mark, after the sync.
absl::Status RedoFile::WriteClosed() {
  ASSIGN_OR_RETURN(const View view, Look());
  if (view.state == State::kAbsent) return absl::OkStatus();
  RedoHeader header;
  header.generation = view.header.generation;
  RETURN_IF_ERROR(Write(0, EncodeRedoHeader(header)));
  RETURN_IF_ERROR(Sync());
  const uint64_t mark = header.generation;
  return Write(kRedoConfirmedAt,
               {reinterpret_cast<const char*>(&mark), sizeof mark});
}

absl::Status RedoFile::WriteRecord(uint64_t at, std::string_view record) {
  RETURN_IF_ERROR(Write(kRedoRecordsAt + at, record));
  return Sync();
}

void RedoFile::MarkMustRecover(uint64_t generation) {
  Write(kRedoMustRecoverAt,
        {reinterpret_cast<const char*>(&generation), sizeof generation})
      .IgnoreError();
  Sync().IgnoreError();
}

absl::StatusOr<std::string> RedoFile::ReadRecords() {
  std::string records(kRedoRecordBytes, '\0');
  const ssize_t size = pread(fd_.get(), records.data(), records.size(),
                             static_cast<off_t>(kRedoRecordsAt));
  if (size < 0) return ErrnoError(errno, absl::StrCat("read ", path_));
  records.resize(static_cast<size_t>(size));
  return records;
}

}  // namespace drawdown
