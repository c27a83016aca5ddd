# drawdown_precompile(<target> library|program|test)
#
# With DRAWDOWN_PRECOMPILE_HEADERS, the headers that most files include are
# parsed once, which is a third of a debug build's time. Every file still
# includes what it uses: the presets without the option (release, clang) would
# not build otherwise.
function(drawdown_precompile target kind)
  if(NOT DRAWDOWN_PRECOMPILE_HEADERS)
    return()
  endif()
  set(owner drawdown_precompiled_${kind})
  set(headers precompiled.h)
  if(NOT TARGET ${owner})
    # A library's code is -fPIC and a program's -fPIE: each needs its own.
    file(WRITE ${PROJECT_BINARY_DIR}/${owner}.cc "int main() { return 0; }\n")
    if(kind STREQUAL library)
      add_library(${owner} OBJECT ${PROJECT_BINARY_DIR}/${owner}.cc)
    else()
      add_executable(${owner} ${PROJECT_BINARY_DIR}/${owner}.cc)
    endif()
    if(kind STREQUAL test)
      set(headers precompiled_test.h)
      target_link_libraries(${owner} PRIVATE GTest::gmock)
    endif()
    target_link_libraries(${owner} PRIVATE drawdown_options absl::status
      absl::statusor absl::strings Threads::Threads)
    target_precompile_headers(${owner} PRIVATE
      ${PROJECT_SOURCE_DIR}/src/cmake/${headers})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
  # g++ 12 takes a system header out of a precompiled one for one of ours, and
  # then warns of its std::string; the other presets keep the warnings.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-array-bounds
      -Wno-stringop-overread -Wno-stringop-overflow -Wno-restrict)
  endif()
endfunction()

# drawdown_unite(<target>)
#
# With DRAWDOWN_UNITE, eight of the target's files are compiled as one, which
# halves the time of a checking build. For targets whose files share no names in
# their unnamed namespaces; the presets without the option prove the includes.
function(drawdown_unite target)
  if(NOT DRAWDOWN_UNITE)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
  # Without it g++ warns of types with members of an unnamed namespace, which it
  # does not where the file that has both is compiled by itself.
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
endfunction()

# drawdown_module(<name> [UNITE] SOURCES ... [MODULES ...] [LIBRARIES ...])
#
# One static target drawdown_<name> per module of src/, which can include only
# the public value headers, itself and the MODULES it names. The installed
# library is made of all of them (src/CMakeLists.txt).
function(drawdown_module name)
  cmake_parse_arguments(ARG "UNITE" "" "SOURCES;MODULES;LIBRARIES" ${ARGN})
  add_library(drawdown_${name} STATIC ${ARG_SOURCES})
  target_include_directories(drawdown_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ARG_MODULES PREPEND drawdown_)
  target_link_libraries(drawdown_${name}
    PUBLIC drawdown_options ${ARG_MODULES} ${ARG_LIBRARIES})
  drawdown_precompile(drawdown_${name} library)
  if(ARG_UNITE)
    drawdown_unite(drawdown_${name})
  endif()
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

# Tests are linked with gold, which comes with g++ and takes half the time of the
# default linker; what is installed is linked with the default one. Of the parts
# of clang's AddressSanitizer gold warns, a hundred lines a test.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold DRAWDOWN_GOLD)
function(drawdown_link_fast target)
  if(DRAWDOWN_GOLD AND NOT DRAWDOWN_SANITIZE
      AND NOT CMAKE_EXE_LINKER_FLAGS MATCHES "-fuse-ld=")
    target_link_options(${target} PRIVATE -fuse-ld=gold)
  endif()
endfunction()

# drawdown_test(<name> [UNITE] SOURCES ... [MODULES ...] [LIBRARIES ...])
function(drawdown_test name)
  cmake_parse_arguments(ARG "UNITE" "" "SOURCES;MODULES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_MODULES PREPEND drawdown_)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PRIVATE
    drawdown_options ${ARG_MODULES} ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
  drawdown_precompile(${name} test)
  if(ARG_UNITE)
    drawdown_unite(${name})
  endif()
  drawdown_link_fast(${name})
  add_test(NAME ${name} COMMAND ${name})
endfunction()
