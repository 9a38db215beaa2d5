#include "harness/sampling/sample.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/console.h"
#include "base/counted.h"
#include "base/half.h"
#include "engines/feature_tap/feature_tap.h"
#include "engines/native/native_engine.h"
#include "engines/native/native_factory.h"
#include "engines/target_model/target_model.h"
#include "harness/backends/native_backend.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/options/names.h"
#include "harness/replay/engine_driver.h"
#include "harness/sampling/sample_output.h"
#include "harness/terminal/interrupt.h"

namespace dsb {
namespace {

struct InFlight {
  const SamplePrompt* prompt = nullptr;
  SampleAnswer answer;
};

class Sampler {
 public:
  Sampler(const SampleOptions& options, std::shared_ptr<const LoadedTarget> target)
      : options_(options),
        target_(std::move(target)),
        prompts_(ReadSamplePrompts(options.workload, options.defaults())),
        output_(options.output, Meta()),
        pool_(options.threads) {
    EncodeAll();
    MakeEngine();
  }

  ExitCode Run() {
    const std::atomic<bool>& stop = InterruptFlag();
    const int64_t start_ns = clock_.NowNs();
    int64_t printed_ns = start_ns;
    while (true) {
      while (!stop && driver_->num_wanted() < options_.concurrency && next_ < waiting_.size()) {
        SubmitNext();
      }
      if (driver_->idle() || stop) break;
      driver_->Step([this](const DrivenAnswer& decoded, const TokenBurst&, const RoundOutcome*) {
        return Take(decoded);
      });
      if (clock_.NowNs() - printed_ns > 10'000'000'000) {
        printed_ns = clock_.NowNs();
        Print(printed_ns - start_ns);
      }
    }
    Print(clock_.NowNs() - start_ns);
    return stop ? ExitCode::kResource : ExitCode::kDone;
  }

 private:
  struct Encoded {
    const SamplePrompt* prompt;
    std::vector<int32_t> ids;
  };

  SampleMeta Meta() const {
    SampleMeta meta;
    for (const int32_t layer : options_.feature_layers) {
      meta.layers.push_back(layer == kFinalNormFeature ? "final_norm" : std::to_string(layer));
    }
    meta.hidden = target_->model->config().shape.hidden;
    meta.target = target_->name;
    meta.target_sha256 = target_->sha256;
    meta.weights = options_.weights;
    meta.seed = options_.seed;
    if (target_->identity_sha256 != target_->sha256) {
      meta.target_identity_sha256 = target_->identity_sha256;
    }
    if (!options_.raw && PromptFormFromName(options_.prompt_form)) {
      meta.prompt_form = options_.prompt_form;
    }
    return meta;
  }

  void EncodeAll() {
    int64_t unspelt_bytes = 0, later_turns = 0, num_kept = 0;
    for (const SamplePrompt& prompt : prompts_) {
      later_turns += prompt.num_later_turns;
      const ChatMessage message{.role = "user", .content = prompt.text};
      Tokenizer::Encoding encoded =
          options_.raw ? target_->tokenizer->Encode(prompt.text, Tokenizer::Special::kMatch)
                       : RenderChat(*target_->tokenizer, target_->chat_format, {&message, 1});
      std::vector<int32_t> ids = std::move(encoded.ids);
      if (output_.Has(prompt.id)) {
        output_.RequireSame(prompt.id, {.prompt = std::move(ids),
                                        .temperature = prompt.temperature,
                                        .top_p = prompt.top_p,
                                        .max_tokens = prompt.max_tokens});
        ++num_kept;
        continue;
      }
      unspelt_bytes += encoded.dropped_bytes;
      const int64_t needed = static_cast<int64_t>(ids.size()) + prompt.max_tokens + 2;
      if (ids.empty() || needed > target_->max_context_tokens) {
        ThrowBadInput(options_.workload + ": '" + prompt.id + "' has " +
                      std::to_string(ids.size()) + " prompt tokens and needs " +
                      std::to_string(needed) + " context tokens, expected 1 or more and at most " +
                      std::to_string(target_->max_context_tokens));
      }
      context_tokens_ = std::max(context_tokens_, static_cast<int32_t>(needed));
      waiting_.push_back({&prompt, std::move(ids)});
    }
    if (unspelt_bytes > 0) {
      Say("warning", "the target's vocabulary cannot spell " + Counted(unspelt_bytes, "byte") +
                         " of the prompts, they are left out");
    }
    if (num_kept < output_.num_done()) {
      Say("note", options_.output + ": keeps " + Counted(output_.num_done() - num_kept, "answer") +
                      " to prompts that the workload does not have");
    }
    if (later_turns > 0) {
      Say("warning", Counted(later_turns, "later turn") + " not answered: first turns are used");
    }
  }

  void MakeEngine() {
    NativeEngineParts parts;
    parts.target = target_->model;
    auto tap = std::make_unique<FeatureTap>(options_.feature_layers,
                                            [this](const CommittedRows& rows) { Receive(rows); });
    tap_ = tap.get();
    parts.drafter = std::move(tap);
    parts.policy = MakePolicy({.kind = PolicyKind::kNone});
    // An answer that ended keeps its slot until the next step.
    parts.max_concurrency = 2 * options_.concurrency;
    parts.context_tokens = std::max(1, context_tokens_);
    engine_ = std::make_unique<NativeEngine>(std::move(parts), pool_, clock_);
    driver_ = std::make_unique<EngineDriver>(*engine_, clock_);
  }

