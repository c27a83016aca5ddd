// Errors are absl::Status values: a numbered code a program can switch on and
// one line a person can act on (the value, the unit, the id; file:row for
// input).
//
//   absl::Status status = ledger->StopRun(...);
//   switch (drawdown::GetErrorCode(status)) {
//     case drawdown::ErrorCode::kBusy: ...
//
// Thread-safe; pure functions over values.
#ifndef DRAWDOWN_STATUS_H_
#define DRAWDOWN_STATUS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "drawdown/export.h"

namespace drawdown {

// Numbers are part of the interface: they never change meaning and are never
// reused. New ones may be added, so a switch needs a default.
enum class ErrorCode : int32_t {
  kOk = 0,

  // Input (a file, a row, a contract) cannot be accepted.
  kBadNumber = 101,      // not a decimal, not exact in the unit, or too large
  kBadTime = 102,        // not a time, or naive without a zone
  kBadCsv = 103,         // not the strict CSV dialect, or over a limit
  kMissingColumn = 104,  // a column the reader needs is absent
  kBadRow = 105,         // a row's values contradict one another
  kConflict = 106,       // same id, different payload
  kBadContract = 107,    // contract text does not parse or does not make sense
  kUnknownFormat = 108,  // not a bill format this version reads
  kUnknownName = 109,    // tenant or pool not in the books, with `strict`
  kTooOld = 110,         // event time before the compaction horizon
  kOverflow = 111,       // a total does not fit 128 bits
  kBadInput = 112,       // a file that cannot be read or decompressed

  // The call does not fit the state of what it names.
  kInvalidArgument = 201,  // the caller's argument is out of its range
  kNotFound = 202,         // no such contract, run, period
  kWrongState = 203,       // e.g. stopping a run that has ended
  kUnsupported = 204,      // understood, but not rated by this version
  kHoldRequired = 205,     // a hard quota of GPU time is over the run

  // The ledger directory or its host.
  kNotALedger = 301,             // the directory is not a ledger
  kLedgerExists = 302,           // init on a directory that is one
  kLedgerVersion = 303,          // of a format not read here
  kUnsupportedLmdb = 304,        // LMDB 0.9.26-0.9.31 (ITS#10095)
  kUnsupportedFilesystem = 305,  // network or overlay filesystem
  // A peer holds the writer lock past the deadline; or limits changed while a
  // call was asked whether it fits. Ask again.
  kBusy = 306,
  kDiskFull = 307,
  kIo = 308,
  kCorrupt = 309,          // a checksum, the chain or an invariant is broken
  kAlreadyOpen = 310,      // this process holds it through another library copy
  kForked = 311,           // the handle was inherited over fork()
  kUncertain = 312,        // a commit failed halfway: retry with the same id
  kVerifyFailed = 313,     // verify found a difference
  kForeignNamespace = 314  // held by a process of another pid namespace
};

// The code carried by `status`: kOk for OK, and for a status made by other code
// the nearest code by its canonical absl::StatusCode.
DRAWDOWN_EXPORT ErrorCode GetErrorCode(const absl::Status& status);

// "kBadNumber" -> "bad_number": stable, for logs and JSON.
DRAWDOWN_EXPORT std::string_view ErrorCodeName(ErrorCode code);

}  // namespace drawdown

#endif  // DRAWDOWN_STATUS_H_
