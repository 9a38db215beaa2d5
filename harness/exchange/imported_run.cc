#include "harness/exchange/imported_run.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/strict_json.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr StrictJsonOptions kDepth = {.max_depth = 16};
constexpr double kNsPerS = 1e9, kNsPerMs = 1e6;
constexpr double kLongestS = 1e7;

class Reader {
 public:
  explicit Reader(std::string place) : place_(std::move(place)) {}

  [[noreturn]] void Refuse(const std::string& what) const { ThrowBadInput(place_ + ": " + what); }

  const Json& At(const Json& object, const std::string& key) const {
    if (!object.is_object()) Refuse("expected a JSON object with key \"" + key + "\"");
    const auto found = object.find(key);
    if (found == object.end()) Refuse("key \"" + key + "\" is missing");
    return *found;
  }
  double Number(const Json& value, const std::string& what, double most) const {
    const double number = value.is_number() ? value.get<double>() : -1;
    if (!(number >= 0 && number <= most)) {
      Refuse(what + ": expected a number from 0 to " + std::to_string(most));
    }
    return number;
  }
  int64_t Count(const Json& value, const std::string& what) const {
    return std::llround(Number(value, what, 1 << 24));
  }
  const Json& List(const Json& object, const std::string& key, size_t length) const {
    const Json& list = At(object, key);
    if (!list.is_array() || list.size() != length) {
      Refuse("key \"" + key + "\": expected a list of " + std::to_string(length) + " entries");
    }
    return list;
  }

 private:
  const std::string place_;
};

int64_t Ns(double value, double unit_ns) { return std::llround(value * unit_ns); }

// Times become those from the first start.
void StartAtZero(ImportedRun& run) {
  int64_t first_ns = INT64_MAX;
  for (const ImportedAnswer& answer : run.answers) first_ns = std::min(first_ns, answer.start_ns);
  for (ImportedAnswer& answer : run.answers) {
    answer.start_ns -= first_ns;
    answer.first_ns -= first_ns;
    answer.end_ns -= first_ns;
  }
}

}  // namespace

ImportedRun ReadVllmBench(std::string_view text, const std::string& name) {
  const Reader reader(name);
  const auto root = ParseStrictJson<Json>(text, name, kDepth);
  ImportedRun run;
  run.program = "vLLM bench serve";
  const Json& inputs = reader.At(root, "input_lens");
  if (!inputs.is_array() || inputs.empty()) {
    reader.Refuse("key \"input_lens\": expected a list (made with --save-detailed)");
  }
  const size_t count = inputs.size();
  const Json &outputs = reader.List(root, "output_lens", count),
             &ttfts = reader.List(root, "ttfts", count), &itls = reader.List(root, "itls", count),
             &errors = reader.List(root, "errors", count);
  const Json& starts = reader.List(root, "start_times", count);
  for (size_t i = 0; i < count; ++i) {
    ImportedAnswer& answer = run.answers.emplace_back();
    answer.key = "request-" + std::to_string(i);
    const std::string where = "answer " + std::to_string(i);
    answer.prompt_tokens = reader.Count(inputs[i], where + ", input_lens");
    answer.output_tokens = reader.Count(outputs[i], where + ", output_lens");
    // The clock of the client's machine.
    answer.start_ns = Ns(reader.Number(starts[i], where + ", start_times", kLongestS), kNsPerS);
    double end_s = reader.Number(ttfts[i], where + ", ttfts", kLongestS);
    answer.first_ns = answer.start_ns + Ns(end_s, kNsPerS);
    if (!itls[i].is_array()) reader.Refuse(where + ", itls: expected a list");
    for (const Json& gap : itls[i]) end_s += reader.Number(gap, where + ", itls", kLongestS);
    answer.end_ns = answer.start_ns + Ns(end_s, kNsPerS);
    if (errors[i].is_string()) answer.error = errors[i].get<std::string>();
  }
  StartAtZero(run);
  const auto users = root.find("max_concurrency");
  if (users != root.end() && users->is_number_integer()) {
    run.users = reader.Count(*users, "max_concurrency");
  }
  constexpr std::pair<const char*, const char*> kCounters[] = {
      {"spec_decode_num_drafts", "vllm:spec_decode_num_drafts_total"},
      {"spec_decode_draft_tokens", "vllm:spec_decode_num_draft_tokens_total"},
      {"spec_decode_accepted_tokens", "vllm:spec_decode_num_accepted_tokens_total"}};
  for (const auto& [key, counter] : kCounters) {
    const auto found = root.find(key);
    if (found == root.end() || found->is_null()) continue;
    ServerSampleRecord& sample = run.counters.emplace_back();
    sample.name = counter;
    sample.value = reader.Number(*found, key, 1e15);
  }
  return run;
}

ImportedRun ReadAiperf(std::string_view text, const std::string& name) {
  ImportedRun run;
  run.program = "AIPerf";
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string place = name + ":" + std::to_string(number);
    const Reader reader(place);
    const auto root = ParseStrictJson<Json>(line, place, kDepth);
    const Json& metadata = reader.At(root, "metadata");
    if (reader.At(metadata, "benchmark_phase") != "profiling") continue;
    const Json& metrics = reader.At(root, "metrics");
    const auto metric = [&](const char* key) -> const Json& {
      return reader.At(reader.At(metrics, key), "value");
    };
    ImportedAnswer& answer = run.answers.emplace_back();
    answer.key = "request-" +
                 std::to_string(reader.Count(reader.At(metadata, "session_num"), "session_num")) +
                 "-" +
                 std::to_string(reader.Count(reader.At(metadata, "turn_index"), "turn_index"));
    const Json& start = reader.At(metadata, "request_start_ns");
    if (!start.is_number_unsigned()) reader.Refuse("request_start_ns: expected a count of ns");
    answer.start_ns = start.get<int64_t>();
    answer.first_ns = answer.end_ns = answer.start_ns;
    const Json& error = reader.At(root, "error");
    if (!error.is_null()) {
      answer.error = "failed";
      if (error.is_object() && error.contains("message") && error["message"].is_string()) {
        answer.error = error["message"].get<std::string>();
      }
      continue;
    }
    const double most_ms = kLongestS * 1e3;
    answer.first_ns += Ns(reader.Number(metric("time_to_first_token"), "ttft", most_ms), kNsPerMs);
    answer.end_ns += Ns(reader.Number(metric("request_latency"), "latency", most_ms), kNsPerMs);
    answer.output_tokens = reader.Count(metric("output_sequence_length"), "output_sequence_length");
    answer.prompt_tokens = reader.Count(metric("input_sequence_length"), "input_sequence_length");
  }
  if (run.answers.empty()) ThrowBadInput(name + ": no records of the phase profiling");
  StartAtZero(run);
  return run;
}

const std::vector<ImportFormat>& ImportFormats() {
  static const std::vector<ImportFormat> formats = {
      {"vllm-bench", &ReadVllmBench, "JSON of `vllm bench serve --save-result --save-detailed`"},
      {"aiperf", &ReadAiperf, "AIPerf's profile_export.jsonl"}};
  return formats;
}

}  // namespace dsb
