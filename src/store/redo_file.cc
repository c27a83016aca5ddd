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

constexpr char kName[] = "redo";
constexpr mode_t kRedoMode = 0664;
constexpr uint64_t kFileBytes = kRedoRecordsAt + kRedoRecordBytes;

}  // namespace

RedoFile::RedoFile(int directory_fd, const std::string& directory)
    : directory_fd_(directory_fd), path_(directory + "/redo") {}

// Leaves no descriptor where there is no file of the whole size. By the
// directory's descriptor: its path may be another ledger's by now. Who may only
// read it is told so when he writes.
absl::Status RedoFile::OpenExisting() {
  if (fd_.get() >= 0) return absl::OkStatus();
  constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW;
  Fd fd(openat(directory_fd_, kName, O_RDWR | kFlags));
  write_error_ = fd.get() < 0 ? errno : 0;
  if (write_error_ == EACCES || write_error_ == EROFS) {
    fd = Fd(openat(directory_fd_, kName, O_RDONLY | kFlags));
  }
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
  Fd fd(openat(directory_fd_, kName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
               kRedoMode));
  if (fd.get() < 0) return ErrnoError(errno, absl::StrCat("create ", path_));
  ShareLikeDataFile(fd.get());
  const std::string zeros(kFileBytes, '\0');
  const ssize_t written = pwrite(fd.get(), zeros.data(), zeros.size(), 0);
  if (written != static_cast<ssize_t>(zeros.size())) {
    return ErrnoError(written < 0 ? errno : ENOSPC,
                      absl::StrCat("write ", path_));
  }
  if (fsync(fd.get()) != 0) {
    return ErrnoError(errno, absl::StrCat("fsync ", path_));
  }
  if (fsync(directory_fd_) != 0) {
    return ErrnoError(errno, absl::StrCat("fsync the directory of ", path_));
  }
  fd_ = std::move(fd);
  write_error_ = 0;
  return absl::OkStatus();
}

// Whoever may write the one may write the other, whatever the umask of who made
// it. As far as that goes: a file that another user made is his.
void RedoFile::ShareLikeDataFile(int fd) const {
  struct stat data;
  if (fstatat(directory_fd_, "data.mdb", &data, 0) != 0) return;
  if (fchown(fd, static_cast<uid_t>(-1), data.st_gid) != 0) return;
  if (fchmod(fd, data.st_mode & 0666) != 0) return;
}

absl::Status RedoFile::Write(uint64_t at, std::string_view bytes) {
  if (write_error_ != 0) {
    return ErrnoError(write_error_, absl::StrCat("open to write ", path_));
  }
  const ssize_t written =
      pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
  if (written == static_cast<ssize_t>(bytes.size())) return absl::OkStatus();
  return ErrnoError(written < 0 ? errno : EIO, absl::StrCat("write ", path_));
}

absl::Status RedoFile::Sync() {
  if (fdatasync(fd_.get()) == 0) return absl::OkStatus();
  return ErrnoError(errno, absl::StrCat("fdatasync ", path_));
}

absl::Status RedoFile::WriteHeader(const RedoHeader& header) {
  const auto sector = EncodeRedoHeader(header);
  RETURN_IF_ERROR(Write(0, {sector.data(), sector.size()}));
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
  RETURN_IF_ERROR(WriteHeader(header));
  const uint64_t mark = header.generation;
  return Write(kRedoConfirmedAt,
               {reinterpret_cast<const char*>(&mark), sizeof mark});
}

absl::Status RedoFile::WriteRecord(uint64_t at, std::string_view record) {
  return Write(kRedoRecordsAt + at, record);
}

// What fails as it is begun this call alone is told. A filesystem or a sandbox
// that has no such call leaves all to the sync.
absl::Status RedoFile::BeginSync() {
  if (sync_file_range(fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE) == 0 ||
      (errno != EIO && errno != ENOSPC && errno != EDQUOT)) {
    return absl::OkStatus();
  }
  return ErrnoError(errno, absl::StrCat("write ", path_));
}

absl::Status RedoFile::MarkMustRecover(uint64_t generation) {
  RETURN_IF_ERROR(
      Write(kRedoMustRecoverAt,
            {reinterpret_cast<const char*>(&generation), sizeof generation}));
  Sync().IgnoreError();
  return absl::OkStatus();
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
