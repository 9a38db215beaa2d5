#include "harness/run/prompt_fit.h"

#include <algorithm>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/utf8.h"

namespace dsb {
namespace {

// Sequences are allocated in steps of so many tokens.
constexpr int64_t kContextStep = 64;
// Tokens around a message that a chat template may add.
constexpr int64_t kAroundMessage = 16;
constexpr size_t kNamedItems = 5;  // in a warning; the record has them all

int64_t NumTokens(const RenderedPrompt& prompt) { return static_cast<int64_t>(prompt.ids.size()); }

// "a, b, c and 7 more".
std::string SomeOf(const std::vector<std::string>& items) {
  std::string list;
  for (size_t i = 0; i < std::min(items.size(), kNamedItems); ++i) {
    list += (i == 0 ? "" : ", ") + items[i];
  }
  if (items.size() <= kNamedItems) return list;
  return list + " and " + std::to_string(items.size() - kNamedItems) + " more";
}

int64_t AnswerTokens(const Prompt& prompt, const SamplingOptions& options) {
  return prompt.max_tokens > 0 ? std::min(prompt.max_tokens, options.max_tokens)
                               : options.max_tokens;
}

// Cuts the message's front, so that its prompt has at most `most` tokens; false if nothing is left.
bool CutFront(const Backend& backend, int64_t most, Prompt& prompt) {
  const std::string whole = prompt.turns.front();
  std::vector<size_t> starts;  // of its characters
  for (size_t at = 0; at < whole.size();) {
    starts.push_back(at);
    at += NextUtf8(std::string_view(whole).substr(at)).length;
  }
  // Characters kept: `kept` fit, `too_many` do not.
  size_t kept = 0, too_many = starts.size();
  while (too_many - kept > 1) {
    const size_t middle = kept + (too_many - kept) / 2;
    const std::string text = whole.substr(starts[starts.size() - middle]);
    const bool fits = NumTokens(RenderUser(backend, text)) <= most;
    (fits ? kept : too_many) = middle;
  }
  if (kept == 0) return false;
  prompt.turns.front() = whole.substr(starts[starts.size() - kept]);
  prompt.first = RenderUser(backend, prompt.turns.front());
  return true;
}

class Fitting {
 public:
  Fitting(const Workload& workload, const RunOptions& options, const Backend& backend)
      : workload_(workload), options_(options), backend_(backend) {
    limit_ = backend.max_context_tokens();
    if (options.context > limit_) {
      ThrowBadInput("--context: found " + std::to_string(options.context) +
                    " tokens, the model has at most " + std::to_string(limit_));
    }
    if (options.context > 0) limit_ = options.context;
  }

  PromptFit Take(std::vector<Prompt> prompts) {
    for (Prompt& prompt : prompts) Place(std::move(prompt));
    if (fit_.prompts.empty()) {
      ThrowBadInput(workload_.path + ": no prompt is left, all " + std::to_string(prompts.size()) +
                    " are longer than the context of " + std::to_string(limit_) + " tokens");
    }
    fit_.context_tokens = static_cast<int32_t>(
        options_.context > 0
            ? limit_
            : std::min((longest_ + kContextStep - 1) / kContextStep * kContextStep, limit_));
    Warn();
    return std::move(fit_);
  }

 private:
  void Place(Prompt prompt) {
    const int64_t tokens = NumTokens(prompt.first), needed = NeededTokens(prompt, options_);
    if (needed > limit_ && !Shorten(prompt, tokens, needed)) return;
    longest_ = std::max(longest_, NeededTokens(prompt, options_));
    if (prompt.first.dropped_bytes > 0) {
      unspelt_bytes_ += prompt.first.dropped_bytes;
      unspelt_.push_back(prompt.key);
    }
    fit_.prompts.push_back(std::move(prompt));
  }

  // Whether the prompt runs, shorter.
  bool Shorten(Prompt& prompt, int64_t tokens, int64_t needed) {
    const std::string size =
        std::to_string(tokens) + " prompt tokens + " +
        (prompt.later.empty() ? "" : Counted(prompt.num_turns() - 1, "later turn") + " + ") +
        std::to_string(AnswerTokens(prompt, options_) * prompt.num_turns()) +
        " answer tokens + draft length " + std::to_string(LongestDraft(options_.arms)) +
        " + 1 exceed the context of " + std::to_string(limit_) + " tokens";
    SkippedItemRecord record{
        .run_id = 0, .item_key = prompt.key, .turn = 0, .reason = "too long: " + size};
    if (options_.too_long == kTooLongError) {
      ThrowBadInput(workload_.path + ": item '" + prompt.key + "': " + size +
                    " (--too-long skip leaves such prompts out)");
    }
    const bool runs = options_.too_long == kTooLongTruncate &&
                      CutFront(backend_, tokens - (needed - limit_), prompt);
    if (runs) {
      record.reason = "truncated: the last " + std::to_string(NumTokens(prompt.first)) + " of " +
                      std::to_string(tokens) + " prompt tokens";
      truncated_.push_back(prompt.key);
    } else {
      skipped_.push_back(prompt.key + " (" + std::to_string(tokens) + " tokens)");
    }
    fit_.left_out.push_back(std::move(record));
    return runs;
  }

  void Warn() {
    const std::string context = "longer than the context of " + std::to_string(limit_) + " tokens";
    const auto add = [&](size_t count, const std::string& what, const std::string& which) {
      if (count == 0) return;
      fit_.warnings.push_back(Counted(static_cast<int64_t>(count), "prompt") + ' ' + what + ": " +
                              which);
    };
    add(skipped_.size(), context + " left out (--too-long skip)", SomeOf(skipped_));
    add(truncated_.size(), context + " cut at the front (--too-long truncate-front)",
        SomeOf(truncated_));
    add(unspelt_.size(),
        "without all their bytes, since the target's vocabulary cannot spell " +
            Counted(unspelt_bytes_, "byte"),
        SomeOf(unspelt_));
  }

  const Workload& workload_;
  const RunOptions& options_;
  const Backend& backend_;
  int64_t limit_ = 0, longest_ = 0;
  PromptFit fit_;
  std::vector<std::string> skipped_, truncated_, unspelt_;
  int64_t unspelt_bytes_ = 0;
};

}  // namespace

RenderedPrompt RenderUser(const Backend& backend, const std::string& text) {
  const ChatMessage message{.role = "user", .content = text};
  return backend.Render({&message, 1});
}

int64_t NeededTokens(const Prompt& prompt, const DecodeOptions& options) {
  int64_t tokens = NumTokens(prompt.first) + prompt.num_turns() * AnswerTokens(prompt, options);
  for (const RenderedPrompt& turn : prompt.later) tokens += NumTokens(turn) + kAroundMessage;
  return tokens + LongestDraft(options.arms) + 1;
}

PromptFit FitPrompts(const Workload& workload, std::vector<Prompt> prompts,
                     const RunOptions& options, const Backend& backend) {
  return Fitting(workload, options, backend).Take(std::move(prompts));
}

}  // namespace dsb
