#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/strict_json.h"
#include "harness/exchange/imported_run.h"
#include "harness/exchange/json_place.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

}  // namespace

ImportedRun ReadVllmBench(std::string_view text, const std::string& name) {
  const JsonPlace<Json> reader(name);
  const auto root = ParseStrictJson<Json>(text, name, {.max_depth = 16});
  ImportedRun run;
  run.program = "vLLM bench serve";
  const Json& inputs = reader.At(root, "input_lens");
  if (!inputs.is_array() || inputs.empty()) {
    reader.Refuse("key \"input_lens\": expected a list (made with --save-detailed)");
  }
  const size_t count = inputs.size();
  const Json &outputs = reader.List(root, "output_lens", count),
             &ttfts = reader.List(root, "ttfts", count), &itls = reader.List(root, "itls", count),
             &errors = reader.List(root, "errors", count),
             &starts = reader.List(root, "start_times", count);
  for (size_t i = 0; i < count; ++i) {
    ImportedAnswer& answer = run.answers.emplace_back();
    answer.key = "request-" + std::to_string(i);
    const std::string where = "answer " + std::to_string(i);
    answer.prompt_tokens = reader.Count(inputs[i], where + ", input_lens");
    answer.output_tokens = reader.Count(outputs[i], where + ", output_lens");
    // The clock of the client's machine.
    answer.start_ns = NsOf(reader.Number(starts[i], where + ", start_times", kLongestAnswerS));
    double end_s = reader.Number(ttfts[i], where + ", ttfts", kLongestAnswerS);
    answer.first_ns = answer.start_ns + NsOf(end_s);
    if (!itls[i].is_array()) reader.Refuse(where + ", itls: expected a list");
    for (const Json& gap : itls[i]) end_s += reader.Number(gap, where + ", itls", kLongestAnswerS);
    answer.end_ns = answer.start_ns + NsOf(end_s);
    if (errors[i].is_string()) answer.error = errors[i].get<std::string>();
  }
  StartAtZero(run);
  const Json* const users = reader.Find(root, "max_concurrency");
  if (users != nullptr) run.users = reader.Count(*users, "max_concurrency");
  constexpr std::pair<const char*, const char*> kCounters[] = {
      {"spec_decode_num_drafts", "vllm:spec_decode_num_drafts_total"},
      {"spec_decode_draft_tokens", "vllm:spec_decode_num_draft_tokens_total"},
      {"spec_decode_accepted_tokens", "vllm:spec_decode_num_accepted_tokens_total"}};
  for (const auto& [key, counter] : kCounters) {
    const Json* const value = reader.Find(root, key);
    if (value == nullptr) continue;
    run.counters.push_back({.name = counter, .value = reader.Number(*value, key, 1e15)});
  }
  return run;
}

}  // namespace dsb
