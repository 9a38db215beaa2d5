#include "reports/model/provenance_lines.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/counted.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

std::string ShortHash(const std::string& hash) {
  return hash.size() > 12 ? hash.substr(0, 12) + ".." : hash;
}

// What the program counted or printed, as differences of its readings: "NAME VALUE, ...".
std::string FiguresOf(const RunData& data) {
  constexpr size_t kShown = 12;
  std::map<std::string, double> figures;
  for (const ServerSampleRecord& sample : data.server_samples) {
    figures[sample.name] = sample.value - figures[sample.name];
  }
  std::string text;
  size_t shown = 0;
  for (const auto& [name, value] : figures) {
    if (shown++ < kShown) text += (text.empty() ? "" : ", ") + name + " " + Shortest(value);
  }
  if (shown > kShown) text += " and " + std::to_string(shown - kShown) + " more";
  return text;
}

}  // namespace

std::string MachineLine(const RunData& data) {
  const EnvironmentRecord& machine = data.environment;
  std::string line = machine.cpu_model.empty() ? "unknown machine" : machine.cpu_model;
  if (machine.num_cores > 0) line += ", " + Counted(machine.num_cores, "core");
  if (machine.memory_bytes > 0) line += ", " + Bytes(machine.memory_bytes);
  if (!machine.os.empty()) line += ", " + machine.os;
  if (!machine.kernel.empty()) line += ", " + machine.kernel;
  if (machine.virtualised) line += ", virtual";
  return line;
}

std::string GpuFact(const RunData& data) {
  const EnvironmentRecord& machine = data.environment;
  if (machine.gpu_model) {
    std::string line = *machine.gpu_model;
    if (machine.gpu_count > 1) line = std::to_string(machine.gpu_count) + " x " + line;
    if (machine.gpu_memory_bytes) line += ", " + Bytes(*machine.gpu_memory_bytes);
    if (machine.driver) line += ", driver " + *machine.driver;
    if (machine.cuda) line += ", CUDA " + *machine.cuda;
    return line;
  }
  const nlohmann::json detail = nlohmann::json::parse(machine.detail_json, nullptr, false);
  if (!detail.is_object()) return "";
  const auto found = detail.find("gpu_state");
  if (found == detail.end() || !found->is_string()) return "";
  const std::string state = found->get<std::string>();
  if (state.empty()) return "";
  if (state == "not_built") return "none (built without CUDA)";
  std::string words = state;
  std::replace(words.begin(), words.end(), '_', ' ');
  return "none (" + words + ")";
}

std::string ServerLine(const RunData& data) {
  if (!IsForeign(data.run)) return "";
  const RunConfig config = ConfigOf(data.run);
  if (data.run.engine == "imported") {
    const std::string figures = FiguresOf(data);
    return "IMPORTED from what " + config.server + " measured; its machine is not known" +
           (data.run.reports_rounds ? "" : ", and it tells no rounds") +
           (figures.empty() ? "" : "; it says: " + figures);
  }
  std::map<std::string, int64_t> sources;
  for (const RequestRow& row : data.requests) ++sources[row.request.token_count_source];
  std::string counted;
  for (const auto& [source, count] : sources) counted += (counted.empty() ? "" : ", ") + source;
  return config.server + ", model " + config.server_model + " at " + config.server_url + ", " +
         config.server_api + "; tokens counted by " + counted + "; the machine is the client's";
}

std::string BuildLine(const RunData& data) {
  const BuildRecord& build = data.build;
  std::string line = "dsbench " + build.version;
  if (!build.git_commit.empty()) line += " " + build.git_commit.substr(0, 12);
  if (build.git_dirty) line += " (changed files)";
  for (const std::string& part : {build.compiler, build.build_type, build.isa}) {
    if (!part.empty()) line += ", " + part;
  }
  return line;
}

std::string ArtifactLine(const RunData& data, const std::string& role) {
  const auto found = data.artifacts.find(role);
  if (found == data.artifacts.end()) return "";
  const ArtifactRecord& artifact = found->second;
  return artifact.name + " (" + Bytes(artifact.size_bytes) + ", sha256 " +
         ShortHash(artifact.sha256) + ")";
}

std::string LeftOutLine(const RunData& data) {
  constexpr size_t kNamed = 5;
  struct Kind {
    std::string_view reason, words;
  };
  constexpr Kind kKinds[] = {{"too long", "too long for the context"},
                             {"truncated", "cut at the front"},
                             {"not played", "not played: first turns only"}};
  std::string line;
  const auto add = [&](std::string_view noun, std::string_view words, const auto& is_one) {
    size_t count = 0, num_items = 0;
    std::string names, last;
    for (const SkippedItemRecord& item : data.skipped) {
      if (!is_one(item)) continue;
      ++count;
      if (item.item_key == last) continue;  // another turn of it
      last = item.item_key;
      if (++num_items <= kNamed) names += (names.empty() ? "" : ", ") + last;
    }
    if (count == 0) return;
    if (num_items > kNamed) names += ", ...";
    line += (line.empty() ? "" : "; ") + Counted(static_cast<int64_t>(count), noun) + ' ' +
            std::string(words) + " (" + names + ")";
  };
  const auto is_of = [](const SkippedItemRecord& item, const Kind& kind) {
    return item.reason.starts_with(kind.reason);
  };
  for (const Kind& kind : kKinds) {
    add(kind.reason == "not played" ? "later turn" : "prompt", kind.words,
        [&](const SkippedItemRecord& item) { return is_of(item, kind); });
  }
  add("item", "for other reasons", [&](const SkippedItemRecord& item) {
    return std::none_of(std::begin(kKinds), std::end(kKinds),
                        [&](const Kind& kind) { return is_of(item, kind); });
  });
  return line;
}

std::vector<Fact> SideFacts(const RunData& data) {
  const RunRecord& run = data.run;
  const RunConfig config = ConfigOf(run);
  return {{"machine", MachineLine(data)},
          {"build", BuildLine(data)},
          {"device", config.device},
          {"weights", config.weights},
          {"threads", std::to_string(run.threads)},
          {"users", run.users ? std::to_string(*run.users) : ""},
          {"seed", std::to_string(run.seed)}};
}

}  // namespace dsb
