// A results file of schema version 1, with the reports that the program of its day made of it:
// today's program must say the same, and may say more, of the file as it is and of the file once
// migrated.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

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

// Every value of `expected` stands in `found`; later versions may say more: keys of an object, and
// objects in a list of them. What is missing, by its path; empty: nothing.
std::string Missing(const Json& expected, const Json& found, const std::string& path) {
  if (expected.is_object() && found.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const std::string place = path + '/' + key;
      if (!found.contains(key)) return place;
      if (std::string missing = Missing(value, found[key], place); !missing.empty()) return missing;
    }
    return "";
  }
  if (expected.is_array() && found.is_array() && !expected.empty() && expected[0].is_object()) {
    auto next = found.begin();
    for (size_t i = 0; i < expected.size(); ++i) {
      std::string missing = path + '/' + std::to_string(i) + ": " + expected[i].dump();
      for (; next != found.end() && !missing.empty(); ++next) {
        if (Missing(expected[i], *next, "").empty()) missing.clear();
      }
      if (!missing.empty()) return missing;
    }
    return "";
  }
  return expected == found ? "" : path + ": " + expected.dump() + ", found " + found.dump();
}

// The words of a line, less the rules under headings, whose length says nothing.
std::vector<std::string> WordsOf(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    if (word.size() == 1 || word.find_first_not_of("-=") != std::string::npos) {
      words.push_back(word);
    }
  }
  return words;
}

// Every line of `expected` stands in `found`, in order; later versions may say more: lines, and
// words in a line, such as a table's new column. The first line that is missing; empty: none.
std::string MissingLine(const std::string& expected, const std::string& found) {
  std::istringstream lines(expected), left(found);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> words = WordsOf(line);
    bool is_there = words.empty();
    for (std::string other; !is_there && std::getline(left, other);) {
      auto word = words.begin();
      for (const std::string& next : WordsOf(other)) word += word != words.end() && *word == next;
      is_there = word == words.end();
    }
    if (!is_there) return line;
  }
  return "";
}

void ExpectTheSameReports(const Store& store) {
  ReportOptions options;
  options.sections.crosswalk = true;
  EXPECT_EQ(MissingLine(Contents("report.text"), RenderReport(store, options)), "");
  options.format = ReportFormat::kJson;
  EXPECT_EQ(Missing(Json::parse(Contents("report.json")), Json::parse(RenderReport(store, options)),
                    "report"),
            "");
  CompareOptions compare;
  compare.baseline_run = "1";
  compare.candidate_run = "2";
  EXPECT_EQ(MissingLine(Contents("compare.text"), RenderCompare(store, store, compare)), "");
  EXPECT_EQ(
      Missing(Json::parse(Contents("compare.json")),
              Json::parse(RenderCompare(store, store, compare, ReportFormat::kJson)), "compare"),
      "");
}

TEST(StoredVersion1, WhatIsSaidOtherwiseIsMissed) {
  const std::string table = "arm  tokens/s\n---  --------\nnone     25.8\nmtp1        -\n";
  EXPECT_EQ(MissingLine(table, table), "");
  EXPECT_EQ(MissingLine(table, "arm  new  tokens/s\nnone  7  25.8\nall  1  2\nmtp1  7  -\n"), "");
  EXPECT_EQ(MissingLine(table, "arm  tokens/s\nnone  25.9\nmtp1  -\n"), "none     25.8");
  EXPECT_EQ(MissingLine(table, "arm  tokens/s\nnone  25.8\nmtp1  0\n"), "mtp1        -");
  const Json json = {{"metrics", {{{"n", 1}, {"v", 2}}, {{"n", 2}}}}, {"ids", {1, 2}}};
  Json more = json;
  more["label"] = "";
  more["metrics"].insert(more["metrics"].begin() + 1, Json{{"n", 3}});
  EXPECT_EQ(Missing(json, more, ""), "");
  EXPECT_EQ(Missing(more, json, ""), "/label");
  more["metrics"][0]["v"] = 3;
  EXPECT_EQ(Missing(json, more, ""), R"(/metrics/0: {"n":1,"v":2})");
  more = json;
  more["ids"].push_back(3);
  EXPECT_EQ(Missing(json, more, ""), "/ids: [1,2], found [1,2,3]");
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
