// drafters.md 7 check 6: a feature is paired with the token after its own, so that a drafter that
// knows a sequence by heart predicts the token two further on. Off by one, nothing else fails.
#include <map>

#include "tests/engines/recurrent_world.h"

namespace dsb {
namespace {

// An MTP head that maps the token it is given to `successor` of it, through the embedding half of
// eh_proj alone: attention and MLP add nothing.
void MakeSuccessorMtp(const ModelConfig& target, const std::map<int32_t, int32_t>& successor,
                      TestCheckpoint& checkpoint) {
  MakeUp(MadeUp::kMtpDeepSeek, target, checkpoint);
  checkpoint.config["num_nextn_predict_layers"] = 1;
  const auto hidden = static_cast<size_t>(target.shape.hidden);
  const std::string module = "model.layers." + std::to_string(target.num_layers) + ".";
  const auto floats = [&](const std::string& name) -> std::vector<float>& {
    return checkpoint.tensors.at(module + name).floats;
  };
  for (const char* name : {"self_attn.o_proj.weight", "mlp.down_proj.weight"}) {
    std::fill(floats(name).begin(), floats(name).end(), 0.0f);
  }
  for (const char* name : {"enorm.weight", "shared_head.norm.weight"}) {
    std::fill(floats(name).begin(), floats(name).end(), 1.0f);
  }
  std::vector<float>& combination = floats("eh_proj.weight");
  std::fill(combination.begin(), combination.end(), 0.0f);
  for (size_t i = 0; i < hidden; ++i) combination[i * 2 * hidden + i] = 1;
  const std::vector<float>& embedding = floats("embed_tokens.weight");
  std::vector<float>& head = floats("shared_head.head.weight");
  std::fill(head.begin(), head.end(), 0.0f);
  for (const auto& [token, after] : successor) {
    for (size_t j = 0; j < hidden; ++j) {
      head[static_cast<size_t>(after) * hidden + j] +=
          embedding[static_cast<size_t>(token) * hidden + j];
    }
  }
}

TEST(Pairing, AHeadThatKnowsTheAnswerByHeartIsAccepted) {
  for (const std::string& name : golden::Targets()) {
    SCOPED_TRACE(name);
    const auto target = LoadFixtureTarget(name);
    const MonotonicClock clock;
    ThreadPool pool(1);
    int32_t accepted = 0, known = 0;
    for (EngineRequest& request : MixedRequests(6, 24, target->config().vocab_size)) {
      const auto plain =
          MakeEngineWith(target, nullptr, {.draft = false, .policy = {}}, pool, clock);
      const std::vector<int32_t> answer = RunAll(*plain, {request}, 1)[0].tokens;
      // The answer's tokens that always have the same successor.
      std::map<int32_t, int32_t> successor;
      std::map<int32_t, bool> ambiguous;
      for (size_t i = 0; i + 1 < answer.size(); ++i) {
        const auto [at, fresh] = successor.emplace(answer[i], answer[i + 1]);
        if (!fresh && at->second != answer[i + 1]) ambiguous[answer[i]] = true;
      }
      TestCheckpoint checkpoint;
      MakeSuccessorMtp(target->config(), successor, checkpoint);
      const auto engine = MakeEngineWith(
          target, LoadRecurrent(false, checkpoint.Write(), target, WeightMode::kF32, 1, 160, pool),
          {.draft = true, .policy = {}}, pool, clock);
      const Finished run = RunAll(*engine, {request}, 1)[0];
      EXPECT_EQ(run.tokens, answer);
      for (const RoundOutcome& round : run.rounds) {
        const auto at = static_cast<size_t>(round.position) - request.prompt.size();
        if (round.proposed == 0 || ambiguous.contains(answer[at])) continue;
        ++known;
        accepted += round.accepted;
      }
    }
    EXPECT_GT(known, 10);
    EXPECT_EQ(accepted, known);
  }
}

// What the engine hands over, told from the outside: every row of features belongs to its position,
// every next token is the token after it, whatever the chunks and rounds were.
class RecordingDrafter : public Drafter {
 public:
  explicit RecordingDrafter(std::vector<int32_t> layers) : layers_(std::move(layers)) {}
  std::string Name() const override { return "recording"; }
  int32_t draft_length() const override { return 3; }
  std::span<const int32_t> feature_layers() const override { return layers_; }
  bool has_confidence() const override { return false; }
  std::span<const int32_t> target_ids() const override { return {}; }
  void Begin(int32_t) override {}
  void Advance(std::span<const CommittedRows> committed) override {
    for (const CommittedRows& rows : committed) {
      ASSERT_EQ(rows.next_tokens.size(), static_cast<size_t>(rows.features.num_rows));
      ASSERT_EQ(rows.first_position, static_cast<int32_t>(next_tokens.size()));
      next_tokens.insert(next_tokens.end(), rows.next_tokens.begin(), rows.next_tokens.end());
      features.insert(features.end(), rows.features.rows,
                      rows.features.rows + rows.features.num_rows * rows.features.width);
    }
  }
  std::vector<DraftBlock> Draft(std::span<const DraftRequest> requests) override {
    std::vector<DraftBlock> blocks(requests.size());
    for (size_t i = 0; i < requests.size(); ++i) {
      EXPECT_EQ(requests[i].anchor_position, static_cast<int32_t>(next_tokens.size()));
      EXPECT_EQ(requests[i].anchor, next_tokens.back());
      for (int32_t k = 0; k < requests[i].max_tokens; ++k) {
        const auto at = static_cast<size_t>(requests[i].anchor_position) + 1 +
                        static_cast<size_t>(k) - num_prompt;
        // Every second round is right for two tokens, so that rounds accept 0 and 2.
        const bool right = requests[i].round % 2 == 1 && k < 2 && at < answer.size();
        blocks[i].tokens.push_back(right ? answer[at] : 1);
        blocks[i].draft_indices.push_back(blocks[i].tokens.back());
      }
    }
    return blocks;
  }
  void Confidence(std::span<const DraftRequest>, std::span<DraftBlock>) override {}
  int64_t bytes_per_draft() const override { return 0; }
  int64_t flops_per_draft() const override { return 0; }

