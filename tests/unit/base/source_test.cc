#include "base/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;

std::string Gzip(const std::string& bytes) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9,
                         Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// Bytes that deflate cannot shrink much.
std::string Noise(size_t size) {
  std::string bytes;
  uint32_t state = 12345;
  for (size_t i = 0; i < size; ++i) {
    state = state * 1664525 + 1013904223;
    bytes.push_back(static_cast<char>(state >> 24));
  }
  return bytes;
}

absl::StatusOr<std::string> ReadAll(Source* source, size_t step = 1000) {
  std::string all;
  std::string buffer(step, '\0');
  while (true) {
    ASSIGN_OR_RETURN(const size_t count, source->Read(buffer.data(), step));
    if (count == 0) return all;
    all.append(buffer, 0, count);
  }
}

class SourceTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& bytes) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  absl::StatusOr<std::string> Read(const std::string& path,
                                   const SourceLimits& limits = {}) {
    ASSIGN_OR_RETURN(const auto source, OpenSource(path, limits));
    return ReadAll(source.get());
  }

  void ExpectBadInput(const absl::Status& status, const std::string& part) {
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kBadInput) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(part));
  }

  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string directory_ = [] {
    std::string path = ::testing::TempDir() + "source_test_XXXXXX";
    return std::string(mkdtemp(path.data()));
  }();
};

