// Greedy speculation changes no token of the real model: every shipped prompt, every draft length,
// load, thread count, policy and weight mode against plain decoding. By default every draft length
// meets every load, with thread counts, policies and prompts in turn; DSBENCH_IDENTITY=prompts lets
// every prompt meet every draft length and load (half an hour), DSBENCH_IDENTITY=full every
// combination (hours).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "engines/dspark/dspark_drafter.h"
#include "engines/native_engine.h"
#include "tests/engines/tiny_world.h"
#include "tests/target_file.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

struct Setting {
  int32_t draft_length;
  int32_t concurrency;
  int threads;
  const char* policy;
};

std::vector<Setting> Settings(bool full) {
  const char* const policies[] = {"fixed", "threshold", "none"};
  std::vector<Setting> settings;
  for (int32_t length = 1; length <= 7; ++length) {
    for (size_t load = 0; load < 3; ++load) {
      const int32_t concurrency = std::array{1, 2, 8}[load];
      const size_t turn = settings.size();
      for (size_t choice = 0; choice < 6; ++choice) {
        const bool in_turn = choice == turn % 2 + 2 * ((static_cast<size_t>(length) + load) % 3);
        if (!full && !in_turn) continue;
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
  for (auto& [index, request] : ordered) requests.push_back(std::move(request));
  return requests;
}

class Identity : public testing::TestWithParam<WeightMode> {};

TEST_P(Identity, GreedySpeculationEqualsPlainDecodingOnEveryShippedPrompt) {
  if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  const auto target = LoadTarget(TargetFile(), GetParam());
  const char* given = std::getenv("DSBENCH_IDENTITY");
  const std::string extent = given == nullptr ? "" : given;
  ASSERT_TRUE(extent.empty() || extent == "prompts" || extent == "full") << extent;
  const bool every_prompt = !extent.empty();
  const std::vector<EngineRequest> requests = AllPrompts(*target, extent == "full" ? 24 : 16);
  ASSERT_GE(requests.size(), 180u);
  const std::vector<Setting> settings = Settings(extent == "full");
  // With stored weights, which are quick, every prompt has its turn; with bf16 every load is
  // filled.
  const size_t fewest = GetParam() == WeightMode::kStored
                            ? (requests.size() + settings.size() - 1) / settings.size()
                            : 1;
  const auto num_prompts = [&](const Setting& setting) {
    return every_prompt ? requests.size()
                        : std::max(fewest, static_cast<size_t>(setting.concurrency));
  };
  const MonotonicClock clock;
  ThreadPool one(1), two(2);
  const auto weights = DSparkWeights::Load(DSB_SOURCE_DIR "/models/dspark", target->model,
                                           target->sha256, WeightMode::kStored);
  const auto engine = [&](const Setting& setting, bool draft) {
    ThreadPool& pool = setting.threads == 1 ? one : two;
    NativeEngineParts parts;
    parts.target = target->model;
    parts.context_tokens = 1024;
    if (draft) {
      parts.drafter =
          std::make_unique<DSparkDrafter>(weights, setting.concurrency, parts.context_tokens, pool);
    }
    parts.policy = MakePolicy(
        {.name = setting.policy, .draft_length = setting.draft_length, .threshold = 0.45});
    parts.draft_length = setting.draft_length;
    parts.max_concurrency = setting.concurrency;
    return std::make_unique<NativeEngine>(std::move(parts), pool, clock);
  };
  size_t num_compared = 0;
  for (const Setting& setting : settings) num_compared += num_prompts(setting);
  const size_t num_used = std::min(num_compared, requests.size());
  const auto plain_engine = engine({0, 8, 2, "none"}, false);
  const std::vector<Finished> plain = RunAll(
      *plain_engine, {requests.begin(), requests.begin() + static_cast<ptrdiff_t>(num_used)}, 8);
  int64_t differences = 0;
  size_t next = 0;
  for (const Setting& setting : settings) {
    std::vector<EngineRequest> some;
    std::vector<size_t> which;
    for (size_t i = 0; i < num_prompts(setting); ++i) {
      which.push_back(next);
      some.push_back(requests[next]);
      next = (next + 1) % num_used;
    }
    const auto speculative = engine(setting, true);
    const std::vector<Finished> runs = RunAll(*speculative, some, setting.concurrency);
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
  EXPECT_TRUE(num_used == requests.size() || GetParam() != WeightMode::kStored);
}

INSTANTIATE_TEST_SUITE_P(All, Identity, testing::Values(WeightMode::kStored, WeightMode::kBf16),
                         [](const auto& test) {
                           return test.param == WeightMode::kStored ? std::string("Stored")
                                                                    : std::string("Bf16");
                         });

}  // namespace
}  // namespace dsb
