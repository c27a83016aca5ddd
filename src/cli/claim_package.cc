#include "cli/claim_package.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/path.h"
#include "base/source.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr char kLetter[] = "claim.md";
constexpr char kLines[] = "lines.csv";
constexpr char kUsage[] = "usage.csv";
constexpr char kRuns[] = "runs.csv";

// What is there must be a directory of its own: a link would lead out of DIR.
absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::is_symlink(directory, error)) {
    return MakeError(ErrorCode::kIo,
                     absl::StrCat("--claims: ", directory, ": is a link"));
  }
  std::filesystem::create_directories(directory, error);
  if (!error && std::filesystem::is_directory(directory, error)) {
    return absl::OkStatus();
  }
  return MakeError(
      ErrorCode::kIo,
      absl::StrCat("--claims: ", directory, ": cannot make this directory: ",
                   error ? error.message() : "it is a file"));
}

// The chain hash of the commit that each entry is in: that of the next entry
// which is a commit's.
absl::StatusOr<std::map<uint64_t, std::string>> HashesOf(
    const std::set<uint64_t>& sequences, const Ledger& ledger) {
  std::map<uint64_t, std::string> hashes;
  if (sequences.empty()) return hashes;
  auto next = sequences.begin();
  RETURN_IF_ERROR(
      ledger.VisitJournal(*sequences.begin(), [&](const JournalEntry& entry) {
        if (entry.kind != "commit") return true;
        while (next != sequences.end() && *next <= entry.sequence) {
          hashes[*next++] = entry.subject;
        }
        return next != sequences.end();
      }));
  return hashes;
}

bool IsOfPool(const Claim& claim) { return !claim.finding.first.pool.empty(); }

}  // namespace

std::vector<std::string> ClaimPackage::FilesIn(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, ignored)) {
    if (entry.is_symlink(ignored) || !entry.is_directory(ignored)) continue;
    for (const char* name : {kLetter, kLines, kUsage, kRuns}) {
      files.push_back((entry.path() / name).string());
    }
  }
  return files;
}

std::string ClaimPackage::PathOf(std::string_view name) const {
  return absl::StrCat(folder_, "/", std::string(name));
}

// A provider's name is the first part of a pool's path, so it is a plain name;
// were it none, nothing may be written outside DIR all the same.
absl::Status ClaimPackage::Open(const ReconcileResult& result) {
  opened_ = true;
  claims_ = ClaimsOf(result);
  if (claims_.empty()) return absl::OkStatus();
  for (const Claim& claim : claims_) {
    for (const size_t place : claim.finding.places) {
      std::vector<uint64_t>& numbers =
          claims_of_[result.items.figures(place).lines];
      if (numbers.empty() || numbers.back() != claim.number) {
        numbers.push_back(claim.number);
      }
    }
  }
  if (!StaysInFolder(result.provider)) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        absl::StrCat("--claims: the provider ", Quoted(result.provider),
                     " cannot be a folder's name"));
  }
  folder_ = absl::StrCat(directory_, "/", result.provider);
  RETURN_IF_ERROR(MakeDirectory(folder_));
  ASSIGN_OR_RETURN(lines_, AtomicFile::Create(PathOf(kLines)));
  std::string text;
  AppendClaimLineHeader(&text);
  lines_->Write(text);
  return absl::OkStatus();
}

void ClaimPackage::Add(const ReconcileResult& result, const BillLine& line) {
  if (!opened_) problem_ = Open(result);
  const auto found = claims_of_.find(line.lines);
  if (!problem_.ok() || found == claims_of_.end()) return;
  std::string text;
  if (line.file != last_file_) {
    last_file_ = line.file;
    problem_ = AppendColumns(&text);
  }
  for (const uint64_t claim : found->second) {
    AppendClaimLine(claim, line, &text);
  }
  lines_->Write(text);
}

absl::Status ClaimPackage::AppendColumns(std::string* text) const {
  ASSIGN_OR_RETURN(const auto source, OpenSource(last_file_));
  CsvReader reader(source.get());
  RETURN_IF_ERROR(reader.ReadHeader());
  AppendClaimColumns(last_file_, reader.header(), text);
  return absl::OkStatus();
}

absl::Status ClaimPackage::WriteFile(std::string_view name,
                                     std::string_view text) const {
  ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(PathOf(name)));
  file->Write(text);
  return file->Commit();
}

