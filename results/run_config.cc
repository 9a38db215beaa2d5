#include "results/run_config.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/sha256.h"
#include "base/strict_json.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

using Member =
    std::variant<std::string RunConfig::*, int64_t RunConfig::*, double RunConfig::*,
                 std::vector<std::string> RunConfig::*, std::optional<std::string> RunConfig::*,
                 std::optional<double> RunConfig::*>;

enum class Written { kAlways, kUnlessDefault };
enum class Hashed { kYes, kNo };

struct Field {
  const char* key;
  Member member;
  Written written = Written::kAlways;
  Hashed hashed = Hashed::kYes;
};

// A field that came after the first results files is written unless it has its default: the hashes
// of older configurations stay what they are.
constexpr Field kFields[] = {
    {"acceptance", &RunConfig::acceptance, Written::kUnlessDefault},
    {"arms", &RunConfig::arms},
    {"block_prompts", &RunConfig::block_prompts},
    {"cache_tokens", &RunConfig::cache_tokens, Written::kUnlessDefault},
    {"calibration_sha256", &RunConfig::calibration_sha256, Written::kUnlessDefault},
    {"checkpoint", &RunConfig::checkpoint, Written::kUnlessDefault},
    {"client_cap", &RunConfig::client_cap, Written::kUnlessDefault},
    {"command_line", &RunConfig::command_line, Written::kAlways, Hashed::kNo},
    {"concurrency", &RunConfig::concurrency},
    {"confidence", &RunConfig::confidence, Written::kUnlessDefault},
    {"context_depth", &RunConfig::context_depth, Written::kUnlessDefault},
    {"context_tokens", &RunConfig::context_tokens},
    {"cost_table_sha256", &RunConfig::cost_table_sha256, Written::kUnlessDefault},
    {"cv", &RunConfig::cv, Written::kUnlessDefault},
    {"device", &RunConfig::device, Written::kUnlessDefault},
    {"device_time_source", &RunConfig::device_time_source, Written::kUnlessDefault},
    {"domains", &RunConfig::domains},
    {"draft_length", &RunConfig::draft_length},
    {"drain_s", &RunConfig::drain_s, Written::kUnlessDefault},
    {"drafter", &RunConfig::drafter},
    {"drafter_identity_sha256", &RunConfig::drafter_identity_sha256, Written::kUnlessDefault},
    {"drafter_sha256", &RunConfig::drafter_sha256, Written::kUnlessDefault},
    {"drafter_weights", &RunConfig::drafter_weights, Written::kUnlessDefault},
    {"engine", &RunConfig::engine},
    {"isa", &RunConfig::isa},
    {"label", &RunConfig::label},
    {"limit", &RunConfig::limit},
    {"load", &RunConfig::load, Written::kUnlessDefault},
    {"load_average_1m", &RunConfig::load_average_1m, Written::kAlways, Hashed::kNo},
    {"max_tokens", &RunConfig::max_tokens},
    {"null_accepted_cut", &RunConfig::null_accepted_cut, Written::kUnlessDefault},
    {"null_noise_seed", &RunConfig::null_noise_seed, Written::kUnlessDefault},
    {"null_step_us", &RunConfig::null_step_us, Written::kUnlessDefault},
    {"observers", &RunConfig::observers, Written::kUnlessDefault},
    {"planner_table_sha256", &RunConfig::planner_table_sha256, Written::kUnlessDefault},
    {"policy", &RunConfig::policy},
    {"prefill_chunk", &RunConfig::prefill_chunk, Written::kUnlessDefault},
    {"prefill_rate", &RunConfig::prefill_rate, Written::kUnlessDefault},
    {"prompt_form", &RunConfig::prompt_form, Written::kUnlessDefault},
    {"rate", &RunConfig::rate, Written::kUnlessDefault},
    {"rate_scale", &RunConfig::rate_scale, Written::kUnlessDefault},
    {"repeats", &RunConfig::repeats},
    {"requests", &RunConfig::requests, Written::kUnlessDefault},
    {"seed", &RunConfig::seed},
    {"server", &RunConfig::server, Written::kUnlessDefault},
    {"server_api", &RunConfig::server_api, Written::kUnlessDefault},
    {"server_model", &RunConfig::server_model, Written::kUnlessDefault},
    {"server_url", &RunConfig::server_url, Written::kUnlessDefault},
    {"session", &RunConfig::session, Written::kAlways, Hashed::kNo},
    {"slo", &RunConfig::slo, Written::kUnlessDefault},
    {"slots", &RunConfig::slots, Written::kUnlessDefault},
    {"target_identity_sha256", &RunConfig::target_identity_sha256, Written::kUnlessDefault},
    {"target_sha256", &RunConfig::target_sha256},
    {"temperature", &RunConfig::temperature},
    {"think_ms", &RunConfig::think_ms, Written::kUnlessDefault},
    {"threads", &RunConfig::threads},
    {"threshold", &RunConfig::threshold, Written::kUnlessDefault},
    {"too_long", &RunConfig::too_long, Written::kUnlessDefault},
    {"top_k", &RunConfig::top_k},
    {"top_p", &RunConfig::top_p},
    {"trace_sha256", &RunConfig::trace_sha256, Written::kUnlessDefault},
    {"warmup", &RunConfig::warmup},
    {"weights", &RunConfig::weights},
    {"workload", &RunConfig::workload},
    {"workload_sha256", &RunConfig::workload_sha256},
};

