// Greedy speculation changes no token of the real model: every drafter in models/, shipped prompt,
// draft length, load, thread count, policy and weight mode against plain decoding. By default every
// draft length of DSpark meets every load, with thread counts, policies and prompts in turn, and
// those of the others meet the loads in turn; DSBENCH_IDENTITY=prompts lets every prompt meet every
// draft length and load (half an hour a drafter), DSBENCH_IDENTITY=full every combination (hours).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <utility>

#include "engines/drafters/registry.h"
#include "engines/native/native_factory.h"
#include "tests/build_paths.h"
#include "tests/engines/tiny_world.h"
#include "tests/target_file.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

struct Setting {
  int32_t draft_length;
  int32_t concurrency;
  int threads;
  std::string policy;
};

enum class Cross { kLoadsInTurn, kEveryLoad, kFull };

std::vector<Setting> Settings(Cross cross) {
  const std::vector<std::string> policies = PolicyNames();
  std::vector<Setting> settings;
  for (int32_t length = 1; length <= 7; ++length) {
    for (size_t load = 0; load < 3; ++load) {
      if (cross == Cross::kLoadsInTurn && load != static_cast<size_t>(length) % 3) continue;
      const int32_t concurrency = std::array{1, 2, 16}[load];
      const size_t turn = settings.size();
      for (size_t choice = 0; choice < 2 * policies.size(); ++choice) {
        const size_t policy_in_turn = (static_cast<size_t>(length) + load) % policies.size();
        const bool in_turn = choice == turn % 2 + 2 * policy_in_turn;
        if (cross != Cross::kFull && !in_turn) continue;
        settings.push_back(
            {length, concurrency, 1 + static_cast<int>(choice % 2), policies[choice / 2]});
      }
    }
  }
  return settings;
}

