#include "results/store/fingerprint.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/sha256.h"
#include "base/strict_json.h"

namespace dsb {
namespace {

using nlohmann::json;

template <typename T>
json OrNull(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

// A foreign file may hold anything there: then the text itself counts.
json Parsed(const std::string& text) {
  try {
    return ParseStrictJson<json>(text, "detail_json");
  } catch (const Error&) {
    return text;
  }
}

std::string Hash(const json& value) {
  // What a driver or /proc says need not be UTF-8.
  return Sha256Hex(std::string_view(value.dump(-1, ' ', false, json::error_handler_t::replace)));
}

}  // namespace

std::string Fingerprint(const EnvironmentRecord& record) {
  return Hash({{"machine_id", record.machine_id},
               {"cpu_model", record.cpu_model},
               {"cpu_flags", record.cpu_flags},
               {"num_cores", record.num_cores},
               {"num_threads_hw", record.num_threads_hw},
               {"memory_bytes", record.memory_bytes},
               {"os", record.os},
               {"kernel", record.kernel},
               {"virtualised", record.virtualised},
               {"gpu_model", OrNull(record.gpu_model)},
               {"gpu_count", record.gpu_count},
               {"gpu_memory_bytes", OrNull(record.gpu_memory_bytes)},
               {"driver", OrNull(record.driver)},
               {"cuda", OrNull(record.cuda)},
               {"power_limit_mw", OrNull(record.power_limit_mw)},
               {"detail", Parsed(record.detail_json)}});
}

std::string Fingerprint(const BuildRecord& record) {
  return Hash({{"version", record.version},
               {"git_commit", record.git_commit},
               {"git_dirty", record.git_dirty},
               {"diff_sha256", OrNull(record.diff_sha256)},
               {"compiler", record.compiler},
               {"build_type", record.build_type},
               {"flags", record.flags},
               {"isa", record.isa},
               {"sqlite_version", record.sqlite_version},
               {"detail", Parsed(record.detail_json)}});
}

}  // namespace dsb
