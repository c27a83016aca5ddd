// A process that counts, for tests that look at it from outside. Its operand is
// the ledger. It does what each line of stdin says, tab-separated:
//   record TENANT POOL GPU_MICROSECONDS
//   drain
// and then says "done". It drains only when told to.
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "drawdown/ledger.h"

namespace drawdown {
namespace {

using MetersByName = std::map<std::pair<std::string, std::string>, Meter>;

std::vector<std::string> WordsOf(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; std::getline(in, word, '\t');) words.push_back(word);
  return words;
}

absl::Status Do(Ledger* ledger, const std::vector<std::string>& words,
                MetersByName* meters) {
  if (words.size() == 1 && words[0] == "drain") {
    return ledger->Drain().status();
  }
  if (words.size() != 4 || words[0] != "record") {
    return absl::InvalidArgumentError("not a command");
  }
  const auto [entry, added] = meters->try_emplace({words[1], words[2]});
  if (added) {
    const auto meter = ledger->meter(words[1], words[2]);
    if (!meter.ok()) return meter.status();
    entry->second = *meter;
  }
  entry->second.Record(std::stoll(words[3]));
  return absl::OkStatus();
}

int Run(const std::string& directory) {
  OpenOptions options;
  options.drain_interval = std::chrono::milliseconds(0);
  const auto ledger = Ledger::Open(directory, options);
  if (!ledger.ok()) {
    std::cerr << ledger.status() << "\n";
    return EXIT_FAILURE;
  }
  MetersByName meters;
  for (std::string line; std::getline(std::cin, line);) {
    const absl::Status status = Do(ledger->get(), WordsOf(line), &meters);
    if (!status.ok()) {
      std::cerr << line << ": " << status << "\n";
      return EXIT_FAILURE;
    }
    std::cout << "done" << std::endl;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  return argc == 2 ? drawdown::Run(argv[1]) : EXIT_FAILURE;
}
