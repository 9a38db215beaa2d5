// The requests of one arm's stage, made as they become due: a prompt's first turn as it was
// encoded, each further turn with the answers that this arm gave to those before it. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/backends/backend.h"
#include "harness/replay/scheduled_load.h"
#include "harness/run/load_plan.h"
#include "harness/run/run_arm.h"
#include "harness/run/run_inputs.h"

namespace dsb {

class Conversations : public VisitRequests {
 public:
  struct Parts {
    const RunInputs& inputs;
    const Backend& backend;
    const PromptRows& prompt_rows;
    const LoadStage& stage;
    bool warmup = false;
    RunArm& arm;
  };
  // All outlive it.
  explicit Conversations(const Parts& parts);
  // The visits, and of them the turns, that no earlier segment of the arm has finished; with what
  // those answered.
  std::vector<OpenVisit> Open();
  PreparedRequest Make(size_t visit, int32_t turn) override;
  void OnAnswer(size_t visit, int32_t turn, const RequestRecord& record,
                const std::string& text) override;

 private:
  const Prompt& PromptOf(size_t visit) const;
  int64_t RepeatOf(size_t visit) const;
  std::string TextOf(const std::vector<int32_t>& ids, int64_t num_tokens) const;
  bool IsFinished(size_t visit, int32_t turn) const;
  RenderedPrompt Render(size_t visit, int32_t turn) const;

  const Parts parts_;
  std::map<size_t, std::vector<std::string>> answers_;  // by visit, while it goes on
};

}  // namespace dsb
