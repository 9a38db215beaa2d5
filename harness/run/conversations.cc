#include "harness/run/conversations.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace dsb {

Conversations::Conversations(const Parts& parts) : parts_(parts) {}

const Prompt& Conversations::PromptOf(size_t visit) const {
  return parts_.inputs.prompts[parts_.stage.schedule->visits[visit].item];
}

int64_t Conversations::RepeatOf(size_t visit) const {
  const int64_t repeat = parts_.stage.schedule->visits[visit].repeat;
  // Another set for each segment: (run, prompt, repeat) stays unique.
  return parts_.warmup ? repeat - 1000 * parts_.arm.num_segments : repeat;
}

bool Conversations::IsFinished(size_t visit, int32_t turn) const {
  const size_t item = parts_.stage.schedule->visits[visit].item;
  return parts_.arm.finished.contains(
      {parts_.prompt_rows[item][static_cast<size_t>(turn)], RepeatOf(visit)});
}

std::string Conversations::TextOf(const std::vector<int32_t>& ids, int64_t num_tokens) const {
  return parts_.backend.AnswerText(ids, num_tokens);
}

std::vector<OpenVisit> Conversations::Open() {
  std::vector<OpenVisit> open;
  const size_t num_visits = parts_.stage.schedule->visits.size();
  open.reserve(num_visits);
  for (size_t visit = 0; visit < num_visits; ++visit) {
    OpenVisit left{.visit = visit,
                   .num_turns = parts_.stage.first_turns_only ? 1 : PromptOf(visit).num_turns()};
    if (!parts_.warmup) {
      const size_t item = parts_.stage.schedule->visits[visit].item;
      while (left.first_turn < left.num_turns && IsFinished(visit, left.first_turn)) {
        const int64_t row = parts_.prompt_rows[item][static_cast<size_t>(left.first_turn++)];
        const auto ids = parts_.arm.answers.find({row, RepeatOf(visit)});
        if (left.num_turns == 1 || ids == parts_.arm.answers.end()) continue;
        answers_[visit].push_back(TextOf(ids->second, static_cast<int64_t>(ids->second.size())));
      }
    }
    if (left.first_turn == left.num_turns) {
      answers_.erase(visit);
    } else {
      open.push_back(left);
    }
  }
  return open;
}

RenderedPrompt Conversations::Render(size_t visit, int32_t turn) const {
  const Prompt& prompt = PromptOf(visit);
  if (turn == 0) return prompt.first;
  const std::vector<std::string>& answers = answers_.at(visit);
  DSB_CHECK(answers.size() == static_cast<size_t>(turn));
  std::vector<ChatMessage> conversation;
  for (size_t i = 0; i < answers.size(); ++i) {
    conversation.push_back({.role = "user", .content = prompt.turns[i]});
    conversation.push_back({.role = "assistant", .content = answers[i]});
  }
  conversation.push_back({.role = "user", .content = prompt.turns[answers.size()]});
  return parts_.backend.Render(conversation);
}

PreparedRequest Conversations::Make(size_t visit, int32_t turn) {
  const RunOptions& options = parts_.inputs.options;
  const Prompt& prompt = PromptOf(visit);
  RenderedPrompt rendered = Render(visit, turn);
  if (turn + 1 == prompt.num_turns()) answers_.erase(visit);
  PreparedRequest prepared;
  const size_t item = parts_.stage.schedule->visits[visit].item;
  prepared.prompt_id = parts_.prompt_rows[item][static_cast<size_t>(turn)];
  prepared.repeat = RepeatOf(visit);
  if (parts_.warmup) prepared.phase = "warmup";
  EngineRequest& request = prepared.engine;
  request.id = parts_.arm.next_request_id++;
  request.random_id = RandomId(prompt.key, prepared.repeat, turn);
  request.seed = static_cast<uint64_t>(options.seed);
  request.prompt = std::move(rendered.ids);
  request.messages = std::move(rendered.messages);
  request.sampling = {
      .temperature = options.temperature, .top_k = options.top_k, .top_p = options.top_p};
  request.max_tokens = parts_.stage.max_tokens;
  if (prompt.max_tokens > 0) request.max_tokens = std::min(request.max_tokens, prompt.max_tokens);
  request.stop_tokens = parts_.backend.stop_tokens();
  return prepared;
}

void Conversations::OnAnswer(size_t visit, int32_t /*turn*/, const RequestRecord& record,
                             const std::string& text) {
  int64_t num_tokens = 0;
  for (const BurstRecord& burst : record.bursts) num_tokens += burst.num_tokens;
  answers_[visit].push_back(text.empty() ? TextOf(record.output_ids, num_tokens) : text);
}

}  // namespace dsb
