# The rooms' arrows: a forbidden include fails the build of everything, since every target needs dsb_base.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(checked_globs)
foreach(room base kernels workloads results engines reports harness tests)
  list(APPEND checked_globs ${CMAKE_SOURCE_DIR}/${room}/*.h ${CMAKE_SOURCE_DIR}/${room}/*.cc
       ${CMAKE_SOURCE_DIR}/${room}/*.cu ${CMAKE_SOURCE_DIR}/${room}/*.cuh)
endforeach()
file(GLOB_RECURSE checked_files CONFIGURE_DEPENDS ${checked_globs})

set(includes_stamp ${CMAKE_BINARY_DIR}/check_includes.stamp)
add_custom_command(
  OUTPUT ${includes_stamp}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/ci/check_includes.py ${CMAKE_SOURCE_DIR}
  COMMAND ${CMAKE_COMMAND} -E touch ${includes_stamp}
  DEPENDS ${checked_files} ${CMAKE_SOURCE_DIR}/ci/check_includes.py
  COMMENT "Checking the rooms' includes" VERBATIM)
add_custom_target(dsb_check_includes ALL DEPENDS ${includes_stamp})
add_dependencies(dsb_base dsb_check_includes)

if(BUILD_TESTING)
  if(NOT DSB_PCH) # it relies on what such a build has compiled
    add_test(NAME check_headers
             COMMAND ${CMAKE_SOURCE_DIR}/ci/check_headers.sh ${CMAKE_CXX_COMPILER})
    set_tests_properties(check_headers PROPERTIES LABELS structure)
  endif()
  add_test(NAME check_kernels
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/ci/check_kernels.py)
  add_test(NAME check_types COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/ci/check_types.py)
  add_test(NAME check_sizes COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/ci/check_sizes.py)
  # The program starts where there is no driver and no toolkit.
  add_test(NAME check_needed COMMAND ${CMAKE_SOURCE_DIR}/ci/check_needed.sh $<TARGET_FILE:dsbench>)
  add_test(NAME check_text COMMAND ${CMAKE_SOURCE_DIR}/ci/check_text.sh)
  add_test(NAME ci_test COMMAND ${Python3_EXECUTABLE} -m unittest discover -s tests/ci -p *_test.py
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  add_test(NAME check_install COMMAND ${CMAKE_SOURCE_DIR}/ci/check_install.sh ${CMAKE_BINARY_DIR})
  set_tests_properties(check_install check_kernels check_sizes check_types check_needed check_text ci_test PROPERTIES LABELS structure)
endif()
