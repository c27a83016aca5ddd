#include "example/files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/digest.h"
#include "drawdown/example.h"
#include "drawdown/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown::example {
namespace {

using testing::HasSubstr;

std::string FreshDirectory(const std::string& name) {
  const std::string directory = testing::TempDir() + "example_files_" + name;
  std::filesystem::remove_all(directory);
  return directory;
}

std::string Bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The data set may be improved; then these change with it, knowingly.
const std::map<std::string, std::string>& FrozenDigests() {
  static const auto* const digests = new std::map<std::string, std::string>{
      {"README.md",
       "61cd40fd071214e451cbe82bb3db38dc5379bde870bbb1a3a5387605b363b90c"},
      {"aws-2025.textproto",
       "e5e4a6dac33cfbabe1f47bafe82d223d951ccefbf61a4f9b6dd50fba2c413487"},
      {"bill-aws-2026-10.csv.gz",
       "8a7618e6d2593ea15eab91dea4c7288215b52b1e881f61a365dca8d94f0a2ea3"},
      {"bill-nordgpu-2026-10.csv",
       "b6255a9c4279e4013dbdd69db0134d795364bbd91e06e5db1863586173530187"},
      {"nordgpu-2026.textproto",
       "448b235d74a4859649363c55e8acdc175d977be2b3b399f2e1a5c8ac9610c6ba"},
      {"planted.csv",
       "82dcfe74d20c1a1f6884823450045e6febcc2a3e074956b60cb362c92d53da2f"},
      {"runs.csv",
       "fa4d84d032f7df9d98c5262492dab0aff3d3901ca42d9a386e19e6bd69efbb4d"},
  };
  return *digests;
}

TEST(ExampleFiles, AreTheSameOnEveryMachine) {
  std::map<std::string, std::string> digests;
  for (const ExampleFile& file : MakeFiles()) {
    digests[file.name] = HexOf(Sha256Of(file.bytes));
  }
  EXPECT_EQ(digests, FrozenDigests());
}

TEST(ExampleFiles, AreTheSameInTwoDirectories) {
  const std::string one = FreshDirectory("one");
  const std::string two = FreshDirectory("two/below");
  const auto first = WriteExample(one);
  const auto second = WriteExample(two);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok()) << second.status();
  const std::vector<ExampleFile> files = MakeFiles();
  ASSERT_EQ(first->size(), files.size());
  ASSERT_EQ(second->size(), first->size());
  for (size_t i = 0; i < first->size(); ++i) {
    EXPECT_EQ((*first)[i], one + "/" + files[i].name);
    EXPECT_EQ(Bytes((*first)[i]), files[i].bytes) << (*first)[i];
    EXPECT_EQ(Bytes((*second)[i]), files[i].bytes) << (*second)[i];
  }
}

TEST(ExampleFiles, AreSmall) {
  std::map<std::string, size_t> sizes;
  for (const ExampleFile& file : MakeFiles()) {
    sizes[file.name] = file.bytes.size();
  }
  EXPECT_LT(sizes["runs.csv"], 1'000'000u);
  EXPECT_LT(sizes["bill-aws-2026-10.csv.gz"], 500'000u);
  EXPECT_LT(sizes["bill-nordgpu-2026-10.csv"], 500'000u);
}

TEST(WriteExample, WritingAgainChangesNothing) {
  const std::string directory = FreshDirectory("again");
  ASSERT_TRUE(WriteExample(directory).ok());
  const std::string path = directory + "/runs.csv";
  const auto written = std::filesystem::last_write_time(path);
  EXPECT_TRUE(WriteExample(directory).ok());
  EXPECT_EQ(std::filesystem::last_write_time(path), written);
}

TEST(WriteExample, LeavesNothingElseBehind) {
  const std::string directory = FreshDirectory("clean");
  const auto paths = WriteExample(directory);
  ASSERT_TRUE(paths.ok());
  size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    EXPECT_THAT(*paths, testing::Contains(entry.path().string()));
    ++found;
  }
  EXPECT_EQ(found, paths->size());
}

TEST(WriteExample, RefusesAFileWithOtherContent) {
  const std::string directory = FreshDirectory("other");
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/planted.csv") << "mine\n";
  const auto paths = WriteExample(directory);
  EXPECT_EQ(GetErrorCode(paths.status()), ErrorCode::kInvalidArgument);
  EXPECT_THAT(std::string(paths.status().message()),
              HasSubstr(directory + "/planted.csv"));
  EXPECT_EQ(Bytes(directory + "/planted.csv"), "mine\n");
  EXPECT_FALSE(std::filesystem::exists(directory + "/runs.csv"));
}

TEST(WriteExample, RefusesALongerFileThatStartsTheSame) {
  const std::string directory = FreshDirectory("longer");
  ASSERT_TRUE(WriteExample(directory).ok());
  std::ofstream(directory + "/runs.csv", std::ios::app) << "more";
  EXPECT_EQ(GetErrorCode(WriteExample(directory).status()),
            ErrorCode::kInvalidArgument);
}

TEST(WriteExample, NamesADirectoryItCannotMake) {
  const std::string directory = FreshDirectory("file");
  std::ofstream(directory) << "a file\n";
  const auto paths = WriteExample(directory + "/below");
  EXPECT_EQ(GetErrorCode(paths.status()), ErrorCode::kIo);
  EXPECT_THAT(std::string(paths.status().message()), HasSubstr(directory));
  EXPECT_EQ(GetErrorCode(WriteExample(directory).status()), ErrorCode::kIo);
  EXPECT_EQ(GetErrorCode(WriteExample("").status()),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace drawdown::example
