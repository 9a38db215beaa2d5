#include "harness/backends/simulated_backend.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "engines/simulated/profile_cost.h"
#include "engines/simulated/simulated_engine.h"
#include "engines/target_model/loaded_target.h"
#include "harness/backends/acceptance_spec.h"
#include "harness/backends/native_backend.h"
#include "harness/options/file_name.h"
#include "harness/options/names.h"
#include "harness/options/policy_number.h"

namespace dsb {
namespace {

constexpr int32_t kAnyContextTokens = 1 << 20;  // nobody's limit
constexpr size_t kBytesPerToken = 4;            // of English text, roughly

struct TableFile {
  std::shared_ptr<const CostTable> table;
  ArtifactRecord record;
};

TableFile ReadTable(const std::string& path) {
  const std::string text = ReadTextFile(path);
  TableFile file{.table = std::make_shared<const CostTable>(ParseCostTable(text, path)),
                 .record = {}};
  file.record.kind = "cost_table";
  file.record.name = file.record.source.emplace(FileName(path));
  file.record.sha256 = Sha256Hex(text);
  file.record.size_bytes = static_cast<int64_t>(text.size());
  return file;
}

class SimulatedBackend : public Backend {
 public:
  SimulatedBackend(const ModelOptions& model, const SimulatedOptions& options)
      : model_(model), options_(options) {
    if (!model.calibrations.empty()) {
      ThrowBadInput("--calibration: the simulated engine has no use for one, expected none");
    }
    for (const ArmOptions& arm : model.arms) arms_.push_back(arm.source());
    for (const std::string& path : model.cost_tables) tables_.push_back(ReadTable(path));
    for (const std::string& path : options.planner_tables) {
      planner_tables_.push_back(ReadTable(path));
    }
    RefuseTwice("--cost-table", tables_);
    RefuseTwice("--planner-table", planner_tables_);
    for (const TableFile& planner : planner_tables_) RefuseIdle(planner);
    if (model.target.empty()) return;
    target_ = LoadTarget(model.target, WeightModeFromName(model.weights),
                         PromptFormFromName(model.prompt_form));
    PrintModelWarnings(model.target, target_->warnings);
  }

  std::unique_ptr<Clock> MakeClock() const override { return std::make_unique<VirtualClock>(); }

  RenderedPrompt Render(std::span<const ChatMessage> conversation) const override {
    if (target_ != nullptr) {
      Tokenizer::Encoding encoded =
          RenderChat(*target_->tokenizer, target_->chat_format, conversation);
      return {.ids = std::move(encoded.ids), .dropped_bytes = encoded.dropped_bytes};
    }
    size_t bytes = 0;
    for (const ChatMessage& message : conversation) bytes += message.content.size();
    return {.ids = std::vector<int32_t>(1 + bytes / kBytesPerToken, 0)};
  }
  // Nothing was said: as many words, for the next turn's length.
  std::string AnswerText(std::span<const int32_t> /*ids*/, int64_t num_tokens) const override {
    std::string text;
    for (int64_t i = 0; i < num_tokens; ++i) text += " and";
    return text;
  }
  std::optional<std::string> prompt_form() const override {
    if (target_ == nullptr) return std::nullopt;
    return ChatFormatName(target_->chat_format);
  }
  std::vector<int32_t> stop_tokens() const override { return {}; }
  int64_t vocab_size() const override { return 0; }
  int64_t max_context_tokens() const override {
    return target_ == nullptr ? kAnyContextTokens : target_->max_context_tokens;
  }
  std::optional<ArtifactRecord> target() const override { return std::nullopt; }

  BackendArm MakeArm(const ArmOptions& options, const ArmRoom& room, Clock& clock) override {
    const TableFile* const table = TableOf(tables_, options.drafter);
    if (table == nullptr) {
      ThrowBadInput("--engine simulated: arm " + options.source() +
                    " has no cost table, expected --cost-table FILE with one of " +
                    options.drafter);
    }
    const TableFile* const planner = TableOf(planner_tables_, options.drafter);
    BackendArm made;
    made.scheduling_files["cost_table"] = table->record;
    if (planner != nullptr) made.planner_table_sha256 = planner->record.sha256;
    SimulatedArm simulated;
    simulated.cost = MakeProfileCost(
        table->table,
        options_.prefill_rate > 0 ? std::optional<double>(options_.prefill_rate) : std::nullopt);
    PolicyOptions policy{.kind = PolicyKind::kNone};
    if (options.drafter != "none") {
      made.acceptance = ValueForArm("acceptance", options_.acceptance, options.source(), arms_);
      if (made.acceptance.empty()) {
        ThrowBadInput("--engine simulated: arm " + options.source() +
                      " has no --acceptance, expected one for it or for all arms");
      }
      Acceptance acceptance = ParseAcceptance(made.acceptance, options.drafter);
      simulated.acceptance = std::move(acceptance.model);
      made.acceptance = std::move(acceptance.identity);
      simulated.draft_length = options.draft_length;
      if (options.may_draft_less) {
        simulated.draft_length =
            std::min(simulated.draft_length, simulated.acceptance->draft_length());
      }
      policy =
          room.make_budget ? PolicyOptions{.kind = PolicyKind::kBudget} : PolicyOptionsOf(options);
      policy.costs = planner != nullptr ? planner->table : table->table;
      policy.make_budget = room.make_budget;
    }
    simulated.policy = MakePolicy(policy);
    made.engine = std::make_unique<SimulatedEngine>(
        std::move(simulated),
        SimulatedEngineOptions{.max_concurrency = room.max_concurrency,
                               .context_tokens = room.context_tokens,
                               .cache_tokens = options_.cache_tokens,
                               .prefill_chunk_tokens = options_.prefill_chunk},
        clock);
    return made;
  }

 private:
  static void RefuseTwice(const char* option, const std::vector<TableFile>& tables) {
    std::map<std::string, std::string> seen;  // drafter -> file
    for (const TableFile& file : tables) {
      const std::string& drafter = file.table->conditions.drafter;
      const auto [first, is_new] = seen.emplace(drafter, file.record.name);
      if (is_new) continue;
      ThrowBadInput(std::string(option) + ": both " + first->second + " and " + file.record.name +
                    " are for drafter " + drafter + ", expected one");
    }
  }
  void RefuseIdle(const TableFile& planner) const {
    const std::string& drafter = planner.table->conditions.drafter;
    for (const ArmOptions& arm : model_.arms) {
      if (arm.drafter == drafter) return;
    }
    ThrowBadInput("--planner-table: " + planner.record.name + " is for drafter " + drafter +
                  ", which no arm has");
  }

  // Plain decoding may go by any drafter's passes, but has its own table first.
  static const TableFile* TableOf(const std::vector<TableFile>& tables,
                                  const std::string& drafter) {
    for (const TableFile& file : tables) {
      if (file.table->conditions.drafter == drafter) return &file;
    }
    return drafter == "none" && !tables.empty() ? &tables.front() : nullptr;
  }

  const ModelOptions model_;
  const SimulatedOptions options_;
  std::vector<std::string> arms_;
  std::vector<TableFile> tables_, planner_tables_;
  std::shared_ptr<const LoadedTarget> target_;  // null: none was given
};

}  // namespace

std::unique_ptr<Backend> MakeSimulatedBackend(const ModelOptions& model,
                                              const SimulatedOptions& options) {
  return std::make_unique<SimulatedBackend>(model, options);
}

}  // namespace dsb
