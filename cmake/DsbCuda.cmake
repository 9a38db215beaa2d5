# The two builds of kernels/cuda: dsb_cuda by nvcc, and dsb_cudahost by the C++ compiler for the
# runner in kernels/cudahost. Both define the same functions: never link both into one binary.
#   DSB_CUDA                 build dsb_cuda. Default: nvcc is there and neither a sanitizer nor fuzzing is asked for
#   DSB_CUDA_ARCHITECTURES   what dsb_cuda is compiled for; one alone compiles fastest
#   DSB_GPU_TESTS            build gpu_test, which runs tests/cudahost on a device
#   DSB_CUDAHOST             build dsb_cudahost. Default: the toolkit's headers are there
find_program(DSB_NVCC nvcc HINTS $ENV{CUDACXX} PATHS /usr/local/cuda/bin NO_CACHE)
if(DEFINED ENV{CUDACXX})
  set(DSB_NVCC $ENV{CUDACXX})
endif()
find_path(DSB_CUDA_INCLUDE cuda_bf16.h HINTS $ENV{CUDA_HOME}/include
          PATHS /usr/local/cuda/include)
set(cuda_default OFF)
if(DSB_NVCC AND NOT DSB_SANITIZE AND NOT DSB_FUZZ)
  set(cuda_default ON)
endif()
set(cudahost_default OFF)
if(DSB_CUDA_INCLUDE)
  set(cudahost_default ON)
endif()
option(DSB_CUDA "Compile the CUDA kernels with nvcc" ${cuda_default})
option(DSB_GPU_TESTS "Build gpu_test, the kernels' tests for a device (needs DSB_CUDA)" OFF)
option(DSB_CUDAHOST "Compile the CUDA kernels for the host runner and its tests" ${cudahost_default})
set(DSB_CUDA_ARCHITECTURES "80-real;90-real;100-real;100-virtual" CACHE STRING
    "CUDA architectures, as CMAKE_CUDA_ARCHITECTURES")

