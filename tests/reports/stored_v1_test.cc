// A results file of schema version 1, with the reports that the program of its day made of it:
// today's program must say the same, of the file as it is and of the file once migrated.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "base/temporary_folder.h"
#include "reports/report/report.h"
#include "results/store/store.h"
#include "tests/build_paths.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

const std::string kFolder = DSB_SOURCE_DIR "/tests/golden/stores/v1/";

std::string Contents(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every value of `expected` stands in `found`; later versions may say more.
void ExpectHolds(const Json& expected, const Json& found, const std::string& path) {
  if (expected.is_object() && found.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      ASSERT_TRUE(found.contains(key)) << path << '/' << key;
      ExpectHolds(value, found[key], path + '/' + key);
    }
  } else if (expected.is_array() && found.is_array() && expected.size() == found.size()) {
    for (size_t i = 0; i < expected.size(); ++i) {
      ExpectHolds(expected[i], found[i], path + '/' + std::to_string(i));
    }
  } else {
    EXPECT_EQ(expected, found) << path;
  }
}

void ExpectTheSameReports(const Store& store) {
  ReportOptions options;
  options.sections.crosswalk = true;
  EXPECT_EQ(RenderReport(store, options), Contents("report.text"));
  options.format = ReportFormat::kJson;
  ExpectHolds(Json::parse(Contents("report.json")), Json::parse(RenderReport(store, options)), "");
  CompareOptions compare;
  compare.baseline_run = "1";
  compare.candidate_run = "2";
  EXPECT_EQ(RenderCompare(store, store, compare), Contents("compare.text"));
  ExpectHolds(Json::parse(Contents("compare.json")),
              Json::parse(RenderCompare(store, store, compare, ReportFormat::kJson)), "");
}

TEST(StoredVersion1, ReportsAsItDid) {
  ExpectTheSameReports(Store(kFolder + "results.sqlite", {.mode = Store::Mode::kReadOnly}));
}

TEST(StoredVersion1, ReportsTheSameOnceMigrated) {
  const TemporaryFolder folder;
  const std::string path = (folder / "results.db").string();
  std::filesystem::copy_file(kFolder + "results.sqlite", path);
  const Store store(path, {});
  ExpectTheSameReports(store);
  EXPECT_EQ(store.IntegrityCheck(), "ok");
}

}  // namespace
}  // namespace dsb
