// A mutex in memory that processes share. When its owner is killed the next one
// gets it.
#ifndef DRAWDOWN_SRC_BASE_ROBUST_MUTEX_H_
#define DRAWDOWN_SRC_BASE_ROBUST_MUTEX_H_

#include <pthread.h>

#include "base/files.h"

namespace drawdown {

// In new memory, before anybody else can see it.
void InitializeRobust(pthread_mutex_t* mutex);

// 0; ETIMEDOUT at the deadline; EOWNERDEAD when the owner was killed, and then
// it is locked too and usable again. Else another error.
int LockRobust(pthread_mutex_t* mutex, Deadline deadline);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_ROBUST_MUTEX_H_
