# Writes build_info.h (version, commit, compiler, flags), at every build, only if something changed.
# Included by CMakeLists.txt it adds the target; run as a script it writes the file.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  find_package(Git QUIET)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" upper)
  set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${upper}}")
  string(STRIP "${flags}" flags)
  add_custom_target(dsb_build_info
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR}
            -DOUTPUT=${CMAKE_BINARY_DIR}/generated/harness/build_info.h -DGIT=${GIT_EXECUTABLE}
            -DVERSION=${PROJECT_VERSION}
            "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
            -DTYPE=${CMAKE_BUILD_TYPE} "-DFLAGS=${flags}" "-DSANITIZE=${DSB_SANITIZE}"
            -P ${CMAKE_CURRENT_LIST_FILE}
    BYPRODUCTS ${CMAKE_BINARY_DIR}/generated/harness/build_info.h
    VERBATIM)
  return()
endif()

set(commit "")
set(dirty false)
set(diff "")
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE commit
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${GIT} -C ${SOURCE} diff HEAD OUTPUT_VARIABLE text ERROR_QUIET)
  if(text)
    set(dirty true)
    string(SHA256 diff "${text}")
  endif()
endif()
set(content "// Written by cmake/DsbBuildInfo.cmake.
#pragma once
#define DSB_BUILD_VERSION \"${VERSION}\"
#define DSB_BUILD_COMMIT \"${commit}\"
#define DSB_BUILD_DIRTY ${dirty}
#define DSB_BUILD_DIFF_SHA256 \"${diff}\"
#define DSB_BUILD_COMPILER \"${COMPILER}\"
#define DSB_BUILD_TYPE \"${TYPE}\"
#define DSB_BUILD_FLAGS \"${FLAGS}\"
#define DSB_BUILD_SANITIZE \"${SANITIZE}\"
")
set(before "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT before STREQUAL content)
  file(WRITE ${OUTPUT} "${content}")
endif()
