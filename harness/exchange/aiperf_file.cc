#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/counted.h"
#include "base/strict_json.h"
#include "harness/exchange/imported_run.h"
#include "harness/exchange/json_place.h"

namespace dsb {
namespace {

using Json = nlohmann::json;
using Reader = JsonPlace<Json>;

constexpr double kNsPerMs = 1e6, kLongestMs = 1e10;

// A record's "spec_decode_acceptance".
struct Acceptance {
  int64_t steps = 0, drafted = 0, accepted = 0;
  std::vector<RoundRecord> rounds;  // empty: no counts per step, or not of every token
};

// One round a step. The last may have accepted more than was delivered, behind an end token or the
// limit. Empty unless the steps account for every token but the prompt's own.
std::vector<RoundRecord> RoundsOf(const Json& accepted, const Json& drafted, int64_t output_tokens,
                                  const Reader& reader) {
  std::vector<RoundRecord> rounds;
  int64_t position = 1;
  for (size_t i = 0; i < accepted.size(); ++i) {
    RoundRecord round;
    round.position = position;
    round.accepted = reader.Count(accepted[i], "per_step_accepted");
    round.proposed = round.verified = reader.Count(drafted[i], "per_step_drafted");
    if (round.accepted > round.verified) {
      reader.Refuse("step " + std::to_string(i) + ": found " + std::to_string(round.accepted) +
                    " accepted of " + std::to_string(round.verified) + " drafted");
    }
    const int64_t left = output_tokens - position;
    round.committed = std::min(round.accepted + 1, left);
    const bool last = i + 1 == accepted.size();
    if (round.committed < 1 || (round.committed <= round.accepted && !last)) return {};
    if (round.committed <= round.accepted) round.cut = 1;
    position += round.committed;
    rounds.push_back(std::move(round));
  }
  if (position != output_tokens) return {};
  return rounds;
}

Acceptance ReadAcceptance(const Json& record, int64_t output_tokens, const Reader& reader) {
  Acceptance acceptance;
  const auto count = [&](const char* key) { return reader.Count(reader.At(record, key), key); };
  acceptance.steps = count("num_spec_steps");
  acceptance.drafted = count("num_draft_tokens");
  acceptance.accepted = count("num_accepted_draft_tokens");
  if (acceptance.accepted > acceptance.drafted) {
    reader.Refuse("spec_decode_acceptance: more accepted than drafted");
  }
  const Json *accepted = reader.Find(record, "per_step_accepted"),
             *drafted = reader.Find(record, "per_step_drafted");
  if (accepted == nullptr || drafted == nullptr) return acceptance;
  const auto steps = static_cast<size_t>(acceptance.steps);
  reader.List(record, "per_step_accepted", steps);
  reader.List(record, "per_step_drafted", steps);
  const Json* const exact = reader.Find(record, "completion_tokens");
  if (exact != nullptr && reader.Count(*exact, "completion_tokens") != output_tokens) {
    return acceptance;  // the client counted the text's tokens anew
  }
  acceptance.rounds = RoundsOf(*accepted, *drafted, output_tokens, reader);
  return acceptance;
}

std::string ErrorOf(const Json& error) {
  const bool worded =
      error.is_object() && error.contains("message") && error["message"].is_string();
  return worded ? error["message"].get<std::string>() : "failed";
}

void ReadTimes(const Json& root, const Reader& reader, ImportedAnswer& answer) {
  const Json& metrics = reader.At(root, "metrics");
  const auto metric = [&](const char* key) -> const Json& {
    return reader.At(reader.At(metrics, key), "value");
  };
  const auto ns = [&](const char* key) {
    return std::llround(reader.Number(metric(key), key, kLongestMs) * kNsPerMs);
  };
  answer.first_ns += ns("time_to_first_token");
  answer.end_ns += ns("request_latency");
  answer.output_tokens = reader.Count(metric("output_sequence_length"), "output_sequence_length");
  answer.prompt_tokens = reader.Count(metric("input_sequence_length"), "input_sequence_length");
}

}  // namespace

ImportedRun ReadAiperf(std::string_view text, const std::string& name) {
  ImportedRun run;
  run.program = "AIPerf";
  Acceptance all;
  int64_t told = 0, proven = 0;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string place = name + ":" + std::to_string(number);
    const Reader reader(place);
    const auto root = ParseStrictJson<Json>(line, place, {.max_depth = 16});
    const Json& metadata = reader.At(root, "metadata");
    if (reader.At(metadata, "benchmark_phase") != "profiling") continue;
    ImportedAnswer& answer = run.answers.emplace_back();
    const auto count = [&](const char* key) {
      return std::to_string(reader.Count(reader.At(metadata, key), key));
    };
    answer.key = "request-" + count("session_num") + "-" + count("turn_index");
    const Json& start = reader.At(metadata, "request_start_ns");
    if (!start.is_number_unsigned()) reader.Refuse("request_start_ns: expected a count of ns");
    answer.start_ns = start.get<int64_t>();
    answer.first_ns = answer.end_ns = answer.start_ns;
    if (const Json& error = reader.At(root, "error"); !error.is_null()) {
      answer.error = ErrorOf(error);
      continue;
    }
    ReadTimes(root, reader, answer);
    const Json* const record = reader.Find(root, "spec_decode_acceptance");
    if (record == nullptr) continue;
    Acceptance acceptance = ReadAcceptance(*record, answer.output_tokens, reader);
    ++told;
    proven += acceptance.rounds.empty() && acceptance.steps > 0 ? 0 : 1;
    all.steps += acceptance.steps;
    all.drafted += acceptance.drafted;
    all.accepted += acceptance.accepted;
    answer.rounds = std::move(acceptance.rounds);
  }
  if (run.answers.empty()) ThrowBadInput(name + ": no records of the phase profiling");
  StartAtZero(run);
  if (told == 0) return run;
  const auto add = [&](const char* counter, int64_t value) {
    run.counters.push_back({.name = counter, .value = static_cast<double>(value)});
  };
  add("aiperf:num_spec_steps_total", all.steps);
  add("aiperf:num_draft_tokens_total", all.drafted);
  add("aiperf:num_accepted_draft_tokens_total", all.accepted);
  if (proven < told) {
    run.remark = Counted(told - proven, "answer") +
                 " without rounds: no counts per step, or they do not account for every token";
  }
  return run;
}

}  // namespace dsb
