# Language level, build options and the compile options of our own code.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# The build type of tests: half the compile time of -O2 -g, and stack traces with line numbers.
set(CMAKE_CXX_FLAGS_CHECKED "-O1 -g1 -DNDEBUG")

option(DSB_ASSERTIONS "Keep DSB_DCHECK in this build" OFF)
option(DSB_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(DSB_BENCHMARKS "Build the Google Benchmark binary (needs oneDNN)" ON)
set(DSB_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")

if(DSB_SANITIZE)
  add_compile_options(-fsanitize=${DSB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DSB_SANITIZE})
endif()
if(DSB_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

function(dsb_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
    # g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    # One rounding per written operation: the same bits on every machine (batch invariance).
    -ffp-contract=off)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  if(DSB_ASSERTIONS)
    target_compile_definitions(${target} PRIVATE DSB_ASSERTIONS=1)
  endif()
endfunction()

# For what the sanitizers watch but no fuzzer runs in a loop: optimising instrumented code takes half of its compile time. A
# source file's own COMPILE_OPTIONS come after these.
function(dsb_quick_to_compile target)
  if(DSB_SANITIZE)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Checked>:-O0>)
  endif()
endfunction()
