#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/quoted.h"
#include "base/sha256.h"
#include "base/strict_json.h"
#include "base/take_line.h"
#include "workloads/domains.h"
#include "workloads/jsonl_line.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

WorkloadItem ParseItem(std::string_view line, const std::string& place, const std::string& stem,
                       int64_t line_number) {
  JsonlLine parsed = ParseJsonlLine(line, place);
  WorkloadItem item;
  item.key = parsed.id.value_or(stem + ":" + std::to_string(line_number));
  item.dataset = parsed.dataset.value_or(stem);
  item.domain = parsed.domain.value_or(DomainOfDataset(item.dataset));
  item.turns = std::move(parsed.turns);
  return item;
}

// A file that is one JSON array of objects (ShareGPT's), as a line for each; empty if it is none.
std::string SplitArray(std::string_view text, const std::string& path) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '[') return {};
  const auto array = ParseStrictJson<nlohmann::json>(text, path);
  std::string lines;
  for (const nlohmann::json& object : array) lines += object.dump() + '\n';
  return lines;
}

Workload Parse(std::string_view text, const std::string& path) {
  Workload workload;
  workload.path = path;
  workload.name = std::filesystem::path(path).stem().string();
  workload.sha256 = Sha256Hex(text);
  workload.size_bytes = static_cast<int64_t>(text.size());
  std::unordered_set<std::string> keys;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::string split = SplitArray(text, path);
  if (!split.empty()) text = split;
  const std::string mark = split.empty() ? ":" : ": entry ";
  for (int64_t line_number = 1; !text.empty(); ++line_number) {
    const std::string_view line = TakeLine(&text);
    if (IsBlank(line)) continue;
    const std::string place = path + mark + std::to_string(line_number);
    WorkloadItem item = ParseItem(line, place, workload.name, line_number);
    if (!keys.insert(item.key).second) {
      ThrowBadInput(place + ": id " + Quoted(item.key) + " was used before, expected unique ids");
    }
    workload.items.push_back(std::move(item));
  }
  if (workload.items.empty()) {
    ThrowBadInput(path + ": no prompts, expected at least one line {\"turns\": [\"...\"]}");
  }
  return workload;
}

}  // namespace

Workload ReadJsonl(const std::string& path) {
  const MappedFile file(path);
  const auto bytes = file.bytes();
  if (bytes.empty()) return Parse({}, path);
  return Parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

Workload ParseJsonl(const std::string& text, const std::string& name) { return Parse(text, name); }

}  // namespace dsb
