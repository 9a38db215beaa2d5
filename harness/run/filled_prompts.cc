#include "harness/run/filled_prompts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/split_mix.h"
#include "harness/run/load_plan.h"
#include "harness/run/prompt_fit.h"

namespace dsb {
namespace {

int64_t NumTokens(const Backend& backend, const std::string& text) {
  return static_cast<int64_t>(RenderUser(backend, text).ids.size());
}

// What the chat template adds to a message.
int64_t TemplateTokens(const Backend& backend) { return NumTokens(backend, "a") - 1; }

// The row's text of about `num_tokens` tokens.
std::string TextOf(const TraceRow& row, const TextPool& pool, uint64_t seed, int64_t num_tokens) {
  const uint64_t key = SplitMix(seed);
  if (row.prefix_blocks.empty()) {
    return pool.Take(SplitMix(key ^ static_cast<uint64_t>(row.line)), num_tokens);
  }
  std::string text;
  for (const int64_t block : row.prefix_blocks) {
    const int64_t part = std::min(num_tokens, kPrefixBlockTokens);
    if (part <= 0) break;
    text += (text.empty() ? "" : "\n\n") +
            pool.Take(SplitMix(~key ^ static_cast<uint64_t>(block)), part);
    num_tokens -= part;
  }
  return text;
}

}  // namespace

TextPool PoolOf(const std::vector<Prompt>& prompts, const Backend& backend) {
  const int64_t around = TemplateTokens(backend);
  std::vector<TextPool::Text> texts;
  for (const Prompt& prompt : prompts) {
    const auto tokens = static_cast<int64_t>(prompt.first.ids.size()) - around;
    texts.push_back({prompt.turns.front(), std::max<int64_t>(1, tokens)});
  }
  return TextPool(std::move(texts));
}

std::vector<Prompt> TracePrompts(const Trace& trace, const std::vector<Prompt>& pool, uint64_t seed,
                                 const Backend& backend) {
  const TextPool texts = PoolOf(pool, backend);
  const int64_t around = TemplateTokens(backend);
  // A row may name any length: of what fits nowhere, as much text as shows that it does not.
  const int64_t most = 2 * backend.max_context_tokens() + kPrefixBlockTokens;
  std::vector<Prompt> prompts;
  prompts.reserve(trace.rows.size());
  for (const TraceRow& row : trace.rows) {
    Prompt& prompt = prompts.emplace_back();
    prompt.key = trace.name + ":" + std::to_string(row.line);
    prompt.dataset = trace.name;
    prompt.domain = "trace";
    const int64_t wanted = std::clamp<int64_t>(row.input_tokens - around, 1, most);
    prompt.turns = {TextOf(row, texts, seed, wanted)};
    prompt.first = RenderUser(backend, prompt.turns.front());
    prompt.max_tokens = static_cast<int32_t>(row.output_tokens);
    prompt.arrival_ns = row.time_ns;
  }
  return prompts;
}

std::vector<Prompt> AtDepths(const std::vector<Prompt>& prompts, const std::vector<int64_t>& depths,
                             uint64_t seed, const Backend& backend) {
  const TextPool texts = PoolOf(prompts, backend);
  std::vector<Prompt> all;
  for (size_t i = 0; i < prompts.size(); ++i) {
    for (const int64_t depth : depths) {
      Prompt& prompt = all.emplace_back(prompts[i]);
      prompt.conversation = prompts[i].key;
      if (depth == 0) continue;
      const std::string name = prompts[i].key + '@' + std::to_string(depth);
      prompt.key = name;
      prompt.depth_tokens = depth;
      const uint64_t key = SplitMix(seed) ^ RandomId(name, 0);
      prompt.turns.front() = texts.Take(key, depth, i) + "\n\n" + prompts[i].turns.front();
      prompt.first = RenderUser(backend, prompt.turns.front());
    }
  }
  return all;
}

}  // namespace dsb
