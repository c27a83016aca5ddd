# drawdown_module(<name> SOURCES ... [MODULES ...] [LIBRARIES ...])
#
# One static target drawdown_<name> per module of src/, which can include only
# the public value headers, itself and the MODULES it names. The installed
# library is made of all of them (src/CMakeLists.txt).
function(drawdown_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;MODULES;LIBRARIES" ${ARGN})
  add_library(drawdown_${name} STATIC ${ARG_SOURCES})
  target_include_directories(drawdown_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ARG_MODULES PREPEND drawdown_)
  target_link_libraries(drawdown_${name}
    PUBLIC drawdown_options ${ARG_MODULES} ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY DRAWDOWN_MODULES drawdown_${name})
  set_property(GLOBAL APPEND PROPERTY DRAWDOWN_LIBRARIES ${ARG_LIBRARIES})
endfunction()

# Compiler options of every target of this tree; not exported.
add_library(drawdown_options INTERFACE)
target_compile_options(drawdown_options INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers
  $<$<BOOL:${DRAWDOWN_DEVELOPER_MODE}>:-Werror>)
if(DRAWDOWN_SANITIZE)
  target_compile_options(drawdown_options INTERFACE
    -fsanitize=${DRAWDOWN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all
    # g++ 12 warns of its own <regex> and <functional> under -fsanitize (GCC
    # bug 105562); the unsanitized build keeps the warning.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(drawdown_options INTERFACE -fsanitize=${DRAWDOWN_SANITIZE})
endif()

# drawdown_test(<name> SOURCES ... [MODULES ...] [LIBRARIES ...])
function(drawdown_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;MODULES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_MODULES PREPEND drawdown_)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PRIVATE
    drawdown_options ${ARG_MODULES} ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
