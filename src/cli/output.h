// stdout is data, stderr is talk.
#ifndef DRAWDOWN_SRC_CLI_OUTPUT_H_
#define DRAWDOWN_SRC_CLI_OUTPUT_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "report/format.h"

namespace drawdown {

// Writes to stdout. After the first failure nothing more is written; a reader
// that has gone away (`| head`) is not a failure of ours.
class Output {
 public:
  Output();

  void Write(std::string_view text);
  Sink sink();

  // True once writing is of no use.
  bool stopped() const { return error_ != 0; }
  // True when a person reads it.
  bool terminal() const { return terminal_; }

  // Ends the output. Returns `exit_code`, or kExitLedger when not all of the
  // data could be written, which it says on stderr.
  int Close(int exit_code);

 private:
  bool terminal_;
  int error_ = 0;  // errno of the first failure
};

// Opens /dev/null on those of the three standard descriptors that are closed,
// so that no file of the ledger can get one of their numbers.
void ClaimStandardDescriptors();

// One line each on stderr, made inert: "note: ...".
void SayNote(std::string_view text);
void SayNotes(std::span<const std::string> notes);
void Say(std::string_view text);

// "drawdown: ..." for each line of the message; returns the exit code.
int Fail(const absl::Status& status);
int FailUsage(std::string_view message);

// Writes all of `text`; false leaves errno.
bool WriteAll(int descriptor, std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_OUTPUT_H_
