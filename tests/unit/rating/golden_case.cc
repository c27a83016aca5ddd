#include "tests/unit/rating/golden_case.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "base/check.h"
#include "base/civil.h"

namespace drawdown {
namespace {

int64_t Instant(const std::string& text) {
  const auto instant = ParseInstant(text);
  CHECK(instant.ok());
  return *instant;
}

GoldenUse ReadUse(std::istringstream& words) {
  GoldenUse use;
  std::string from;
  std::string to;
  std::string gpus;
  words >> use.tenant >> use.pool >> from >> to >> gpus;
  use.from_us = Instant(from);
  use.to_us = Instant(to);
  const auto count = ParseGpus(gpus);
  CHECK(count.ok());
  use.micro_gpus = *count;
  return use;
}

GoldenCapacity ReadCapacity(std::istringstream& words) {
  GoldenCapacity capacity;
  std::string from;
  std::string to;
  std::string gpus;
  std::string state;
  words >> capacity.pool >> from >> to >> gpus >> state;
  capacity.span.start_us = Instant(from);
  capacity.span.end_us = Instant(to);
  const auto count = ParseGpus(gpus);
  const auto parsed = ParseCapacityState(state);
  CHECK(count.ok() && parsed.has_value());
  capacity.span.micro_gpus = *count;
  capacity.span.state = *parsed;
  return capacity;
}

std::string RestOf(std::istringstream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

// `"A" "B"` with backslash escapes.
std::pair<std::string, std::string> ReadQuotedPair(const std::string& text) {
  std::string parts[2];
  size_t part = 0;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (inside) ++part;
      inside = !inside;
    } else if (inside) {
      if (text[i] == '\\') ++i;
      parts[part] += text[i];
    }
  }
  CHECK(part == 2);
  return {parts[0], parts[1]};
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), in_(path) {
    CHECK(in_.is_open());
  }

  std::vector<GoldenCase> Read() {
    std::string line;
    while (std::getline(in_, line)) {
      ++line_;
      if (line.empty() || line[0] == '#') continue;
      std::istringstream words(line);
      std::string word;
      words >> word;
      if (!Take(word, words)) {
        std::fprintf(stderr, "%s:%d: %s\n", path_.c_str(), line_, line.c_str());
        CHECK(false);
      }
    }
    return std::move(cases_);
  }

 private:
  bool Take(const std::string& word, std::istringstream& words) {
    if (word == "base") {
      base_ = Block();
    } else if (word == "case") {
      Begin(words);
    } else if (word == "contract") {
      current().versions.back() += Block();
    } else if (word == "version") {
      current().versions.push_back(base_ + Block());
    } else if (word == "instead") {
      Replace(ReadQuotedPair(RestOf(words)));
    } else if (word == "bucket") {
      int64_t seconds = 0;
      words >> seconds;
      current().bucket_us = seconds * kMicrosPerSecond;
    } else if (word == "use") {
      current().uses.push_back(ReadUse(words));
    } else if (word == "run") {
      current().uses.push_back(ReadUse(words));
      current().runs.push_back(current().uses.back());
    } else if (word == "capacity") {
      current().capacity.push_back(ReadCapacity(words));
    } else if (word == "close") {
      words >> current().closes.emplace_back().period;
      current().closes.back().uses = current().uses.size();
      current().closes.back().runs = current().runs.size();
    } else {
      return TakeCheck(word, words);
    }
    return true;
  }

  bool TakeCheck(const std::string& word, std::istringstream& words) {
    if (word == "statement") {
      GoldenCheck& check = AddCheck(GoldenCheck::Kind::kStatement);
      words >> check.period >> check.at;
    } else if (word == "status") {
      words >> AddCheck(GoldenCheck::Kind::kStatus).at;
    } else if (word == "refused") {
      GoldenCheck& check = AddCheck(GoldenCheck::Kind::kRefused);
      words >> check.code >> check.period;
      check.text = RestOf(words);
    } else if (word == "=") {
      current().checks.back().lines.push_back(RestOf(words));
    } else if (word == "total") {
      current().checks.back().total = RestOf(words);
    } else if (word == "note") {
      current().checks.back().note = RestOf(words);
    } else {
      return false;
    }
    return true;
  }