// The domains in turn, so that any run of neighbours holds all of them.
std::vector<EngineRequest> AllPrompts(const LoadedTarget& target, int32_t max_tokens) {
  std::vector<std::pair<size_t, EngineRequest>> ordered;
  for (const char* domain : {"math", "code", "chat"}) {
    const Workload workload =
        ReadJsonl(DSB_SOURCE_DIR "/workloads/" + std::string(domain) + ".jsonl");
    for (size_t i = 0; i < workload.items.size(); ++i) {
      EngineRequest request;
      const ChatMessage message = {.role = "user", .content = workload.items[i].turns[0]};
      request.prompt =
          RenderChat(*target.tokenizer, target.chat_format, std::span(&message, 1)).ids;
      request.max_tokens = max_tokens;
      request.stop_tokens = target.stop_tokens;
      ordered.emplace_back(i, std::move(request));
    }
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<EngineRequest> requests;
  requests.reserve(ordered.size());
  for (auto& [index, request] : ordered) requests.push_back(std::move(request));
  return requests;
}

std::string Extent() {
  const char* given = std::getenv("DSBENCH_IDENTITY");
  return given == nullptr ? "" : given;
}

// How many prompts meet the setting, out of `num_prompts`. By default as many as fill its load;
// with DSpark and stored weights, which are quick, enough that every prompt has its turn.
size_t PromptsFor(const Setting& setting, size_t num_prompts, size_t num_settings,
                  bool every_prompt_in_turn) {
  if (!Extent().empty()) return num_prompts;
  const size_t fewest = every_prompt_in_turn ? (num_prompts + num_settings - 1) / num_settings : 1;
  return std::max(fewest, static_cast<size_t>(setting.concurrency));
}

// What every drafter is held against under one weight mode, made as it is asked for.
class PlainAnswers {
 public:
  PlainAnswers(WeightMode mode, bool full)
      : mode_(mode),
        target_(LoadTarget(TargetFile(), mode)),
        requests_(AllPrompts(*target_, full ? 24 : 16)) {}

  WeightMode mode() const { return mode_; }
  const LoadedTarget& target() const { return *target_; }
  const std::vector<EngineRequest>& requests() const { return requests_; }
  // Of the first `count` prompts, by `engine`, which drafts nothing.
  const std::vector<Finished>& Of(size_t count, NativeEngine& engine, int32_t concurrency) {
    if (count > answers_.size()) {
      const auto from = static_cast<ptrdiff_t>(answers_.size());
      std::vector<Finished> more = RunAll(
          engine, {requests_.begin() + from, requests_.begin() + static_cast<ptrdiff_t>(count)},
          concurrency);
      std::move(more.begin(), more.end(), std::back_inserter(answers_));
    }
    return answers_;
  }

 private:
  const WeightMode mode_;
  const std::shared_ptr<const LoadedTarget> target_;
  const std::vector<EngineRequest> requests_;
  std::vector<Finished> answers_;
};

class Identity : public testing::TestWithParam<std::tuple<WeightMode, std::string>> {
 protected:
  static void TearDownTestSuite() { plain_.reset(); }
  // One mode's at a time.
  static PlainAnswers& Plain(WeightMode mode, bool full) {
    if (plain_ == nullptr || plain_->mode() != mode) {
      plain_.reset();
      plain_ = std::make_unique<PlainAnswers>(mode, full);
    }
    return *plain_;
  }
  // `drafter` empty: plain decoding.
  std::unique_ptr<NativeEngine> MakeEngine(const LoadedTarget& target, const Setting& setting,
                                           const std::string& drafter) {
    ThreadPool& pool = setting.threads == 1 ? one_ : two_;
    NativeEngineParts parts;
    parts.target = target.model;
    parts.context_tokens = 1024;
    if (!drafter.empty()) {
      parts.drafter = LoadDrafter(drafter, {.path = DSB_SOURCE_DIR "/models/" + drafter,
                                            .target = target.model,
                                            .target_sha256 = target.sha256,
                                            .mode = WeightMode::kStored,
                                            .num_slots = setting.concurrency,
                                            .context_tokens = parts.context_tokens,
                                            .pool = &pool});
    }
    const PolicyKind policy = PolicyFromName(setting.policy);
    parts.policy = MakePolicy({.kind = policy, .threshold = 0.45, .costs = TinyCosts()});
    parts.draft_length = setting.draft_length;
    parts.max_concurrency = setting.concurrency;
    return std::make_unique<NativeEngine>(std::move(parts), pool, clock_);
  }

 private:
  static std::unique_ptr<PlainAnswers> plain_;
  MonotonicClock clock_;
  ThreadPool one_{1}, two_{2};
};
std::unique_ptr<PlainAnswers> Identity::plain_;

TEST_P(Identity, GreedySpeculationEqualsPlainDecodingOnEveryShippedPrompt) {
  const auto& [mode, drafter] = GetParam();
  if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  if (!std::filesystem::is_directory(DSB_SOURCE_DIR "/models/" + drafter)) {
    GTEST_SKIP() << "models/ has no " << drafter;
  }
  const std::string extent = Extent();
  ASSERT_TRUE(extent.empty() || extent == "prompts" || extent == "full") << extent;
  if (extent.empty() && mode == WeightMode::kBf16 && drafter != "dspark") {
    GTEST_SKIP() << "with bf16 weights by default DSpark only: DSBENCH_IDENTITY=prompts has all";
  }
  PlainAnswers& plain_answers = Plain(mode, extent == "full");
  const LoadedTarget& target = plain_answers.target();
  const std::vector<EngineRequest>& requests = plain_answers.requests();
  ASSERT_GE(requests.size(), 180u);
  const std::vector<Setting> settings =
      Settings(extent == "full"                        ? Cross::kFull
               : extent.empty() && drafter != "dspark" ? Cross::kLoadsInTurn
                                                       : Cross::kEveryLoad);
  const bool in_turn = mode == WeightMode::kStored && drafter == "dspark";
  size_t num_compared = 0;
  for (const Setting& setting : settings) {
    num_compared += PromptsFor(setting, requests.size(), settings.size(), in_turn);
  }
  const size_t num_used = std::min(num_compared, requests.size());
  EXPECT_TRUE(num_used == requests.size() || !in_turn);
  const std::vector<Finished>& plain =
      plain_answers.Of(num_used, *MakeEngine(target, {0, 8, 2, "none"}, ""), 8);
  int64_t differences = 0;
  size_t next = 0;
  for (const Setting& setting : settings) {
    const size_t count = PromptsFor(setting, requests.size(), settings.size(), in_turn);
    std::vector<EngineRequest> some;
    std::vector<size_t> which;
    for (size_t i = 0; i < count; ++i) {
      which.push_back(next);
      some.push_back(requests[next]);
      next = (next + 1) % num_used;
    }
    const std::vector<Finished> runs =
        RunAll(*MakeEngine(target, setting, drafter), some, setting.concurrency);
    for (size_t j = 0; j < which.size(); ++j) {
      if (runs[j].tokens == plain[which[j]].tokens) continue;
      ++differences;
      ADD_FAILURE() << "prompt " << which[j] << ", draft length " << setting.draft_length
                    << ", concurrency " << setting.concurrency << ", threads " << setting.threads
                    << ", policy " << setting.policy;
    }
  }
  std::printf("%zu comparisons of %zu prompts under %zu settings: %lld differ\n", num_compared,
              num_used, settings.size(), static_cast<long long>(differences));
}

INSTANTIATE_TEST_SUITE_P(All, Identity,
                         testing::Combine(testing::Values(WeightMode::kStored, WeightMode::kBf16),
                                          testing::ValuesIn(DrafterNames())),
                         [](const auto& test) {
                           return std::get<1>(test.param) +
                                  (std::get<0>(test.param) == WeightMode::kStored ? "_stored"
                                                                                  : "_bf16");
                         });

}  // namespace
}  // namespace dsb
