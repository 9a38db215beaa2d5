#include "harness/exchange/export_results.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>
#include <vector>

#include "base/quoted.h"
#include "reports/text/estimate_json.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

using OrderedJson = nlohmann::ordered_json;

double Seconds(int64_t ns) { return static_cast<double>(ns) * 1e-9; }
double Milliseconds(int64_t ns) { return static_cast<double>(ns) * 1e-6; }

int64_t NumTokens(const RequestRecord& request) {
  int64_t tokens = 0;
  for (const BurstRecord& burst : request.bursts) tokens += burst.num_tokens;
  return tokens;
}

std::vector<const RequestRow*> MeasuredOf(const RunData& run) {
  std::vector<const RequestRow*> rows;
  for (const RequestRow& row : run.requests) {
    if (row.request.phase != "warmup") rows.push_back(&row);
  }
  return rows;
}

// Mean, median and 99th percentile in ms, linearly interpolated as NumPy does.
void PutSummary(const std::string& name, std::vector<double> seconds, OrderedJson& json) {
  if (seconds.empty()) return;
  std::sort(seconds.begin(), seconds.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(seconds.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, seconds.size() - 1);
    return seconds[below] +
           (place - static_cast<double>(below)) * (seconds[above] - seconds[below]);
  };
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  json["mean_" + name + "_ms"] = sum / static_cast<double>(seconds.size()) * 1e3;
  json["median_" + name + "_ms"] = at(0.5) * 1e3;
  json["p99_" + name + "_ms"] = at(0.99) * 1e3;
}

void PutSpeculation(const std::vector<const RequestRow*>& rows, OrderedJson& json) {
  int64_t drafts = 0, drafted = 0, accepted = 0;
  std::vector<int64_t> at;  // rounds that accepted more than k drafts
  for (const RequestRow* row : rows) {
    for (const RoundRecord& round : row->request.rounds) {
      if (round.verified == 0) continue;
      ++drafts;
      drafted += round.verified;
      accepted += round.accepted;
      if (at.size() < static_cast<size_t>(round.verified)) {
        at.resize(static_cast<size_t>(round.verified));
      }
      for (int64_t k = 0; k < round.accepted; ++k) ++at[static_cast<size_t>(k)];
    }
  }
  if (drafts == 0) return;
  const auto share = [](int64_t part, int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  json["spec_decode_acceptance_rate"] = 100 * share(accepted, drafted);
  json["spec_decode_acceptance_length"] = 1 + share(accepted, drafts);
  json["spec_decode_num_drafts"] = drafts;
  json["spec_decode_draft_tokens"] = drafted;
  json["spec_decode_accepted_tokens"] = accepted;
  OrderedJson rates = OrderedJson::array();
  for (const int64_t count : at) rates.push_back(share(count, drafts));
  json["spec_decode_per_position_acceptance_rates"] = rates;
}

OrderedJson Value(const OrderedJson& value, const char* unit) {
  return {{"value", value}, {"unit", unit}};
}

}  // namespace

