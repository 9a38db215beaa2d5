// The sampled answers and hidden states of the real target against its own runner.
#include "harness/sampling/sample.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/half.h"
#include "base/temporary_folder.h"
#include "base/thread_pool.h"
#include "engines/drafter.h"
#include "engines/native/native_factory.h"
#include "engines/target_model/target_runner.h"
#include "tests/target_file.h"

namespace dsb {
namespace {

TEST(Sample, KeepsTheHiddenStatesOfEveryTokenButTheLast) {
  const std::string target_path = TargetFile();
  if (target_path.empty()) GTEST_SKIP() << "no target model";
  const TemporaryFolder temporary;
  const std::string folder = temporary.path();
  std::ofstream(folder + "/prompts.jsonl")
      << "{\"id\":\"short\",\"turns\":[\"Say hello.\"],\"temperature\":0}\n"
         "{\"id\":\"cut\",\"turns\":[\"Tell a story.\"],\"temperature\":1,\"max_tokens\":5}\n"
         "{\"id\":\"third\",\"turns\":[\"What is two plus two?\"],\"max_tokens\":9}\n";
  SampleOptions options;
  options.target = target_path;
  options.workload = folder + "/prompts.jsonl";
  options.output = folder + "/out";
  options.feature_layers = {1, 27};
  options.concurrency = 2;
  options.max_tokens = 40;
  ASSERT_EQ(Sample(options), ExitCode::kDone);

  const auto target = LoadTarget(target_path, WeightMode::kStored);
  ThreadPool pool(2);
  TargetRunner runner(
      target->model,
      {.num_slots = 1, .context_tokens = 256, .feature_layers = {1, 27, kFinalNormFeature}}, pool);
  std::ifstream answers(options.output + "/answers.jsonl");
  std::ifstream features(options.output + "/features.bf16", std::ios::binary);
  int count = 0;
  for (std::string text; std::getline(answers, text); ++count) {
    const auto line = nlohmann::json::parse(text);
    SCOPED_TRACE(line["id"].get<std::string>());
    const auto ids = line["ids"].get<std::vector<int32_t>>();
    if (line["id"] == "cut") {
      EXPECT_EQ(ids.size(), line["prompt_tokens"].get<size_t>() + 5);
      EXPECT_EQ(line["end"], "length");
    }
    const TargetInput input = {.slot = 0,
                               .first_position = 0,
                               .tokens = std::span(ids).first(ids.size() - 1),
                               .num_logit_rows = 0};
    runner.Forward(std::span(&input, 1));
    const FeatureRows wanted = runner.Features(0, static_cast<int32_t>(ids.size()) - 1);
    std::vector<uint16_t> found(static_cast<size_t>(wanted.num_rows * wanted.width));
    features.read(reinterpret_cast<char*>(found.data()),
                  static_cast<std::streamsize>(found.size() * 2));
    ASSERT_TRUE(features);
    size_t differing = 0;
    for (size_t i = 0; i < found.size(); ++i)
      differing += found[i] != Bf16FromFloat(wanted.rows[i]);
    EXPECT_EQ(differing, 0u);
  }
  EXPECT_EQ(count, 3);
}

}  // namespace
}  // namespace dsb
