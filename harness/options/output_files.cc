#include "harness/options/output_files.h"

#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/error.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

// How a file of the kind begins, blanks and line ends left out.
std::string_view BeginningOf(WrittenAs kind) {
  switch (kind) {
    case WrittenAs::kVerdict:
      return R"({"format":"dsbench-verdict")";
    case WrittenAs::kTrace:
      return R"({"displayTimeUnit":"ns","traceEvents":[)";
    case WrittenAs::kCostTable:
      return R"({"format":"dsbenchcosttable")";
    case WrittenAs::kCalibration:
      return R"({"format":"dsbenchcalibration")";
    case WrittenAs::kFleet:
      return R"({"format":"dsbenchfleet")";
    case WrittenAs::kPage:
      return R"(<!DOCTYPEhtml><htmllang="en"><head><metacharset="utf-8"><metaname="generator"content="dsbench")";
    case WrittenAs::kFigure:
      return R"(<?xmlversion="1.0"encoding="UTF-8"?><!--dsbench-->)";
    case WrittenAs::kJunit:
      return R"(<?xmlversion="1.0"encoding="UTF-8"?><testsuitesname="dsbench)";
    case WrittenAs::kNothing:
    case WrittenAs::kResults:
    case WrittenAs::kSamples:
    case WrittenAs::kExport:
      break;
  }
  return "";
}

const char* NameOf(WrittenAs kind) {
  switch (kind) {
    case WrittenAs::kTrace:
      return "a timeline";
    case WrittenAs::kCostTable:
      return "a cost table";
    case WrittenAs::kCalibration:
      return "a calibration";
    case WrittenAs::kFleet:
      return "a fleet's sums";
    case WrittenAs::kPage:
      return "a page";
    case WrittenAs::kFigure:
      return "a figure";
    case WrittenAs::kJunit:
      return "a JUnit report";
    default:
      return "a verdict";
  }
}

std::string Beginning(const std::string& path, size_t size) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  for (char c = 0; text.size() < size && file.get(c);) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') text += c;
  }
  return text;
}

}  // namespace

std::vector<std::string> FilesAt(const std::string& path, WrittenAs kind) {
  std::vector<const char*> names;
  if (kind == WrittenAs::kSamples) names = {"answers.jsonl", "features.bf16", "meta.json"};
  if (kind == WrittenAs::kExport) {
    names = {"model.safetensors", "config.json", "generation_config.json", "tokenizer.json",
             "tokenizer_config.json"};
  }
  std::vector<std::string> files = {path};
  for (const char* name : names) files.push_back(path + "/" + name);
  return files;
}

void RefuseTaken(const std::string& option, const std::string& path, WrittenAs kind) {
  for (const std::string& file : FilesAt(path, kind)) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) == 0) continue;
    ThrowBadInput(option + ": '" + file +
                  "' is there, expected a name that is free (or remove the file)");
  }
}

void RefuseForeignFile(const std::string& option, const std::string& path, WrittenAs kind) {
  const std::string_view wanted = BeginningOf(kind);
  std::error_code ignored;
  if (wanted.empty() || !fs::is_regular_file(path, ignored)) return;
  if (fs::file_size(path, ignored) == 0 || Beginning(path, wanted.size()) == wanted) return;
  ThrowBadInput(option + ": '" + path + "' is there and holds something else than " + NameOf(kind) +
                " of dsbench, expected a name that is free (or remove the file)");
}

}  // namespace dsb
