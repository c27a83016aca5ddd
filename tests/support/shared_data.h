// Real traces and bills that are not part of the project. Tests that read them
// skip, saying so, where the folder is absent.
#ifndef DRAWDOWN_TESTS_SUPPORT_SHARED_DATA_H_
#define DRAWDOWN_TESTS_SUPPORT_SHARED_DATA_H_

#include <cstdlib>
#include <string>

namespace drawdown {

// $DRAWDOWN_SHARED_DATA, else shared/data beside the checkout.
inline std::string SharedData() {
  const char* given = std::getenv("DRAWDOWN_SHARED_DATA");
  return given != nullptr ? given : DRAWDOWN_SHARED_DATA_DEFAULT;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_SHARED_DATA_H_