std::string VllmBenchJson(const CheckedRun& run) {
  const std::vector<const RequestRow*> rows = MeasuredOf(run);
  OrderedJson json, inputs = OrderedJson::array(), outputs = OrderedJson::array(),
                    ttfts = OrderedJson::array(), itls = OrderedJson::array(),
                    starts = OrderedJson::array(), errors = OrderedJson::array();
  std::vector<double> ttft_s, tpot_s, itl_s, e2e_s;
  int64_t completed = 0, input_tokens = 0, output_tokens = 0, first_ns = INT64_MAX, last_ns = 0;
  for (const RequestRow* row : rows) {
    const RequestRecord& request = row->request;
    const bool good = Finished(request) && !request.bursts.empty();
    const int64_t tokens = good ? NumTokens(request) : 0;
    const int64_t end_ns = request.finished_ns.value_or(request.issued_ns);
    first_ns = std::min(first_ns, request.issued_ns);
    last_ns = std::max(last_ns, end_ns);
    OrderedJson gaps = OrderedJson::array();
    const double ttft = good ? Seconds(request.bursts.front().t_ns - request.issued_ns) : 0;
    if (good) {
      ++completed;
      input_tokens += row->prompt.num_prompt_tokens;
      output_tokens += tokens;
      ttft_s.push_back(ttft);
      e2e_s.push_back(Seconds(end_ns - request.issued_ns));
      for (size_t b = 1; b < request.bursts.size(); ++b) {
        itl_s.push_back(Seconds(request.bursts[b].t_ns - request.bursts[b - 1].t_ns));
        gaps.push_back(itl_s.back());
      }
      if (tokens > 1) {
        tpot_s.push_back((e2e_s.back() - ttft) / static_cast<double>(tokens - 1));
      }
    }
    inputs.push_back(row->prompt.num_prompt_tokens);
    outputs.push_back(tokens);
    ttfts.push_back(ttft);
    itls.push_back(std::move(gaps));
    starts.push_back(Seconds(request.issued_ns));
    errors.push_back(request.error.value_or(""));
  }
  const double duration = rows.empty() ? 0 : Seconds(last_ns - first_ns);
  const auto rate = [&](int64_t count) {
    return duration > 0 ? OrderedJson(static_cast<double>(count) / duration) : OrderedJson();
  };
  json["backend"] = "dsbench";
  json["label"] = ArmName(run->run);
  json["model_id"] = ConfigOf(run->run).server_model;
  json["num_prompts"] = rows.size();
  json["max_concurrency"] = run->run.users ? OrderedJson(*run->run.users) : OrderedJson();
  json["duration"] = duration;
  json["completed"] = completed;
  json["failed"] = static_cast<int64_t>(rows.size()) - completed;
  json["total_input_tokens"] = input_tokens;
  json["total_output_tokens"] = output_tokens;
  json["request_throughput"] = rate(completed);
  json["output_throughput"] = rate(output_tokens);
  json["total_token_throughput"] = rate(input_tokens + output_tokens);
  json["input_lens"] = std::move(inputs);
  json["output_lens"] = std::move(outputs);
  json["ttfts"] = std::move(ttfts);
  json["itls"] = std::move(itls);
  json["start_times"] = std::move(starts);
  json["errors"] = std::move(errors);
  PutSpeculation(rows, json);
  PutSummary("ttft", ttft_s, json);
  PutSummary("tpot", tpot_s, json);
  PutSummary("itl", itl_s, json);
  PutSummary("e2el", e2e_s, json);
  return Dump(json);
}

std::string AiperfJsonl(const CheckedRun& run) {
  std::string lines;
  int64_t number = 0;
  for (const RequestRow* row : MeasuredOf(run)) {
    const RequestRecord& request = row->request;
    const bool good = Finished(request) && !request.bursts.empty();
    const int64_t end_ns = request.finished_ns.value_or(request.issued_ns);
    OrderedJson json;
    json["metadata"] = {{"session_num", number++},
                        {"conversation_id", row->prompt.item_key},
                        {"turn_index", row->prompt.turn},
                        {"request_start_ns", request.issued_ns},
                        {"request_end_ns", end_ns},
                        {"benchmark_phase", "profiling"},
                        {"was_cancelled", request.end_reason == "cancelled"}};
    OrderedJson metrics = OrderedJson::object(), error = nullptr;
    metrics["input_sequence_length"] = Value(row->prompt.num_prompt_tokens, "tokens");
    if (good) {
      const int64_t tokens = NumTokens(request), first_ns = request.bursts.front().t_ns;
      metrics["time_to_first_token"] = Value(Milliseconds(first_ns - request.issued_ns), "ms");
      metrics["request_latency"] = Value(Milliseconds(end_ns - request.issued_ns), "ms");
      metrics["output_sequence_length"] = Value(tokens, "tokens");
      OrderedJson gaps = OrderedJson::array();
      for (size_t b = 1; b < request.bursts.size(); ++b) {
        gaps.push_back(Milliseconds(request.bursts[b].t_ns - request.bursts[b - 1].t_ns));
      }
      metrics["inter_chunk_latency"] = Value(gaps, "ms");
      if (tokens > 1) {
        metrics["inter_token_latency"] =
            Value(Milliseconds(end_ns - first_ns) / static_cast<double>(tokens - 1), "ms");
      }
    } else {
      error = {
          {"code", nullptr}, {"type", request.end_reason}, {"message", request.error.value_or("")}};
    }
    json["metrics"] = std::move(metrics);
    json["error"] = std::move(error);
    lines += ShownJson(json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)) + '\n';
  }
  return lines;
}

}  // namespace dsb
