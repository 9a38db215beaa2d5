#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/build_info.h"
#include "harness/machine/environment.h"

namespace dsb {

BuildRecord CaptureBuild(const std::string& isa) {
  BuildRecord record;
  record.version = DSB_BUILD_VERSION;
  record.git_commit = DSB_BUILD_COMMIT;
  record.git_dirty = DSB_BUILD_DIRTY;
  const std::string diff = DSB_BUILD_DIFF_SHA256;
  if (!diff.empty()) record.diff_sha256 = diff;
  record.compiler = DSB_BUILD_COMPILER;
  record.build_type = DSB_BUILD_TYPE;
  record.flags = DSB_BUILD_FLAGS;
  record.isa = isa;
  record.sqlite_version = sqlite3_libversion();
  const nlohmann::json detail = {
      {"sqlite_source_id", sqlite3_sourceid()},
      {"sanitizers", DSB_BUILD_SANITIZE},
      {"cli11", CLI11_VERSION},
      {"nlohmann_json", std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + '.' +
                            std::to_string(NLOHMANN_JSON_VERSION_MINOR) + '.' +
                            std::to_string(NLOHMANN_JSON_VERSION_PATCH)},
  };
  record.detail_json = detail.dump();
  return record;
}

}  // namespace dsb
