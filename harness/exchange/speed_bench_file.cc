#include <cmath>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/strict_json.h"
#include "harness/exchange/imported_run.h"
#include "harness/exchange/json_place.h"

namespace dsb {
namespace {

using Json = nlohmann::json;
using Reader = JsonPlace<Json>;

constexpr double kMillisecondNs = 1e6;

// One client sends the next request when the last was answered; more would overlap in a way that
// the file does not tell.
void RequireOneClient(const Json& root, const Reader& reader) {
  const int64_t clients =
      reader.Count(reader.At(reader.At(root, "config"), "concurrency"), "config, concurrency");
  if (clients == 1) return;
  reader.Refuse("config, concurrency: found " + std::to_string(clients) +
                ", expected 1: the file does not say when each request began, so that only those "
                "of one client can be put in order (measure again with --concurrency 1)");
}

void ReadRowTimes(const Json& row, const std::string& where, const Reader& reader, int64_t start_ns,
                  ImportedAnswer& answer) {
  answer.start_ns = start_ns;
  const double latency_s =
      reader.Number(reader.At(row, "latency_s"), where + ", latency_s", kLongestAnswerS);
  answer.end_ns = start_ns + NsOf(latency_s);
  answer.first_ns = answer.end_ns;
  const Json* const decode = reader.Find(row, "predicted_ms");
  if (decode == nullptr || !answer.error.empty()) return;
  // Of the server, from the first token to the last; the answer came whole.
  const double decode_ms = reader.Number(*decode, where + ", predicted_ms", kLongestAnswerS * 1e3);
  if (decode_ms > latency_s * 1e3) reader.Refuse(where + ", predicted_ms: longer than latency_s");
  answer.first_ns -= std::llround(decode_ms * kMillisecondNs);
}

}  // namespace

ImportedRun ReadSpeedBench(std::string_view text, const std::string& name) {
  const Reader reader(name);
  const auto root = ParseStrictJson<Json>(text, name, {.max_depth = 16});
  RequireOneClient(root, reader);
  const Json& rows = reader.At(root, "results");
  if (!rows.is_array() || rows.empty()) reader.Refuse("key \"results\": expected a list of rows");
  ImportedRun run;
  run.program = "llama.cpp's speed_bench";
  run.users = 1;
  int64_t drafted = 0, accepted = 0, now_ns = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Json& row = rows[i];
    const std::string where = "results " + std::to_string(i);
    const auto count = [&](const char* key) {
      return reader.Count(reader.At(row, key), where + ", " + key);
    };
    ImportedAnswer answer;
    const Json& id = reader.At(row, "id");
    answer.key = id.is_string() ? id.get<std::string>() : id.dump();
    answer.domain = reader.Text(reader.At(row, "category"), where + ", category");
    const Json& ok = reader.At(row, "ok");
    if (!ok.is_boolean()) reader.Refuse(where + ", ok: expected true or false");
    if (!ok.get<bool>()) {
      const Json* const error = reader.Find(row, "error");
      answer.error = error == nullptr ? "failed" : reader.Text(*error, where + ", error");
    }
    answer.prompt_tokens = count("prompt_tokens");
    answer.output_tokens = count("completion_tokens");
    ReadRowTimes(row, where, reader, now_ns, answer);
    now_ns = answer.end_ns;
    drafted += count("draft_n");
    accepted += count("draft_n_accepted");
    if (const int64_t turns = count("turns"); turns != 1) {
      run.skipped.push_back({.item_key = answer.key,
                             .reason = "imported as sums of " + std::to_string(turns) + " turns"});
    } else {
      run.answers.push_back(std::move(answer));
    }
  }
  if (accepted > drafted) reader.Refuse("results: more drafts accepted than drafted");
  const auto add = [&](const char* counter, int64_t value) {
    run.counters.push_back({.name = counter, .value = static_cast<double>(value)});
  };
  add("llamacpp:spec_decode_num_draft_tokens_total", drafted);
  add("llamacpp:spec_decode_num_accepted_tokens_total", accepted);
  if (!run.skipped.empty()) {
    run.remark = Counted(static_cast<int64_t>(run.skipped.size()), "conversation") +
                 " of more than one turn left out: the file tells the sums of the turns alone";
  }
  return run;
}

}  // namespace dsb