  // The engine is told of no stop token: the features of the token before the last are wanted, and
  // they are handed over only while a sequence goes on.
  void SubmitNext() {
    Encoded& encoded = waiting_[next_++];
    const SamplePrompt& prompt = *encoded.prompt;
    const auto id = static_cast<int64_t>(next_);
    auto flight = std::make_unique<InFlight>();
    flight->prompt = &prompt;
    flight->answer.id = prompt.id;
    flight->answer.domain = prompt.domain;
    flight->answer.temperature = prompt.temperature;
    flight->answer.top_p = prompt.top_p;
    flight->answer.max_tokens = prompt.max_tokens;
    flight->answer.prompt_tokens = static_cast<int64_t>(encoded.ids.size());
    flight->answer.ids = encoded.ids;
    driver_->Submit({.id = id,
                     .random_id = prompt.random_id,
                     .seed = static_cast<uint64_t>(options_.seed),
                     .prompt = std::move(encoded.ids),
                     .sampling = {.temperature = prompt.temperature, .top_p = prompt.top_p},
                     .max_tokens = prompt.max_tokens + 1,
                     .stop_tokens = {}});
    by_slot_[tap_->last_slot()] = flight.get();
    flights_[id] = std::move(flight);
  }

  void Receive(const CommittedRows& rows) {
    if (options_.feature_layers.empty()) return;
    std::vector<uint16_t>& features = by_slot_.at(rows.slot)->answer.features;
    const int64_t count = rows.features.num_rows * rows.features.width;
    for (int64_t i = 0; i < count; ++i) features.push_back(Bf16FromFloat(rows.features.rows[i]));
  }

  // Whether more of the answer is wanted.
  bool Take(const DrivenAnswer& decoded) {
    const auto found = flights_.find(decoded.id);
    InFlight& flight = *found->second;
    SampleAnswer& answer = flight.answer;
    if (decoded.end == EndReason::kError) {
      ThrowResource("'" + answer.id + "' ended in error: " + decoded.error);
    }
    const auto count = static_cast<int64_t>(decoded.tokens.size());
    const bool stopped = std::find(target_->stop_tokens.begin(), target_->stop_tokens.end(),
                                   decoded.tokens.back()) != target_->stop_tokens.end();
    if (!stopped && count < flight.prompt->max_tokens) return true;
    answer.end = stopped ? "stop" : "length";
    answer.ids.insert(answer.ids.end(), decoded.tokens.begin(), decoded.tokens.end());
    StreamingDecoder decoder(*target_->tokenizer);
    for (const int32_t token : decoded.tokens) {
      if (!target_->tokenizer->IsControl(token)) answer.text += decoder.Push(token);
    }
    answer.text += decoder.Finish();
    output_.Write(answer);
    num_tokens_ += count;
    flights_.erase(found);
    return false;
  }

  void Print(int64_t elapsed_ns) const {
    const double seconds = static_cast<double>(elapsed_ns) / 1e9;
    std::fprintf(stderr, "%lld/%zu answers, %lld tokens, %.0f tokens/s\n",
                 static_cast<long long>(output_.num_done()), prompts_.size(),
                 static_cast<long long>(num_tokens_),
                 seconds > 0 ? static_cast<double>(num_tokens_) / seconds : 0);
  }

  const SampleOptions& options_;
  std::shared_ptr<const LoadedTarget> target_;
  std::vector<SamplePrompt> prompts_;
  SampleOutput output_;
  ThreadPool pool_;
  MonotonicClock clock_;
  std::vector<Encoded> waiting_;
  size_t next_ = 0;
  int32_t context_tokens_ = 0;
  FeatureTap* tap_ = nullptr;
  std::unique_ptr<NativeEngine> engine_;
  std::unique_ptr<EngineDriver> driver_;
  std::map<int64_t, std::unique_ptr<InFlight>> flights_;
  std::map<int32_t, InFlight*> by_slot_;
  int64_t num_tokens_ = 0;
};

}  // namespace

ExitCode Sample(SampleOptions options) {
  FillDefaults(options);
  // Raw prompts need no template.
  const auto form =
      options.raw ? std::optional(ChatFormat::kRaw) : PromptFormFromName(options.prompt_form);
  const auto target = LoadTarget(options.target, WeightModeFromName(options.weights), form);
  PrintModelWarnings(options.target, target->warnings);
  const int64_t num_layers = target->model->config().num_layers;
  for (const int32_t layer : options.feature_layers) {
    if (layer >= num_layers) {
      ThrowBadInput("--features: layer " + std::to_string(layer) + ", expected 0 to " +
                    std::to_string(num_layers - 1));
    }
  }
  if (!options.feature_layers.empty()) options.feature_layers.push_back(kFinalNormFeature);
  return Sampler(options, target).Run();
}

}  // namespace dsb
