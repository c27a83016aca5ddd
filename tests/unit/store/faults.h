// Makes the n-th file system call of this process fail, come up short, or kill
// it. The test program's own definitions of pwrite() and so on take the place
// of the C library's, for LMDB too.
#ifndef DRAWDOWN_TESTS_UNIT_STORE_FAULTS_H_
#define DRAWDOWN_TESTS_UNIT_STORE_FAULTS_H_

#include <functional>
#include <string>

namespace drawdown {

struct Fault {
  static constexpr int kShort = -1;  // write half of it, then report that
  static constexpr int kExit = -2;   // _exit(kExitStatus), like a kill

  std::string call;  // "pwrite", "fdatasync" ...; "" is any of them
  int nth = 0;       // counted from 1
  int error = 0;     // an errno, kShort or kExit
  bool from_then_on = false;
};
inline constexpr int kExitStatus = 99;

// Counting begins anew.
void Arm(const Fault& fault);
void Disarm();
// Whether the armed fault has happened.
bool Happened();

// Whether `new` finds no memory, in all of the process.
void RunOutOfMemory(bool out);

// Calls of sync_file_range(), ever.
int WriteBacks();

// Calls of fstat() for a regular file, ever.
int Fstats();

// Called before each flock(LOCK_UN) of this process, until it is null again.
void BeforeUnlock(std::function<void()> look);

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_STORE_FAULTS_H_