TEST_F(SourceTest, ReadsAPlainFileTwiceAndTellsProgress) {
  const std::string bytes = Noise(10'000);
  const std::string path = Write("plain", "x" + bytes);
  const auto source = *OpenSource(path);
  EXPECT_EQ(source->name(), path);
  EXPECT_EQ(source->size(), 10'001u);
  EXPECT_EQ(*ReadAll(source.get()), "x" + bytes);
  EXPECT_EQ(source->position(), 10'001u);
  ASSERT_TRUE(source->Rewind().ok());
  EXPECT_EQ(source->position(), 0u);
  EXPECT_EQ(*ReadAll(source.get(), 77), "x" + bytes);
}

// Looking for the magic number must not cut the first block short.
TEST_F(SourceTest, TheFirstReadOfAPlainFileIsAFullOne) {
  const auto source = *OpenSource(Write("full", Noise(5'000)));
  std::string buffer(4'096, '\0');
  EXPECT_EQ(*source->Read(buffer.data(), buffer.size()), 4'096u);
}

TEST_F(SourceTest, ReadsFilesTooShortToHoldAMagicNumber) {
  EXPECT_EQ(*Read(Write("empty", "")), "");
  EXPECT_EQ(*Read(Write("one", "a")), "a");
  EXPECT_EQ(*Read(Write("first", "\x1f")), "\x1f");
}

TEST_F(SourceTest, TellsGzipByItsBytesNotItsName) {
  EXPECT_EQ(*Read(Write("a.csv", Gzip("a,b\n"))), "a,b\n");
  EXPECT_EQ(*Read(Write("b.csv.gz", "a,b\n")), "a,b\n");
}

TEST_F(SourceTest, ReadsConcatenatedAndEmptyMembersAndPadding) {
  const std::string members = Gzip("one ") + Gzip("") + Gzip("two");
  EXPECT_EQ(*Read(Write("members", members)), "one two");
  EXPECT_EQ(*Read(Write("padded", members + std::string(600'000, '\0'))),
            "one two");
  EXPECT_EQ(*Read(Write("nothing", Gzip(""))), "");
}

TEST_F(SourceTest, ReadsGzipLargerThanItsBuffersTwice) {
  const std::string bytes = Noise(900'000);
  const auto source = *OpenSource(Write("big.gz", Gzip(bytes)));
  EXPECT_EQ(*ReadAll(source.get(), 7'777), bytes);
  EXPECT_EQ(source->position(), source->size());
  ASSERT_TRUE(source->Rewind().ok());
  EXPECT_EQ(*ReadAll(source.get(), 100'000), bytes);
}

TEST_F(SourceTest, RewindsInTheMiddleOfTheFirstPass) {
  const std::string bytes = Noise(50'000);
  const auto source = *OpenSource(Write("half.gz", Gzip(bytes)));
  std::string part(20'000, '\0');
  ASSERT_GT(*source->Read(part.data(), part.size()), 0u);
  ASSERT_TRUE(source->Rewind().ok());
  EXPECT_EQ(*ReadAll(source.get(), 3'000), bytes);
}

TEST_F(SourceTest, NamesEveryTruncationOfAGzipFile) {
  const std::string whole = Gzip(Noise(200));
  for (size_t size = 2; size < whole.size(); ++size) {
    const std::string path = Write("cut.gz", whole.substr(0, size));
    const auto bytes = Read(path);
    ASSERT_FALSE(bytes.ok()) << size;
    ExpectBadInput(bytes.status(),
                   path + ": truncated gzip at byte " + std::to_string(size));
  }
}

TEST_F(SourceTest, NamesACorruptGzipFileWithItsByte) {
  std::string bytes = Gzip(Noise(3'000));
  bytes[bytes.size() - 6] ^= 1;  // In the stored CRC.
  ExpectBadInput(Read(Write("crc.gz", bytes)).status(),
                 "crc.gz: corrupt gzip (incorrect data check) at byte ");
  ExpectBadInput(Read(Write("head.gz", "\x1f\x8b\x07zzzzzzzzzzz")).status(),
                 "head.gz: corrupt gzip (unknown compression method)");
}

TEST_F(SourceTest, RefusesGarbageAfterAGzipMember) {
  ExpectBadInput(Read(Write("tail.gz", Gzip("x") + "garbage")).status(),
                 "tail.gz: corrupt gzip (incorrect header check)");
  const std::string padding(300'000, '\0');
  ExpectBadInput(Read(Write("pad.gz", Gzip("x") + padding + "y")).status(),
                 "pad.gz: corrupt gzip (after padding)");
}

TEST_F(SourceTest, RefusesGzipBombs) {
  const std::string path = Write("bomb.gz", Gzip(std::string(9 << 20, 'a')));
  SourceLimits limits;
  limits.max_expansion = 2'000;  // Deflate reaches 1,032.
  EXPECT_EQ(Read(path, limits)->size(), size_t{9} << 20);
  limits.max_expansion = 100;
  ExpectBadInput(Read(path, limits).status(),
                 "bomb.gz: gzip expands more than 100-fold at byte ");
}

TEST_F(SourceTest, ASmallFileMayExpandAsMuchAsItLikes) {
  SourceLimits limits;
  limits.max_expansion = 2;
  const std::string bytes(1'000'000, 'a');
  EXPECT_EQ(*Read(Write("small.gz", Gzip(bytes)), limits), bytes);
}

TEST_F(SourceTest, LimitsTheBytesOfPlainAndCompressedInput) {
  SourceLimits limits;
  limits.max_bytes = 5;
  EXPECT_EQ(*Read(Write("five", "12345"), limits), "12345");
  ExpectBadInput(Read(Write("six", "123456"), limits).status(),
                 "six: larger than the limit of 5 bytes");
  limits.max_bytes = 100;
  EXPECT_EQ(Read(Write("c.gz", Gzip(std::string(100, 'a'))), limits)->size(),
            100u);
  ExpectBadInput(
      Read(Write("d.gz", Gzip(std::string(101, 'a'))), limits).status(),
      "d.gz: larger than the limit of 100 bytes");
}

TEST_F(SourceTest, NamesWhatCannotBeOpened) {
  ExpectBadInput(OpenSource(directory_ + "/none").status(),
                 "/none: No such file or directory");
  ExpectBadInput(OpenSource(directory_).status(),
                 directory_ + ": Is a directory");
}

TEST_F(SourceTest, SpoolsAPipeSoThatItCanBeReadAgain) {
  const std::string path = directory_ + "/pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  // Held open for reading and writing, so that neither side waits.
  const int keep = open(path.c_str(), O_RDWR);
  ASSERT_EQ(write(keep, "piped", 5), 5);
  const auto source = *OpenSource(path);
  close(keep);
  EXPECT_EQ(*ReadAll(source.get()), "piped");
  ASSERT_TRUE(source->Rewind().ok());
  EXPECT_EQ(*ReadAll(source.get()), "piped");
}

TEST_F(SourceTest, LeavesNoSpoolFileBehindAndHonoursTmpdir) {
  const std::string path = Write("a.gz", Gzip("spooled"));
  setenv("TMPDIR", (directory_ + "/nowhere").c_str(), 1);
  const auto refused = OpenSource(path);
  setenv("TMPDIR", directory_.c_str(), 1);
  const auto source = OpenSource(path);
  unsetenv("TMPDIR");
  EXPECT_EQ(GetErrorCode(refused.status()), ErrorCode::kIo);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("TMPDIR"));
  ASSERT_TRUE(source.ok()) << source.status();
  // Nothing is left in the directory, so it can be removed.
  ASSERT_EQ(unlink(path.c_str()), 0);
  EXPECT_EQ(rmdir(directory_.c_str()), 0);
}

TEST_F(SourceTest, MemoryIsReadTwice) {
  const auto source = MemorySource("name", "bytes");
  EXPECT_EQ(*ReadAll(source.get(), 2), "bytes");
  ASSERT_TRUE(source->Rewind().ok());
  EXPECT_EQ(*ReadAll(source.get(), 2), "bytes");
  EXPECT_EQ(source->size(), 5u);
  EXPECT_EQ(source->name(), "name");
}

TEST_F(SourceTest, ReadsAWholeFileUpToALimit) {
  const std::string path = Write("whole", std::string(100'000, 'w'));
  EXPECT_EQ(*ReadWholeFile(path), std::string(100'000, 'w'));
  EXPECT_EQ(*ReadWholeFile(Write("z", Gzip("inflated"))), "inflated");
  ExpectBadInput(ReadWholeFile(path, 99'999).status(),
                 "whole: larger than the limit of 99999 bytes");
}

// How many of this process's descriptors are of `path`.
int OpenCount(const std::string& path) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry, gone);
    if (!gone && target == path) ++count;
  }
  return count;
}

TEST_F(SourceTest, WhenReadIsOpenOnlyWhileItIsRead) {
  for (const bool zipped : {false, true}) {
    const std::string text = Noise(5'000);
    const std::string path =
        Write(zipped ? "a.gz" : "a", zipped ? Gzip(text) : text);
    const auto source = OpenSourceWhenRead(path);
    ASSERT_TRUE(source.ok()) << source.status();
    EXPECT_EQ(OpenCount(path), 0);
    EXPECT_EQ((*source)->name(), path);
    EXPECT_EQ((*source)->size(), std::filesystem::file_size(path));
    EXPECT_EQ((*source)->position(), 0u);
    std::string buffer(1'000, '\0');
    ASSERT_TRUE((*source)->Read(buffer.data(), buffer.size()).ok());
    EXPECT_EQ(OpenCount(path), 1);
    ASSERT_TRUE((*source)->Rewind().ok());
    EXPECT_EQ(OpenCount(path), 0);
    for (int pass = 0; pass < 2; ++pass) {
      const auto read = ReadAll(source->get());
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(*read, text);
      EXPECT_EQ(OpenCount(path), 0);
      EXPECT_EQ((*source)->position(), (*source)->size());
      // It stays at its end, and closed.
      EXPECT_EQ(*(*source)->Read(buffer.data(), buffer.size()), 0u);
      EXPECT_EQ(OpenCount(path), 0);
      ASSERT_TRUE((*source)->Rewind().ok());
    }
  }
}

TEST_F(SourceTest, WhenReadKnowsErrorsAtOnceAndReadsAPipeOnce) {
  ExpectBadInput(OpenSourceWhenRead(directory_ + "/gone").status(),
                 "gone: No such file");
  ExpectBadInput(OpenSourceWhenRead(directory_).status(), "Is a directory");
  const std::string pipe = directory_ + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int both = open(pipe.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(both, 0);
  ASSERT_EQ(write(both, "abc", 3), 3);
  const auto source = OpenSourceWhenRead(pipe);
  close(both);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(*ReadAll(source->get()), "abc");
}

}  // namespace
}  // namespace drawdown