absl::StatusOr<std::string> ClaimPackage::UsageText(
    const Ledger& ledger, const StatementQuery& query,
    std::map<uint64_t, GpuTime>* of_claims) const {
  std::string text;
  AppendClaimUsageHeader(&text);
  for (const Claim& claim : claims_) {
    const Finding& finding = claim.finding;
    if (!IsOfPool(claim) || finding.start_us >= finding.end_us) continue;
    UsageQuery usage;
    usage.from_us = finding.start_us;
    usage.to_us = finding.end_us;
    usage.at_us = query.at_us;
    usage.as_of_us = query.as_of_us;
    usage.by = {UsageDimension::kTenant, UsageDimension::kHour};
    usage.pool = finding.first.pool;
    const auto answer = ledger.Usage(usage);
    // A pool of the bill that the books have never heard of has no usage.
    if (GetErrorCode(answer.status()) == ErrorCode::kUnknownName) continue;
    RETURN_IF_ERROR(answer.status());
    AppendClaimUsage(claim, *answer, &text);
    GpuTime& sum = (*of_claims)[claim.number];
    for (const UsageRow& row : answer->rows) sum += row.gpu_time;
  }
  return text;
}

// By claim within a pool, in the order of runs.
absl::StatusOr<std::vector<ClaimPackage::ClaimedRun>> ClaimPackage::RunsBehind(
    const Ledger& ledger) const {
  std::map<std::string, std::vector<const Claim*>> by_pool;
  for (const Claim& claim : claims_) {
    if (IsOfPool(claim)) by_pool[claim.finding.first.pool].push_back(&claim);
  }
  std::vector<ClaimedRun> runs;
  for (const auto& [pool, claims] : by_pool) {
    RunQuery query;
    query.pool = pool;
    const std::vector<const Claim*>& of_pool = claims;
    const absl::Status visited =
        ledger.VisitRuns(query, [&runs, &of_pool](const RunInfo& run) {
          for (const Claim* claim : of_pool) {
            if (IsBehind(*claim, run)) runs.push_back({claim, run});
          }
          return true;
        });
    if (GetErrorCode(visited) == ErrorCode::kUnknownName) continue;
    RETURN_IF_ERROR(visited);
  }
  return runs;
}

absl::StatusOr<std::string> ClaimPackage::RunsText(const Ledger& ledger) const {
  ASSIGN_OR_RETURN(const std::vector<ClaimedRun> runs, RunsBehind(ledger));
  std::set<uint64_t> sequences;
  for (const ClaimedRun& run : runs) {
    sequences.insert(run.info.journal_sequence);
  }
  ASSIGN_OR_RETURN(const auto hashes, HashesOf(sequences, ledger));
  std::string text;
  AppendClaimRunHeader(&text);
  for (const ClaimedRun& run : runs) {
    const auto hash = hashes.find(run.info.journal_sequence);
    AppendClaimRun(*run.claim, run.info,
                   hash == hashes.end() ? "" : hash->second, &text);
  }
  return text;
}

std::string ClaimPackage::NothingToClaim(const ReconcileResult& result) const {
  const std::string folder = absl::StrCat(directory_, "/", result.provider);
  const std::string why = WhyNothingIsClaimed(result);
  const std::string nothing =
      why.empty() ? "nothing to claim" : "nothing to claim: " + why;
  std::error_code ignored;
  return std::filesystem::exists(folder, ignored)
             ? absl::StrCat(nothing, "; what is in ", folder,
                            " is of another run and stays as it is")
             : nothing;
}

absl::StatusOr<std::string> ClaimPackage::Finish(const ReconcileResult& result,
                                                 const Ledger& ledger,
                                                 const StatementQuery& query) {
  if (!opened_) problem_ = Open(result);
  RETURN_IF_ERROR(problem_);
  if (claims_.empty()) return NothingToClaim(result);
  RETURN_IF_ERROR(lines_->Commit());
  ClaimBooks books{ledger.Info(), result.provider,
                   query.at_us.value_or(SystemClock().NowUs())};
  ASSIGN_OR_RETURN(const std::string usage,
                   UsageText(ledger, query, &books.usage));
  RETURN_IF_ERROR(WriteFile(kUsage, usage));
  ASSIGN_OR_RETURN(const std::string runs, RunsText(ledger));
  RETURN_IF_ERROR(WriteFile(kRuns, runs));
  RETURN_IF_ERROR(WriteFile(kLetter, ClaimLetter(result, claims_, books)));
  return absl::StrCat("wrote ", CountOf(claims_.size(), "claim"), " to ",
                      folder_);
}

}  // namespace drawdown