  size_t num_prompt = 0;
  std::vector<int32_t> answer, next_tokens;
  std::vector<float> features;

 private:
  std::vector<int32_t> layers_;
};

TEST(Pairing, TheEngineHandsOverEveryRowWithTheTokenAfterIt) {
  const auto target = LoadFixtureTarget(golden::Targets()[0]);
  const std::vector<int32_t> layers = {0, kFinalNormFeature};
  const MonotonicClock clock;
  ThreadPool pool(2);
  const EngineRequest request = MixedRequests(4, 18, target->config().vocab_size)[3];
  const auto plain = MakeEngineWith(target, nullptr, {.draft = false, .policy = {}}, pool, clock);
  std::vector<int32_t> sequence = request.prompt;
  const std::vector<int32_t> answer = RunAll(*plain, {request}, 1)[0].tokens;
  sequence.insert(sequence.end(), answer.begin(), answer.end());
  auto drafter = std::make_unique<RecordingDrafter>(layers);
  RecordingDrafter& recorded = *drafter;
  recorded.num_prompt = request.prompt.size();
  recorded.answer = answer;
  const auto engine =
      MakeEngineWith(target, std::move(drafter),
                     {.draft = true, .policy = {}, .prefill_chunk_tokens = 5}, pool, clock);
  const Finished run = RunAll(*engine, {request}, 1)[0];
  EXPECT_EQ(run.tokens, answer);
  EXPECT_TRUE(std::any_of(run.rounds.begin(), run.rounds.end(),
                          [](const RoundOutcome& round) { return round.accepted == 2; }));
  const size_t rows = recorded.next_tokens.size();
  ASSERT_GT(rows, request.prompt.size() + 5);
  EXPECT_EQ(recorded.next_tokens,
            std::vector<int32_t>(sequence.begin() + 1,
                                 sequence.begin() + 1 + static_cast<std::ptrdiff_t>(rows)));
  TargetRunner runner(target, {.num_slots = 1, .context_tokens = 160, .feature_layers = layers},
                      pool);
  const TargetInput input = {.slot = 0,
                             .first_position = 0,
                             .tokens = std::span(sequence).first(rows),
                             .num_logit_rows = 0};
  runner.Forward(std::span(&input, 1));
  const FeatureRows features = runner.Features(0, static_cast<int32_t>(rows));
  ASSERT_EQ(recorded.features.size(), rows * static_cast<size_t>(features.width));
  EXPECT_TRUE(std::equal(recorded.features.begin(), recorded.features.end(), features.rows));
}

}  // namespace
}  // namespace dsb
