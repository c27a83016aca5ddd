// Headers that most tests include; see DrawdownModule.cmake.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "precompiled.h"
