#include "reports/model/provenance_lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/text/number_text.h"

namespace dsb {
namespace {

std::string ShortHash(const std::string& hash) {
  return hash.size() > 12 ? hash.substr(0, 12) + ".." : hash;
}

}  // namespace

std::string MachineLine(const RunData& data) {
  const EnvironmentRecord& machine = data.environment;
  std::string line = machine.cpu_model.empty() ? "unknown machine" : machine.cpu_model;
  line += ", " + std::to_string(machine.num_cores) + " cores, " + Bytes(machine.memory_bytes);
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
