#include "tests/unit/store/simulated_disk.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>

namespace drawdown {
namespace {

constexpr size_t kSector = 512;
constexpr size_t kPageSectors = 8;
constexpr size_t kMaxBytes = size_t{48} << 20;
constexpr size_t kSectors = kMaxBytes / kSector;
constexpr size_t kMaxLosses = 400;
constexpr size_t kMaxAllowed = 16;

// One file: what the disk has for certain, and which sectors differ.
struct WatchedFile {
  char name[16];
  ino_t inode;
  bool named;     // the directory's entry is on the disk
  uint64_t size;  // on the disk
  uint64_t high;  // no sector beyond was ever written
  std::bitset<kSectors> dirty;
  char bytes[kMaxBytes];
};

struct Loss {
  uint32_t allowed_count;
  uint32_t allowed[kMaxAllowed];
};

// Shared with forked processes, one of which works at a time.
struct State {
  bool watching;
  char ledger[512];
  char keep_in[512];
  ino_t ledger_inode;
  uint64_t random;
  uint32_t events_per_loss;
  uint32_t die_after;
  uint32_t losses;
  Loss now;
  Loss loss[kMaxLosses];
  WatchedFile files[2];
};

State* Shared() {
  static State* const state = [] {
    void* const at = mmap(nullptr, sizeof(State), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? nullptr : static_cast<State*>(at);
  }();
  return state;
}

uint64_t Next(State* state) {
  uint64_t z = (state->random += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
bool OneIn(State* state, uint64_t n) { return Next(state) % n == 0; }

std::string PathOf(const State& state, const WatchedFile& file) {
  return std::string(state.ledger) + "/" + file.name;
}

// Of the sectors from `from` to `to`: the disk now has what the file has.
void Settle(WatchedFile* file, int fd, uint64_t from, uint64_t to) {
  for (uint64_t s = from; s < to; ++s) {
    if (!file->dirty[s]) continue;
    char* const at = file->bytes + s * kSector;
    std::memset(at, 0, kSector);
    syscall(SYS_pread64, fd, at, kSector, s * kSector);
    file->dirty[s] = false;
  }
}

uint64_t SizeOf(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

void SettleAll(WatchedFile* file, int fd) {
  Settle(file, fd, 0, file->high);
  file->size = SizeOf(fd);
}

WatchedFile* Find(State* state, int fd) {
  if (state == nullptr || !state->watching) return nullptr;
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return nullptr;
  for (WatchedFile& file : state->files) {
    if (file.inode == 0) {  // Made since: nothing of it is on the disk.
      struct stat named;
      if (stat(PathOf(*state, file).c_str(), &named) == 0) {
        file.inode = named.st_ino;
      }
    }
    if (file.inode == info.st_ino) return &file;
  }
  return nullptr;
}

void WriteBackSome(State* state) {
  for (WatchedFile& file : state->files) {
    if (file.inode == 0 || !OneIn(state, 8)) continue;
    const int fd = open(PathOf(*state, file).c_str(), O_RDONLY | O_CLOEXEC);
    const uint64_t chance = 1 + Next(state) % 4;
    for (uint64_t s = 0; s < file.high; ++s) {
      if (file.dirty[s] && OneIn(state, chance)) Settle(&file, fd, s, s + 1);
    }
    close(fd);
  }
}

// Kept is what is synced and, by a coin for each page or sector, of the rest.
void KeepFile(State* state, const WatchedFile& file, const std::string& path) {
  if (file.inode == 0 || (!file.named && OneIn(state, 2))) return;
  const int from = open(PathOf(*state, file).c_str(), O_RDONLY | O_CLOEXEC);
  const int to = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  const uint64_t size = OneIn(state, 2) ? file.size : SizeOf(from);
  const bool by_page = OneIn(state, 2);
  const uint64_t kind = Next(state) % 4;  // 0: none of it, 1: all of it
  bool take = false;
  const size_t sectors =
      std::min<uint64_t>(file.high, (size + kSector - 1) / kSector);
  std::string bytes(file.bytes, sectors * kSector);
  for (size_t s = 0; s < sectors; ++s) {
    if (!by_page || s % kPageSectors == 0) {
      take = kind == 1 || (kind > 1 && OneIn(state, 2));
    }
    if (!file.dirty[s] || !take) continue;
    syscall(SYS_pread64, from, bytes.data() + s * kSector, kSector,
            s * kSector);
  }
  static constexpr char kZeros[kSector * kPageSectors] = {};
  for (size_t at = 0; at < bytes.size(); at += sizeof kZeros) {
    const size_t part = std::min(sizeof kZeros, bytes.size() - at);
    if (std::memcmp(bytes.data() + at, kZeros, part) == 0) continue;
    syscall(SYS_pwrite64, to, bytes.data() + at, part, at);
  }
  if (ftruncate(to, static_cast<off_t>(size)) != 0) abort();
  close(from);
  close(to);
}

void KeepLoss(State* state) {
  if (state->losses == kMaxLosses) return;
  const uint32_t number = state->losses++;
  state->loss[number] = state->now;
  const std::string directory =
      std::string(state->keep_in) + "/" + std::to_string(number);
  std::filesystem::create_directories(directory + "/live");
  for (const WatchedFile& file : state->files) {
    KeepFile(state, file, directory + "/" + file.name);
  }
}

// Something may happen here.
void Event(State* state) {
  if (state == nullptr || !state->watching) return;
  if (state->die_after > 0 && --state->die_after == 0) _exit(kDiedAtEvent);
  WriteBackSome(state);
  if (OneIn(state, state->events_per_loss)) KeepLoss(state);
}

void Written(State* state, WatchedFile* file, int fd, uint64_t at,
             size_t size) {
  const uint64_t from = at / kSector;
  const uint64_t to =
      std::min<uint64_t>((at + size + kSector - 1) / kSector, kSectors);
  if ((at + size) > kMaxBytes) {
    std::fprintf(stderr, "the simulated disk is too small\n");
    abort();
  }
  if (to > file->high) {  // What was skipped is a hole.
    std::memset(file->bytes + file->high * kSector, 0,
                (to - file->high) * kSector);
    file->high = to;
  }
  for (uint64_t s = from; s < to; ++s) file->dirty[s] = true;
  if ((fcntl(fd, F_GETFL) & O_DSYNC) != 0) {  // LMDB's, which cannot read
    const int reader = open(PathOf(*state, *file).c_str(), O_RDONLY);
    Settle(file, reader, from, to);
    close(reader);
    file->size = std::max<uint64_t>(file->size, at + size);
  }
  Event(state);
}

int Sync(int fd) {
  State* const state = Shared();
  struct stat info;
  if (state != nullptr && state->watching && fstat(fd, &info) == 0 &&
      info.st_ino == state->ledger_inode) {
    Event(state);
    for (WatchedFile& file : state->files) file.named |= file.inode != 0;
    Event(state);
    return 0;
  }
  WatchedFile* const file = Find(state, fd);
  if (file == nullptr) return 0;
  Event(state);
  SettleAll(file, fd);
  Event(state);
  return 0;
}

}  // namespace

void SimulatedDisk::Watch(const std::string& ledger, const std::string& keep_in,
                          uint32_t events_per_loss, uint64_t seed) {
  State* const state = Shared();
  state->watching = false;
  std::strcpy(state->ledger, ledger.c_str());
  std::strcpy(state->keep_in, keep_in.c_str());
  struct stat info;
  if (stat(ledger.c_str(), &info) != 0) abort();
  state->ledger_inode = info.st_ino;
  state->random = seed;
  state->events_per_loss = events_per_loss;
  state->die_after = 0;
  state->losses = 0;
  state->now = {};
  std::strcpy(state->files[0].name, "data.mdb");
  std::strcpy(state->files[1].name, "redo");
  for (WatchedFile& file : state->files) {
    const int fd = open(PathOf(*state, file).c_str(), O_RDONLY | O_CLOEXEC);
    file.inode = 0;
    file.named = fd >= 0;
    file.size = file.high = 0;
    file.dirty.reset();
    if (fd < 0) continue;
    if (fstat(fd, &info) != 0) abort();
    file.inode = info.st_ino;
    file.high = (static_cast<uint64_t>(info.st_size) + kSector - 1) / kSector;
    if (file.high > kSectors) abort();
    file.dirty.reset();
    file.size = static_cast<uint64_t>(info.st_size);
    if (pread(fd, file.bytes, kMaxBytes, 0) != info.st_size) abort();
    close(fd);
  }
  state->watching = true;
}

void SimulatedDisk::StopWatching() { Shared()->watching = false; }

void SimulatedDisk::Allow(const AllowedStates& states) {
  Loss* const now = &Shared()->now;
  if (states.size() > kMaxAllowed) abort();
  now->allowed_count = static_cast<uint32_t>(states.size());
  std::copy(states.begin(), states.end(), now->allowed);
}

void SimulatedDisk::LoseEvery(uint32_t events) {
  Shared()->events_per_loss = events;
}

void SimulatedDisk::DieAfter(uint32_t events) { Shared()->die_after = events; }

std::vector<PowerLoss> SimulatedDisk::Losses() {
  const State& state = *Shared();
  std::vector<PowerLoss> losses;
  for (uint32_t i = 0; i < state.losses; ++i) {
    const Loss& loss = state.loss[i];
    losses.push_back(
        {std::string(state.keep_in) + "/" + std::to_string(i),
         AllowedStates(loss.allowed, loss.allowed + loss.allowed_count)});
  }
  return losses;
}

}  // namespace drawdown

#define EXPORTED extern "C" __attribute__((visibility("default")))
using drawdown::Event;
using drawdown::Find;
using drawdown::Shared;
using drawdown::Written;

EXPORTED ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  auto* const state = Shared();
  auto* const file = Find(state, fd);
  if (file != nullptr) Event(state);
  const ssize_t written = syscall(SYS_pwrite64, fd, bytes, size, at);
  if (file != nullptr && written > 0) {
    Written(state, file, fd, static_cast<uint64_t>(at),
            static_cast<size_t>(written));
  }
  return written;
}
EXPORTED ssize_t writev(int fd, const iovec* parts, int count) {
  auto* const state = Shared();
  auto* const file = Find(state, fd);
  if (file != nullptr) Event(state);
  const off_t at = file != nullptr ? lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t written = syscall(SYS_writev, fd, parts, count);
  if (file != nullptr && written > 0) {
    Written(state, file, fd, static_cast<uint64_t>(at),
            static_cast<size_t>(written));
  }
  return written;
}
EXPORTED int fdatasync(int fd) { return drawdown::Sync(fd); }
EXPORTED int fsync(int fd) { return drawdown::Sync(fd); }
