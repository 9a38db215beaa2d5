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
option(DSB_SANITIZE_TESTS "Let the sanitizers watch the tests' own code too, not only what they call" ON)
option(DSB_QUICK "Compile without optimisation what computes little" OFF)
# g++ gains nothing from them: it reads 100 MB where clang reads what it needs.
set(pch_default OFF)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(pch_default ON)
endif()
option(DSB_JOIN "Compile the sources of a folder together: quicker from nothing, slower after a change" OFF)
option(DSB_PCH "Precompile the headers of others; without, a forgotten #include is found" ${pch_default})

if(DSB_SANITIZE)
  add_link_options(-fsanitize=${DSB_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL Checked)
  find_program(DSB_LLD ld.lld)
  if(DSB_LLD)
    add_link_options(-fuse-ld=lld) # many test binaries of the same libraries
  endif()
endif()

# Messages, assertions and stack traces name files of the source tree, not a folder of this machine.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=>
                    $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=>)

# dsb_compile_options(TARGET [UNWATCHED] [OPTIMISED]): UNWATCHED: not by sanitizers. OPTIMISED: under DSB_QUICK too.
function(dsb_compile_options target)
  cmake_parse_arguments(OPTIONS "UNWATCHED;OPTIMISED" "" "" ${ARGN})
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
  if(DSB_QUICK AND NOT OPTIONS_OPTIMISED)
    target_compile_options(${target} PRIVATE -O0)
  endif()
  if(DSB_SANITIZE AND NOT OPTIONS_UNWATCHED)
    target_compile_options(${target} PRIVATE -fsanitize=${DSB_SANITIZE} -fno-omit-frame-pointer
                           -fno-sanitize-recover=all)
  endif()
endfunction()

# For what libFuzzer drives: it learns which lines an input reaches.
function(dsb_fuzzed target)
  if(DSB_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# dsb_unfuzzed(PATTERN...): sources that compute, with inputs long checked. Counting would take as long as computing.
function(dsb_unfuzzed)
  foreach(pattern ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${pattern})
    if(DSB_FUZZ)
      set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS
        -fno-sanitize-coverage=inline-8bit-counters,indirect-calls,trace-cmp,pc-table,stack-depth)
    endif()
  endforeach()
endfunction()

# dsb_precompile(TARGET HEADER...): those of a target's headers that are not ours.
function(dsb_precompile target)
  if(DSB_PCH)
    target_precompile_headers(${target} PRIVATE ${ARGN} <algorithm> <array> <chrono> <cmath> <condition_variable>
      <cstdint> <filesystem> <fstream> <functional> <map> <memory> <mutex> <optional> <set> <span> <sstream> <string>
      <string_view> <thread> <utility> <variant> <vector>)
    if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
      target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp") # for ccache
    endif()
  endif()
endfunction()
