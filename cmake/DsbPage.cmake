# The page's style and script (reports/document/page.css, page.js) as strings of dsb_reports: the program needs no file
# beside it to write a report.
foreach(part css js)
  set(file ${CMAKE_SOURCE_DIR}/reports/document/page.${part})
  file(READ ${file} page_${part})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/reports/page_files.cc CONTENT
[[// Written by cmake/DsbPage.cmake.
#include "reports/document/page_files.h"

namespace dsb {

std::string_view PageStyle() {
  return R"page(@page_css@)page";
}

std::string_view PageScript() {
  return R"page(@page_js@)page";
}

}  // namespace dsb
]] @ONLY)
target_sources(dsb_reports PRIVATE ${CMAKE_BINARY_DIR}/generated/reports/page_files.cc)
