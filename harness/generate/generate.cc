#include "harness/generate/generate.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/clock.h"
#include "harness/backends/native_backend.h"
#include "harness/replay/engine_driver.h"
#include "harness/terminal/coloured_text.h"
#include "harness/terminal/interrupt.h"

namespace dsb {
namespace {

struct Totals {
  int64_t tokens = 0, first_burst_tokens = 0, rounds = 0, committed = 0;
  int64_t issued_ns = 0, first_ns = 0, last_ns = 0;
};

std::string PromptText(const std::string& given) {
  if (given != "-") return given;
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (text.empty()) ThrowBadInput("--prompt -: expected text on standard input, found nothing");
  return text;
}

EngineRequest MakeRequest(const GenerateOptions& options, const NativeBackend& backend) {
  const DecodeOptions& run = options.run;
  EngineRequest request;
  request.id = 1;
  request.seed = static_cast<uint64_t>(run.seed);
  const ChatMessage message{.role = "user", .content = PromptText(options.prompt)};
  request.prompt = backend.Render({&message, 1}).ids;
  request.sampling = {.temperature = run.temperature, .top_k = run.top_k, .top_p = run.top_p};
  request.max_tokens = run.max_tokens;
  request.stop_tokens = backend.stop_tokens();
  return request;
}

void Write(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// Prints a burst; the first `accepted` tokens were drafted.
void PrintBurst(const TokenBurst& burst, int accepted, int round, const Tokenizer& tokenizer,
                const ColouredText& colours, StreamingDecoder& decoder) {
  for (size_t i = 0; i < burst.tokens.size(); ++i) {
    if (tokenizer.IsControl(burst.tokens[i])) continue;
    const auto source =
        static_cast<int>(i) < accepted ? TokenSource::kAcceptedDraft : TokenSource::kTarget;
    Write(colours.Paint(decoder.Push(burst.tokens[i]), source, round));
  }
  std::fflush(stdout);
}

void PrintSummary(const Totals& totals, bool drafts) {
  std::fprintf(stderr, "%lld tokens", static_cast<long long>(totals.tokens));
  const auto decode_s = static_cast<double>(totals.last_ns - totals.first_ns) / 1e9;
  const int64_t decoded = totals.tokens - totals.first_burst_tokens;
  if (decoded > 0 && decode_s > 0) {
    std::fprintf(stderr, ", %.1f tokens/s", static_cast<double>(decoded) / decode_s);
  }
  std::fprintf(stderr, ", first after %.0f ms",
               static_cast<double>(totals.first_ns - totals.issued_ns) / 1e6);
  if (drafts && totals.rounds > 0) {
    std::fprintf(stderr, ", accepted length %.2f over %lld rounds",
                 static_cast<double>(totals.committed) / static_cast<double>(totals.rounds),
                 static_cast<long long>(totals.rounds));
  }
  std::fprintf(stderr, "\n");
}

}  // namespace

ExitCode Generate(const GenerateOptions& options) {
  const std::atomic<bool>& stop = InterruptFlag();
  NativeBackend backend(options.run);
  const std::unique_ptr<Clock> owned_clock = backend.MakeClock();
  Clock& clock = *owned_clock;
  EngineRequest request = MakeRequest(options, backend);
  const ArmOptions& chosen = options.run.arms.front();
  const int64_t needed =
      static_cast<int64_t>(request.prompt.size()) + request.max_tokens + chosen.draft_length + 1;
  if (needed > backend.max_context_tokens()) {
    ThrowBadInput("--prompt: " + std::to_string(request.prompt.size()) + " prompt tokens + " +
                  std::to_string(request.max_tokens) + " answer tokens + draft length " +
                  std::to_string(chosen.draft_length) + " + 1 exceed the context of " +
                  std::to_string(backend.max_context_tokens()) + " tokens");
  }
  const BackendArm arm =
      backend.MakeArm(chosen, {.context_tokens = static_cast<int32_t>(needed)}, clock);
  const ColouredText colours(options.colour && chosen.drafter != "none");
  StreamingDecoder decoder(backend.tokenizer());
  Totals totals;
  std::string error;
  const auto on_burst = [&](const DrivenAnswer& answer, const TokenBurst& burst,
                            const RoundOutcome* round) {
    if (burst.num_tokens > 0) {
      if (totals.tokens == 0) {
        totals.first_ns = burst.time_ns;
        totals.first_burst_tokens = burst.num_tokens;
      }
      totals.last_ns = burst.time_ns;
      totals.tokens += burst.num_tokens;
    }
    PrintBurst(burst, round == nullptr ? 0 : round->accepted, static_cast<int>(totals.rounds),
               backend.tokenizer(), colours, decoder);
    if (round != nullptr) {
      ++totals.rounds;
      totals.committed += round->committed;
    }
    if (answer.end == EndReason::kError) error = answer.error;
    return true;
  };
  totals.issued_ns = clock.NowNs();
  EngineDriver driver(*arm.engine, clock);
  driver.Submit(std::move(request));
  while (!driver.idle()) {
    if (stop) driver.CancelAll();
    driver.Step(on_burst);
  }
  Write(decoder.Finish() + '\n');
  std::fflush(stdout);
  if (!error.empty()) ThrowResource("the answer ended in error: " + error);
  if (!colours.Legend().empty()) std::fprintf(stderr, "%s\n", colours.Legend().c_str());
  PrintSummary(totals, chosen.drafter != "none");
  return ExitCode::kDone;
}

}  // namespace dsb
