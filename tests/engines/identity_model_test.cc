// Greedy speculation changes no token of the real model: every shipped prompt, every draft length,
// load, thread count, policy and weight mode against plain decoding. By default each prompt meets a
// rotating part of the settings, all of them are met; DSBENCH_IDENTITY=full lets every prompt meet
// all.
#include <cstdlib>
#include <filesystem>

#include "engines/native_engine.h"
#include "tests/engines/tiny_world.h"
#include "tests/target_file.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

constexpr int32_t kMaxTokens = 24;

struct Setting {
  int32_t draft_length;
  int32_t concurrency;
  int threads;
  const char* policy;
};

std::vector<Setting> Settings() {
  std::vector<Setting> settings;
  for (int32_t length = 1; length <= 7; ++length) {
    for (const int32_t concurrency : {1, 2, 8}) {
      for (const int threads : {1, 2}) {
        for (const char* policy : {"none", "fixed", "threshold"}) {
          settings.push_back({length, concurrency, threads, policy});
        }
      }
    }
  }
  return settings;
}

std::vector<EngineRequest> AllPrompts(const LoadedTarget& target) {
  std::vector<EngineRequest> requests;
  for (const char* domain : {"math", "code", "chat"}) {
    const Workload workload =
        ReadJsonl(DSB_SOURCE_DIR "/workloads/" + std::string(domain) + ".jsonl");
    for (const WorkloadItem& item : workload.items) {
      EngineRequest request;
      const ChatMessage message = {.role = "user", .content = item.turns[0]};
      request.prompt =
          RenderChat(*target.tokenizer, target.chat_format, std::span(&message, 1)).ids;
      request.max_tokens = kMaxTokens;
      request.stop_tokens = target.stop_tokens;
      requests.push_back(std::move(request));
    }
  }
  return requests;
}

class Identity : public testing::TestWithParam<WeightMode> {};

TEST_P(Identity, GreedySpeculationEqualsPlainDecodingOnEveryShippedPrompt) {
  if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  const auto target = LoadTarget(TargetFile(), GetParam());
  const std::vector<EngineRequest> requests = AllPrompts(*target);
  ASSERT_GE(requests.size(), 180u);
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
  const auto plain_engine = engine({0, 8, 2, "none"}, false);
  const std::vector<Finished> plain = RunAll(*plain_engine, requests, 8);
  const bool full = std::getenv("DSBENCH_IDENTITY") != nullptr;
  const std::vector<Setting> settings = Settings();
  int64_t differences = 0, compared = 0;
  size_t next = 0;
  for (size_t s = 0; s < settings.size(); ++s) {
    const Setting& setting = settings[s];
    std::vector<EngineRequest> some;
    std::vector<size_t> which;
    for (size_t i = 0; i < requests.size(); ++i) {
      // As many prompts as are in flight at once, the next ones in turn.
      if (!full && (i + requests.size() - next) % requests.size() >=
                       static_cast<size_t>(setting.concurrency)) {
        continue;
      }
      some.push_back(requests[i]);
      which.push_back(i);
    }
    next = (next + some.size()) % requests.size();
    const auto speculative = engine(setting, true);
    const std::vector<Finished> runs = RunAll(*speculative, some, setting.concurrency);
    for (size_t j = 0; j < which.size(); ++j) {
      ++compared;
      if (runs[j].tokens == plain[which[j]].tokens) continue;
      ++differences;
      ADD_FAILURE() << "prompt " << which[j] << ", draft length " << setting.draft_length
                    << ", concurrency " << setting.concurrency << ", threads " << setting.threads
                    << ", policy " << setting.policy;
    }
  }
  std::printf("%lld comparisons of %zu prompts under %zu settings: %lld differ\n",
              static_cast<long long>(compared), requests.size(), settings.size(),
              static_cast<long long>(differences));
  EXPECT_GE(compared, static_cast<int64_t>(2 * requests.size()));
}

INSTANTIATE_TEST_SUITE_P(All, Identity, testing::Values(WeightMode::kStored, WeightMode::kBf16),
                         [](const auto& test) {
                           return test.param == WeightMode::kStored ? std::string("Stored")
                                                                    : std::string("Bf16");
                         });

}  // namespace
}  // namespace dsb