template <typename T>
constexpr size_t SizeOf(T RunConfig::* /*member*/) {
  return sizeof(T);
}

constexpr size_t SizeOfFields() {
  size_t size = 0;
  for (const Field& field : kFields) {
    size += std::visit([](auto member) { return SizeOf(member); }, field.member);
  }
  return size;
}
// All types are multiples of 8 bytes long, so there is no padding.
static_assert(SizeOfFields() == sizeof(RunConfig), "kFields lacks a field of RunConfig");

template <typename T>
Json ToJson(const T& value) {
  return value;
}
template <typename T>
Json ToJson(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json ValueOf(const RunConfig& config, const Field& field) {
  return std::visit([&](auto member) { return ToJson(config.*member); }, field.member);
}

// Each returns what was expected of `json`; null: it was read.
const char* Read(const Json& json, std::string& value) {
  if (!json.is_string()) return "a string";
  value = json.get<std::string>();
  return nullptr;
}
const char* Read(const Json& json, int64_t& value) {
  if (!json.is_number_integer()) return "an integer";
  value = json.get<int64_t>();
  return nullptr;
}
const char* Read(const Json& json, double& value) {
  if (!json.is_number()) return "a number";
  value = json.get<double>();
  return nullptr;
}
const char* Read(const Json& json, std::vector<std::string>& value) {
  const auto is_string = [](const Json& element) { return element.is_string(); };
  if (!json.is_array() || !std::all_of(json.begin(), json.end(), is_string)) {
    return "an array of strings";
  }
  value = json.get<std::vector<std::string>>();
  return nullptr;
}
template <typename T>
const char* Read(const Json& json, std::optional<T>& value) {
  return Read(json, value.emplace());
}

std::string Dump(const RunConfig& config, bool hashed_only) {
  const RunConfig defaults;
  Json json = Json::object();
  for (const Field& field : kFields) {
    if (hashed_only && field.hashed == Hashed::kNo) continue;
    Json value = ValueOf(config, field);
    if (field.written == Written::kUnlessDefault && value == ValueOf(defaults, field)) continue;
    json[field.key] = std::move(value);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Fact> Facts(const RunConfig& config) {
  std::vector<Fact> facts;
  for (const Field& field : kFields) {
    if (field.hashed == Hashed::kNo) continue;
    const Json value = ValueOf(config, field);
    facts.push_back({field.key, value.is_null() ? "" : value.dump()});
  }
  return facts;
}

}  // namespace

std::vector<double> PolicyNumbers(const RunConfig& config) {
  std::vector<double> numbers;
  for (const Field& field : kFields) {
    const auto* const member = std::get_if<std::optional<double> RunConfig::*>(&field.member);
    if (member == nullptr) continue;
    if (const std::optional<double>& number = config.*(*member)) numbers.push_back(*number);
  }
  return numbers;
}

std::string ConfigToJson(const RunConfig& config) { return Dump(config, false); }

RunConfig ConfigFromJson(const std::string& json, const std::string& name) {
  const auto object = ParseStrictJson<Json>(json, name);
  if (!object.is_object()) ThrowBadInput(name + ": expected a JSON object");
  RunConfig config;
  for (const auto& item : object.items()) {
    const std::string& key = item.key();
    const Json& value = item.value();
    const auto* const field = std::find_if(std::begin(kFields), std::end(kFields),
                                           [&](const Field& f) { return key == f.key; });
    if (field == std::end(kFields)) ThrowBadInput(name + ": unknown key '" + key + "'");
    const char* const expected =
        std::visit([&](auto member) { return Read(value, config.*member); }, field->member);
    if (expected != nullptr) {
      ThrowBadInput(name + ": key '" + key + "': expected " + expected + ", found " +
                    value.type_name());
    }
  }
  return config;
}

std::string SessionFromJson(const std::string& json) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return {};
  const auto found = object.find("session");
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string ConfigSha256(const RunConfig& config) { return Sha256Hex(Dump(config, true)); }

std::vector<Difference> ConfigDifferences(const RunConfig& stored, const RunConfig& now) {
  return Differences(Facts(stored), Facts(now));
}

}  // namespace dsb
