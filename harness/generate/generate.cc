#include "harness/generate/generate.h"

#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/console.h"
#include "base/counted.h"
#include "base/quoted.h"
#include "base/utf8.h"
#include "harness/backends/native_backend.h"
#include "harness/replay/engine_driver.h"
#include "harness/terminal/coloured_text.h"
#include "harness/terminal/interrupt.h"
#include "harness/terminal/progress.h"
#include "harness/terminal/screen.h"

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
  if (const size_t at = FindInvalidUtf8(text); at != std::string::npos) {
    ThrowBadInput("--prompt -: byte " + std::to_string(at + 1) + " of standard input is no UTF-8");
  }
  return text;
}

EngineRequest MakeRequest(const DecodeOptions& run, const std::string& prompt,
                          const NativeBackend& backend) {
  EngineRequest request;
  request.id = 1;
  request.seed = static_cast<uint64_t>(run.seed);
  const ChatMessage message{.role = "user", .content = prompt};
  RenderedPrompt rendered = backend.Render({&message, 1});
  if (rendered.dropped_bytes > 0) {
    Say("warning", "the target's vocabulary cannot spell " +
                       Counted(rendered.dropped_bytes, "byte") +
                       " of the prompt, they are left out");
  }
  request.prompt = std::move(rendered.ids);
  request.sampling = {.temperature = run.temperature, .top_k = run.top_k, .top_p = run.top_p};
  request.max_tokens = run.max_tokens;
  request.stop_tokens = backend.stop_tokens();
  return request;
}

// Prints a burst; the first `accepted` tokens were drafted.
void PrintBurst(const TokenBurst& burst, int accepted, int round, const Tokenizer& tokenizer,
                const ColouredText& colours, StreamingDecoder& decoder) {
  std::string text;
  for (size_t i = 0; i < burst.tokens.size(); ++i) {
    if (tokenizer.IsControl(burst.tokens[i])) continue;
    const auto source =
        static_cast<int>(i) < accepted ? TokenSource::kAcceptedDraft : TokenSource::kTarget;
    text += colours.Paint(ShownLines(decoder.Push(burst.tokens[i])), source, round);
  }
  WriteOutput(text);
}

void PrintSummary(const Totals& totals, bool drafts) {
  char part[100];
  std::string line = Counted(totals.tokens, "token");
  const auto add = [&](const char* format, auto... values) {
    std::snprintf(part, sizeof part, format, values...);
    line += part;
  };
  const auto decode_s = static_cast<double>(totals.last_ns - totals.first_ns) / 1e9;
  const int64_t decoded = totals.tokens - totals.first_burst_tokens;
  if (decoded > 0 && decode_s > 0) add(", %.1f tokens/s", static_cast<double>(decoded) / decode_s);
  if (totals.tokens > 0) {
    add(", first after %.0f ms", static_cast<double>(totals.first_ns - totals.issued_ns) / 1e6);
  }
  if (drafts && totals.rounds > 0) {
    add(", accepted length %.2f over %lld rounds",
        static_cast<double>(totals.committed) / static_cast<double>(totals.rounds),
        static_cast<long long>(totals.rounds));
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

int64_t NeededTokens(const EngineRequest& request, const ArmOptions& arm,
                     const NativeBackend& backend) {
  const int64_t needed =
      static_cast<int64_t>(request.prompt.size()) + request.max_tokens + arm.draft_length + 1;
  if (needed > backend.max_context_tokens()) {
    ThrowBadInput("--prompt: " + std::to_string(request.prompt.size()) + " prompt tokens + " +
                  std::to_string(request.max_tokens) + " answer tokens + draft length " +
                  std::to_string(arm.draft_length) + " + 1 exceed the context of " +
                  std::to_string(backend.max_context_tokens()) + " tokens");
  }
  return needed;
}

ExitCode Interrupted() {
  Say("interrupted: the answer is not whole");
  return ExitCode::kResource;
}

// One answer on its way to the terminal.
class Answer {
 public:
  Answer(const Tokenizer& tokenizer, const ColouredText& colours, Clock& clock)
      : tokenizer_(tokenizer),
        colours_(colours),
        decoder_(tokenizer),
        clock_(clock),
        progress_(clock, stderr, IsTerminal(stderr)) {}

  void Decode(Engine& engine, EngineRequest request, const std::atomic<bool>& stop) {
    const auto num_prompt_tokens = static_cast<int64_t>(request.prompt.size());
    int64_t num_read = 0;
    totals_.issued_ns = clock_.NowNs();
    EngineDriver driver(engine, clock_);
    driver.Submit(std::move(request));
    while (!driver.idle()) {
      if (stop || !OutputHasReader()) driver.CancelAll();
      num_read += driver.Step(
          [this](const DrivenAnswer& answer, const TokenBurst& burst, const RoundOutcome* round) {
            Take(answer, burst, round);
            return true;
          });
      if (totals_.tokens > 0) continue;
      progress_.Show("prompt: " + std::to_string(num_read) + '/' +
                     std::to_string(num_prompt_tokens) + " tokens read");
    }
    WriteOutput(ShownLines(decoder_.Finish()) + '\n');
    if (!error_.empty()) ThrowResource("the answer ended in error: " + error_);
  }

  bool was_cut() const { return was_cut_; }
  const Totals& totals() const { return totals_; }

 private:
  void Take(const DrivenAnswer& answer, const TokenBurst& burst, const RoundOutcome* round) {
    if (burst.num_tokens > 0) {
      if (totals_.tokens == 0) {
        progress_.Clear();
        totals_.first_ns = burst.time_ns;
        totals_.first_burst_tokens = burst.num_tokens;
      }
      totals_.last_ns = burst.time_ns;
      totals_.tokens += burst.num_tokens;
    }
    PrintBurst(burst, round == nullptr ? 0 : round->accepted, static_cast<int>(totals_.rounds),
               tokenizer_, colours_, decoder_);
    if (round != nullptr) {
      ++totals_.rounds;
      totals_.committed += round->committed;
    }
    if (answer.end == EndReason::kError) error_ = answer.error;
    if (answer.end == EndReason::kCancelled) was_cut_ = true;
  }

  const Tokenizer& tokenizer_;
  const ColouredText& colours_;
  StreamingDecoder decoder_;
  Clock& clock_;
  Progress progress_;
  Totals totals_;
  std::string error_;
  bool was_cut_ = false;
};

}  // namespace

ExitCode Generate(const GenerateOptions& options) {
  const std::atomic<bool>& stop = InterruptFlag();
  const std::string prompt = PromptText(options.prompt);
  if (stop) return Interrupted();
  NativeBackend backend(options.run);
  const std::unique_ptr<Clock> clock = backend.MakeClock();
  EngineRequest request = MakeRequest(options.run, prompt, backend);
  const ArmOptions& chosen = options.run.arms.front();
  const auto needed = static_cast<int32_t>(NeededTokens(request, chosen, backend));
  const BackendArm arm = backend.MakeArm(chosen, {.context_tokens = needed}, *clock);
  if (stop) return Interrupted();
  const ColouredText colours(options.colour && chosen.drafter != "none");
  Answer answer(backend.tokenizer(), colours, *clock);
  answer.Decode(*arm.engine, std::move(request), stop);
  if (!colours.Legend().empty()) std::fprintf(stderr, "%s\n", colours.Legend().c_str());
  PrintSummary(answer.totals(), chosen.drafter != "none");
  return answer.was_cut() && OutputHasReader() ? Interrupted() : ExitCode::kDone;
}

}  // namespace dsb
