// Checked runs made by hand: 12 prompts one after the other, each decoded in four rounds, a step a
// round, with times that a test chooses.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "results/checked_run.h"
#include "results/records.h"

namespace dsb {

class HandMadeRun {
 public:
  static constexpr int kPrompts = 12, kRounds = 4;
  struct PhaseMs {
    const char* phase;
    double ms;
  };

  HandMadeRun(int64_t id, int64_t users, int64_t draft_length) {
    data_.run.id = id;
    data_.run.uuid = "run-" + std::to_string(id);
    data_.run.users = users;
    data_.run.draft_length = draft_length;
  }

  RunRecord& run() { return data_.run; }

  void BeginPrompt() {
    RequestRow& row = data_.requests.emplace_back();
    row.id = static_cast<int64_t>(data_.requests.size());
    row.prompt.item_key = row.prompt.conversation_key = "item-" + std::to_string(row.id - 1);
    row.prompt.dataset = "test";
    row.request.scheduled_ns = row.request.issued_ns = now_ns_;
    row.request.end_reason = "length";
  }
  // A step as long as its phases together; the next one begins behind it.
  StepRecord& Step(std::initializer_list<PhaseMs> phases) {
    StepRecord& step = data_.steps.emplace_back();
    step.idx = static_cast<int64_t>(data_.steps.size()) - 1;
    step.t_start_ns = now_ns_;
    step.num_requests = 1;
    for (const PhaseMs& one : phases) {
      PhaseTimeRecord& phase = step.phases.emplace_back();
      phase.phase = one.phase;
      phase.wall_ns = static_cast<int64_t>(one.ms * 1e6);
      step.wall_ns += phase.wall_ns;
    }
    now_ns_ += step.wall_ns;
    return step;
  }
  // The last step gave the prompt's first token.
  void FirstToken() {
    data_.requests.back().request.first_ns = now_ns_;
    Deliver(1);
  }
  // The last step was a round of the prompt: whole blocks are verified.
  void Round(int64_t tokens) {
    RequestRecord& request = data_.requests.back().request;
    RoundRecord& round = request.rounds.emplace_back();
    round.step_idx = data_.steps.back().idx;
    round.position = 1 + static_cast<int64_t>(request.rounds.size() - 1) * tokens;
    round.proposed = round.verified = data_.run.draft_length;
    round.committed = tokens;
    round.accepted = tokens - 1;
    Deliver(tokens);
  }

  CheckedRun Check() && { return CheckRun(std::move(data_)); }

 private:
  void Deliver(int64_t tokens) {
    data_.requests.back().request.bursts.push_back({now_ns_, tokens});
    data_.requests.back().request.finished_ns = now_ns_;
  }

  RunData data_;
  int64_t now_ns_ = 0;
};

}  // namespace dsb