file(GLOB_RECURSE cuda_kernels CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/cuda/*.cu)
file(GLOB_RECURSE cuda_plain CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/cuda/*.cc)
list(FILTER cuda_plain EXCLUDE REGEX "/cuda/(bench|runtime)/")
file(GLOB cuda_runtime CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/cuda/runtime/*.cc)
file(GLOB cudahost_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/cudahost/*.cc)

# Plain C++ that must not see two roundings become one, as in the rest of kernels.
function(dsb_cuda_plain target)
  dsb_compile_options(${target})
  target_compile_options(${target} PRIVATE $<$<CONFIG:Checked>:-O2>)
  target_link_libraries(${target} PUBLIC dsb_kernels dsb_base)
  target_include_directories(${target} SYSTEM PRIVATE ${DSB_CUDA_INCLUDE})
endfunction()

# dsb_cudahost_kernels(TARGET FILE.cu...): the .cu files as C++ for the host runner.
# CMake would compile a .cu of language CXX in every target of the folder, hence a file around it.
function(dsb_cudahost_kernels target)
  foreach(kernel ${ARGN})
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${kernel})
    string(REGEX REPLACE "\\.cu$" ".cc" generated ${CMAKE_BINARY_DIR}/cudahost/${name})
    file(CONFIGURE OUTPUT ${generated} CONTENT "#include \"${name}\"\n")
    target_sources(${target} PRIVATE ${generated})
    set_source_files_properties(${generated} PROPERTIES OBJECT_DEPENDS ${kernel}
                                COMPILE_OPTIONS "-Wno-unknown-pragmas;-Wno-sign-conversion;$<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>")
  endforeach()
  target_include_directories(${target} SYSTEM PRIVATE ${DSB_CUDA_INCLUDE})
endfunction()

if(DSB_CUDAHOST)
  add_library(dsb_cudahost STATIC ${cudahost_sources} ${cuda_plain})
  dsb_cuda_plain(dsb_cudahost)
  dsb_cudahost_kernels(dsb_cudahost ${cuda_kernels})
endif()

if(DSB_CUDAHOST AND NOT DSB_SANITIZE AND NOT DSB_FUZZ)
  # The runner and the kernels once more, under ThreadSanitizer, beside rooms that are not: a race between threads of a
  # kernel is between instrumented lines. The scheduler itself tells what happens before what.
  add_library(dsb_cudahost_scheduler OBJECT kernels/cudahost/block.cc kernels/cudahost/context.cc)
  dsb_cuda_plain(dsb_cudahost_scheduler)
  target_compile_definitions(dsb_cudahost_scheduler PRIVATE DSB_CUDAHOST_TSAN)
  set(race_sources ${cudahost_sources})
  list(FILTER race_sources EXCLUDE REGEX "/(block|context)\\.cc$")
  add_library(dsb_cudahost_race STATIC EXCLUDE_FROM_ALL ${race_sources} ${cuda_plain}
              $<TARGET_OBJECTS:dsb_cudahost_scheduler>)
  dsb_cuda_plain(dsb_cudahost_race)
  dsb_cudahost_kernels(dsb_cudahost_race ${cuda_kernels})
  target_compile_options(dsb_cudahost_race PUBLIC -fsanitize=thread)
  target_link_options(dsb_cudahost_race PUBLIC -fsanitize=thread)
endif()

if(DSB_CUDA)
  if(NOT DSB_NVCC)
    message(FATAL_ERROR "DSB_CUDA is ON, but no nvcc: set CUDACXX, or DSB_CUDA=OFF")
  endif()
  set(CMAKE_CUDA_COMPILER ${DSB_NVCC})
  set(CMAKE_CUDA_ARCHITECTURES ${DSB_CUDA_ARCHITECTURES})
  set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
  enable_language(CUDA)
  if(CMAKE_VERSION VERSION_LESS 3.25.2)  # which knows no C++20 flag of nvcc
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  endif()
  # Keeps what ptxas says of each kernel beside its object, for ci/check_ptxas.py.
  list(PREPEND CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/ci/ptxas_report.sh)
  set(CMAKE_CUDA_STANDARD 20)
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  set(CMAKE_CUDA_EXTENSIONS OFF)
  set(CMAKE_CUDA_FLAGS_CHECKED "-O1 -DNDEBUG")  # of host code; device code is always -O3
  find_package(CUDAToolkit REQUIRED)

  function(dsb_cuda_kernels target)  # options for the .cu files of a library
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:
      --Werror=all-warnings --fmad=false -lineinfo -Xptxas=-v -Xcompiler=-Wall,-Wextra,-ffp-contract=off>)
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC dsb_base)
  endfunction()

  add_library(dsb_cuda_plain OBJECT ${cuda_plain} ${cuda_runtime})
  dsb_cuda_plain(dsb_cuda_plain)
  add_library(dsb_cuda STATIC ${cuda_kernels} $<TARGET_OBJECTS:dsb_cuda_plain>)
  set_target_properties(dsb_cuda dsb_cuda_plain PROPERTIES OPTIMIZE_DEPENDENCIES ON)
  dsb_cuda_kernels(dsb_cuda)
  target_link_libraries(dsb_cuda PUBLIC dsb_kernels CUDA::cudart_static)
  if(DSB_GPU_TESTS)
    file(GLOB roofline_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/cuda/bench/*.cc)
    add_executable(gpu_roofline ${roofline_sources})
    dsb_cuda_plain(gpu_roofline)
    target_link_libraries(gpu_roofline PRIVATE dsb_cuda)
  endif()
  message(STATUS "CUDA: ${DSB_NVCC} for ${DSB_CUDA_ARCHITECTURES}")
elseif(NOT DSB_NVCC)
  message(STATUS "CUDA: off, no nvcc in CUDACXX, PATH or /usr/local/cuda/bin")
else()
  message(STATUS "CUDA: off (DSB_CUDA)")
endif()
if(DSB_CUDAHOST)
  message(STATUS "CUDA kernels on the host: on, headers in ${DSB_CUDA_INCLUDE}")
else()
  message(STATUS "CUDA kernels on the host: off (DSB_CUDAHOST needs the toolkit's headers)")
endif()