  GoldenCase& current() { return cases_.back(); }

  void Begin(std::istringstream& words) {
    GoldenCase golden;
    golden.file = path_;
    words >> golden.name;
    golden.versions = {base_};
    cases_.push_back(golden);
  }

  GoldenCheck& AddCheck(GoldenCheck::Kind kind) {
    GoldenCheck check;
    check.kind = kind;
    check.line = line_;
    current().checks.push_back(check);
    return current().checks.back();
  }

  void Replace(const std::pair<std::string, std::string>& texts) {
    std::string& contract = current().versions.back();
    const size_t place = contract.find(texts.first);
    CHECK(place != std::string::npos);
    contract.replace(place, texts.first.size(), texts.second);
  }

  std::string Block() {
    std::string block;
    std::string line;
    while (std::getline(in_, line) && line != "end") {
      ++line_;
      block += line + "\n";
    }
    ++line_;
    return block;
  }

  std::string path_;
  std::ifstream in_;
  int line_ = 0;
  std::string base_;
  std::vector<GoldenCase> cases_;
};

std::vector<std::string> TenantsOf(const GoldenCase& golden) {
  std::set<std::string> names;
  for (const GoldenUse& use : golden.uses) names.insert(use.tenant);
  return {names.begin(), names.end()};
}

std::vector<std::string> PoolsOf(const GoldenCase& golden) {
  std::set<std::string> names;
  for (const GoldenUse& use : golden.uses) names.insert(use.pool);
  for (const GoldenCapacity& one : golden.capacity) names.insert(one.pool);
  return {names.begin(), names.end()};
}

uint32_t IndexOf(const std::vector<std::string>& names,
                 const std::string& name) {
  return static_cast<uint32_t>(
      std::lower_bound(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

std::vector<GoldenCase> ReadGoldenCases(const std::string& path) {
  return Reader(path).Read();
}

UsageTable UsageOf(const GoldenCase& golden) {
  UsageTable table;
  table.bucket_length_us = golden.bucket_us;
  table.tenants = TenantsOf(golden);
  table.pools = PoolsOf(golden);
  std::map<std::tuple<int64_t, uint32_t, uint32_t>, Int128> cells;
  for (const GoldenUse& use : golden.uses) {
    const uint32_t tenant = IndexOf(table.tenants, use.tenant);
    const uint32_t pool = IndexOf(table.pools, use.pool);
    for (int64_t bucket = FloorTo(use.from_us, golden.bucket_us);
         bucket < use.to_us; bucket += golden.bucket_us) {
      const int64_t length = std::min(bucket + golden.bucket_us, use.to_us) -
                             std::max(bucket, use.from_us);
      cells[{bucket, tenant, pool}] +=
          Int128{use.micro_gpus} * length / kMicroGpusPerGpu;
    }
  }
  for (const auto& [key, amount] : cells) {
    if (amount == 0) continue;
    table.cells.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key),
                           GpuTime(amount)});
  }
  return table;
}

std::vector<RunUsage> RunsOf(const GoldenCase& golden,
                             const UsageTable& usage) {
  std::vector<RunUsage> runs;
  for (const GoldenUse& use : golden.runs) {
    const uint32_t tenant = IndexOf(usage.tenants, use.tenant);
    const uint32_t pool = IndexOf(usage.pools, use.pool);
    const bool goes_on = !runs.empty() && runs.back().tenant == tenant &&
                         runs.back().pool == pool &&
                         runs.back().spans.back().end_us == use.from_us;
    if (!goes_on) runs.push_back({tenant, pool, true, {}});
    runs.back().spans.push_back({use.from_us, use.to_us, use.micro_gpus});
  }
  return runs;
}

CapacityTable CapacityOf(const GoldenCase& golden, const UsageTable& usage) {
  CapacityTable table;
  for (const GoldenCapacity& one : golden.capacity) {
    table.spans.push_back(one.span);
    table.spans.back().pool = IndexOf(usage.pools, one.pool);
  }
  return table;
}

}  // namespace drawdown
