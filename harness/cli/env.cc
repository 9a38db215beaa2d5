#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/console.h"
#include "base/quoted.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/device_time/cupti_source.h"
#include "harness/device_time/nvtx_ranges.h"
#include "harness/machine/environment.h"
#include "harness/machine/gpu_state.h"
#include "kernels/isa.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

Json GpuJson() {
  const GpuProbe& probe = ProbeGpu();
  Json json = {{"state", GpuStateName(probe.state)}, {"summary", GpuLine(probe)}};
  if (probe.runtime_version > 0) json["cuda_runtime"] = CudaVersionText(probe.runtime_version);
  if (probe.driver_version > 0) json["cuda_driver"] = CudaVersionText(probe.driver_version);
  if (!probe.error.empty()) json["error"] = probe.error;
  const CuptiOpening cupti = OpenCupti();
  json["cupti"] = cupti.source != nullptr ? "available" : "not available (" + cupti.why_not + ')';
  if (cupti.version > 0) json["cupti_version"] = cupti.version;
  json["nvtx"] = HasNvtx();
  return json;
}

Json EnvironmentJson() {
  const EnvironmentRecord machine = CaptureEnvironment();
  const BuildRecord build = CaptureBuild(IsaName(ActiveIsa()));
  const Json machine_detail = Json::parse(machine.detail_json);
  const Json build_detail = Json::parse(build.detail_json);
  Json json;
  json["machine"] = {{"cpu", machine.cpu_model},
                     {"cores", machine.num_cores},
                     {"hardware_threads", machine.num_threads_hw},
                     {"memory_bytes", machine.memory_bytes},
                     {"os", machine.os},
                     {"kernel", machine.kernel},
                     {"virtualised", machine.virtualised},
                     {"cpu_flags", machine.cpu_flags},
                     {"gpu", GpuLine(ProbeGpu())}};
  json["machine"].update(machine_detail);
  json["gpu"] = GpuJson();
  json["kernels"] = {{"isa_detected", IsaName(DetectedIsa())}, {"isa_active", build.isa}};
  json["build"] = {{"version", build.version},       {"git_commit", build.git_commit},
                   {"git_dirty", build.git_dirty},   {"compiler", build.compiler},
                   {"build_type", build.build_type}, {"flags", build.flags}};
  json["libraries"] = {{"sqlite", build.sqlite_version}};
  for (const auto& [key, value] : build_detail.items()) {
    if (key == "sanitizers")
      json["build"][key] = value;
    else
      json["libraries"][key] = value;
  }
  return json;
}

std::string ValueText(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return text.empty() ? "unknown" : Shown(text);
  }
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return Shown(value.dump());
}

void AppendLine(const std::string& key, const std::string& value, std::string& text) {
  constexpr size_t kKeyWidth = 18;
  text += "  " + key + std::string(kKeyWidth - std::min(key.size(), kKeyWidth), ' ') + ' ' + value +
          '\n';
}

std::string Text(const Json& json) {
  std::string text;
  for (const auto& [section, entries] : json.items()) {
    text += section + '\n';
    for (const auto& [key, value] : entries.items()) {
      if (key == "caches") {
        for (const Json& cache : value) {
          AppendLine("cache",
                     'L' + ValueText(cache["level"]) + ' ' + ValueText(cache["type"]) + ", " +
                         ValueText(cache["size"]),
                     text);
        }
      } else if (value != "") {
        AppendLine(key, ValueText(value), text);
      }
    }
  }
  return text;
}

}  // namespace

Command EnvCommand() {
  auto format = std::make_shared<std::string>();
  return {.name = "env",
          .summary = "Show the machine, the build and the libraries",
          .options = {FormatOption(*format, {"text", "json"}, "text or json")},
          .action = [format] {
            const Json json = EnvironmentJson();
            const auto replace = Json::error_handler_t::replace;
            WriteOutput(*format == "json" ? ShownJson(json.dump(2, ' ', false, replace)) + '\n'
                                          : Text(json));
            return ExitCode::kDone;
          }};
}

}  // namespace dsb
