# dsb_room(NAME LIBRARIES ... APART ...): the static library dsb_NAME from every .cc of the folder NAME, but those
# of its subfolders APART, which are libraries of their own.
# Files in kernels/cpu are compiled for the instruction set that their name ends on.
function(dsb_room name)
  cmake_parse_arguments(ROOM "" "" "LIBRARIES;APART" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$|_fuzz\\.cc$|_bench\\.cc$")
  foreach(folder ${ROOM_APART})
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_SOURCE_DIR}/${name}/${folder}/")
  endforeach()
  if(NOT sources)
    add_library(dsb_${name} INTERFACE)
    target_include_directories(dsb_${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(dsb_${name} INTERFACE ${ROOM_LIBRARIES})
    return()
  endif()
  add_library(dsb_${name} STATIC ${sources})
  dsb_compile_options(dsb_${name})
  target_link_libraries(dsb_${name} PUBLIC ${ROOM_LIBRARIES})
  foreach(source ${sources})
    if(source MATCHES "_avx2\\.cc$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma;-mf16c")
    elseif(source MATCHES "_avx512\\.cc$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
        "-mavx2;-mfma;-mf16c;-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq")
    elseif(source MATCHES "_avx512vnni\\.cc$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
        "-mavx2;-mfma;-mf16c;-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq;-mavx512vnni")
    elseif(source MATCHES "_avx512bf16\\.cc$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
        "-mavx2;-mfma;-mf16c;-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq;-mavx512vnni;-mavx512bf16")
    endif()
  endforeach()
endfunction()
