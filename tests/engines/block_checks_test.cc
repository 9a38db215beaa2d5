// What must hold of a block drafter whatever its weights (drafters.md 7, checks 1 to 5), the
// independence of a batch's rows, and the original DFlash layout.
#include <cmath>

#include "base/error.h"
#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/tiny_world.h"

namespace dsb {
namespace {

constexpr int32_t kContext = 11;

std::vector<float> RandomFeatures(const BlockDrafter& drafter, const TinyWorld& world,
                                  int32_t sequence) {
  const auto width =
      drafter.feature_layers().size() * static_cast<size_t>(world.target->config().shape.hidden);
  std::vector<float> rows(kContext * width);
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<float>(
        std::sin(static_cast<double>(i * 7 + i % 13) + static_cast<double>(sequence)));
  }
  return rows;
}

void Advance(BlockDrafter& drafter, int32_t slot, std::span<const float> features, int32_t first,
             int32_t count) {
  const auto width = static_cast<int64_t>(features.size()) / kContext;
  const CommittedRows rows = {
      .slot = slot,
      .first_position = first,
      .features = {.rows = features.data() + first * width, .num_rows = count, .width = width},
      .next_tokens = {}};
  drafter.Advance(std::span(&rows, 1));
}

std::unique_ptr<BlockDrafter> WithContext(const TinyWorld& world, ThreadPool& pool) {
  auto drafter = MakeTinyBlockDrafter(world, 1, pool);
  drafter->Begin(0);
  Advance(*drafter, 0, RandomFeatures(*drafter, world, 0), 0, kContext);
  return drafter;
}

DraftRequest Request(const BlockDrafter& drafter, int32_t anchor, int32_t slot = 0) {
  DraftRequest request;
  request.slot = slot;
  request.anchor = anchor;
  request.anchor_position = drafter.cached(slot);
  request.max_tokens = drafter.draft_length();
  return request;
}

std::vector<float> Copy(std::span<const float> values) { return {values.begin(), values.end()}; }

class BlockChecks : public testing::TestWithParam<std::string> {
 protected:
  TinyWorld From(const CheckpointCopy& copy, const std::string& drafter = "") const {
    TinyWorld world = world_;
    world.drafter_folder = copy.Write();
    if (!drafter.empty()) world.drafter = drafter;
    return world;
  }
  std::vector<float> FirstHidden(const BlockDrafter& drafter) const {
    return Copy(
        drafter.block_hidden().first(static_cast<size_t>(world_.target->config().shape.hidden)));
  }

  const TinyWorld world_ = MakeTinyWorld(GetParam());
  ThreadPool pool_{2};
};

TEST_P(BlockChecks, RowsSeeTheWholeBlockAndContextSeesNone) {
  const auto drafter = WithContext(world_, pool_);
  const auto first_key = [&] {
    const KvLayer cache = drafter->Cache(0, 0);
    return Copy(std::span(cache.keys + KeyIndex(cache, 0, 0, 0), 1));
  };
  const std::vector<float> key = first_key();
  DraftRequest request = Request(*drafter, 3);
  drafter->Draft(std::span(&request, 1));
  const std::vector<float> hidden = FirstHidden(*drafter);
  request.anchor = 4;
  drafter->Draft(std::span(&request, 1));
  EXPECT_NE(FirstHidden(*drafter), hidden);
  EXPECT_EQ(first_key(), key);
  EXPECT_EQ(drafter->cached(0), kContext);
  // The last row taken away changes the first.
  CheckpointCopy copy(world_.drafter_folder);
  copy.config["block_size"] = drafter->draft_length() - 1;
  const auto shorter = WithContext(From(copy), pool_);
  request = Request(*shorter, 3);
  shorter->Draft(std::span(&request, 1));
  EXPECT_NE(FirstHidden(*shorter), hidden);
}

TEST_P(BlockChecks, ContextInSeveralCallsGivesTheSameBits) {
  const auto whole = WithContext(world_, pool_);
  const auto parts = MakeTinyBlockDrafter(world_, 1, pool_);
  const std::vector<float> features = RandomFeatures(*parts, world_, 0);
  parts->Begin(0);
  int32_t first = 0;
  for (const int32_t count : {4, 1, 6}) {
    Advance(*parts, 0, features, first, count);
    first += count;
    EXPECT_EQ(parts->cached(0), first);
  }
  const DraftRequest request = Request(*whole, 7);
  whole->Draft(std::span(&request, 1));
  parts->Draft(std::span(&request, 1));
  EXPECT_EQ(Copy(whole->block_hidden()), Copy(parts->block_hidden()));
  EXPECT_EQ(Copy(whole->draft_logits()), Copy(parts->draft_logits()));
}

TEST_P(BlockChecks, ABlockDoesNotDependOnTheOthersOfItsBatch) {
  for (const WeightMode mode : {WeightMode::kF32, WeightMode::kBf16, WeightMode::kQ8}) {
    const TinyWorld world = MakeTinyWorld(GetParam(), mode);
    const auto drafter = MakeTinyBlockDrafter(world, 5, pool_);
    std::vector<DraftRequest> requests;
    for (int32_t slot = 0; slot < 5; ++slot) {
      drafter->Begin(slot);
      Advance(*drafter, slot, RandomFeatures(*drafter, world, slot), 0, kContext - slot);
      requests.push_back(Request(*drafter, 2 * slot, slot));
      requests.back().sampling.temperature = slot % 2 == 0 ? 1 : 0;
      requests.back().random_id = static_cast<uint64_t>(slot);
      requests.back().max_tokens -= slot % 3;
    }
    std::vector<DraftBlock> together = drafter->Draft(requests);
    drafter->Confidence(requests, together);
    for (size_t i = 0; i < requests.size(); ++i) {
      const std::span one(&requests[i], 1);
      std::vector<DraftBlock> alone = drafter->Draft(one);
      drafter->Confidence(one, alone);
      EXPECT_EQ(alone[0].tokens, together[i].tokens);
      EXPECT_EQ(alone[0].weights, together[i].weights);
      EXPECT_EQ(alone[0].confidence, together[i].confidence);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, BlockChecks, testing::ValuesIn(golden::BlockDrafters()),
                         [](const auto& test) { return test.param; });

class MarkovChecks : public BlockChecks {};

TEST_P(MarkovChecks, WithoutW2ItIsDFlash) {
  CheckpointCopy copy(world_.drafter_folder);
  copy.SetZero("markov_head.markov_w2.weight");
  const auto dspark = WithContext(From(copy), pool_);
  copy.config["markov_rank"] = 0;
  copy.config["enable_confidence_head"] = false;
  std::erase_if(copy.tensors, [](const auto& entry) {
    return entry.first.starts_with("markov_head.") || entry.first.starts_with("confidence_head.");
  });
  const auto dflash = WithContext(From(copy, "dflash"), pool_);
  const DraftRequest request = Request(*dspark, 5);
  EXPECT_EQ(dspark->Draft(std::span(&request, 1))[0].tokens,
            dflash->Draft(std::span(&request, 1))[0].tokens);
  EXPECT_EQ(Copy(dspark->draft_logits()), Copy(dflash->draft_logits()));
}

// Only the anchor has a row in W1 and only token 6 one in W2: of all logits, that token's at the
// first position grows.
TEST_P(MarkovChecks, BiasComesFromTheTokenBefore) {
  constexpr int32_t kAnchor = 5, kToken = 6;
  CheckpointCopy copy(world_.drafter_folder);
  copy.config["markov_head_type"] = "vanilla";
  std::erase_if(copy.tensors, [](const auto& entry) {
    return entry.first.starts_with("markov_head.gate_proj.") ||
           entry.first.starts_with("markov_head.joint_proj.");
  });
  const auto rank = copy.config["markov_rank"].get<size_t>();
  copy.SetZero("markov_head.markov_w1.weight");
  copy.SetZero("markov_head.markov_w2.weight");
  const auto plain = WithContext(From(copy), pool_);
  copy.Set("markov_head.markov_w1.weight", kAnchor * rank, 2);
  copy.Set("markov_head.markov_w2.weight", kToken * rank, 1.5);
  const auto biased = WithContext(From(copy), pool_);
  const std::vector<int32_t> forced(static_cast<size_t>(plain->draft_length()), 1);
  const DraftRequest request = Request(*plain, kAnchor);
  plain->DraftForced(request, forced);
  biased->DraftForced(request, forced);
  std::vector<float> expected = Copy(plain->draft_logits());
  expected[kToken] += 3;
  EXPECT_EQ(Copy(biased->draft_logits()), expected);
}

TEST_P(MarkovChecks, FirstConfidenceReadsTheAnchorsRow) {
  constexpr int32_t kAnchor = 5;
  CheckpointCopy copy(world_.drafter_folder);
  if (!copy.config.value("confidence_head_with_markov", false)) GTEST_SKIP() << "reads h alone";
  const auto rank = copy.config["markov_rank"].get<size_t>();
  const std::vector<int32_t> forced(static_cast<size_t>(world_.target->config().vocab_size), 1);
  const auto confidence = [&] {
    const auto drafter = WithContext(From(copy), pool_);
    const DraftRequest request = Request(*drafter, kAnchor);
    std::vector<DraftBlock> blocks = drafter->DraftForced(request, forced);
    drafter->Confidence(std::span(&request, 1), blocks);
    return blocks[0].confidence;
  };
  const std::vector<float> before = confidence();
  for (size_t j = 0; j < rank; ++j) {
    copy.Set("markov_head.markov_w1.weight", kAnchor * rank + j, 4);
  }
  const std::vector<float> after = confidence();
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(std::vector(after.begin() + 1, after.end()),
            std::vector(before.begin() + 1, before.end()));
}

INSTANTIATE_TEST_SUITE_P(All, MarkovChecks, testing::ValuesIn(golden::BlockDrafters("dspark")),
                         [](const auto& test) { return test.param; });

class OriginalDFlash : public BlockChecks {
 protected:
  // The same weights as the original authors store them: no tables, their own config.
  void MakeOriginal(CheckpointCopy& copy) const {
    nlohmann::json& config = copy.config;
    config["architectures"] = {"DFlashDraftModel"};
    config["dflash_config"] = {{"mask_token_id", config["mask_token_id"]},
                               {"target_layer_ids", config["target_layer_ids"]}};
    config["block_size"] = config["block_size"].get<int>() + 1;
    for (const char* key : {"mask_token_id", "target_layer_ids", "markov_rank"}) config.erase(key);
    copy.tensors.erase("embed_tokens.weight");
    copy.tensors.erase("lm_head.weight");
  }
};

// Both layouts run the same block of gamma + 1 rows; the original reads its draft k from row k.
TEST_P(OriginalDFlash, RowKFillsTheMaskAtPositionK) {
  CheckpointCopy original(world_.drafter_folder);
  MakeOriginal(original);
  CheckpointCopy longer(world_.drafter_folder);
  longer.config["block_size"] = original.config["block_size"];
  longer.config["share_target_embeddings"] = true;
  longer.tensors.erase("embed_tokens.weight");
  longer.tensors.erase("lm_head.weight");
  const auto mask_fill = WithContext(From(original), pool_);
  const auto anchor_first = WithContext(From(longer), pool_);
  ASSERT_EQ(anchor_first->draft_length(), mask_fill->draft_length() + 1);
  const DraftRequest few = Request(*mask_fill, 9), more = Request(*anchor_first, 9);
  const std::vector<int32_t> drafted = mask_fill->Draft(std::span(&few, 1))[0].tokens;
  const std::vector<int32_t> all = anchor_first->Draft(std::span(&more, 1))[0].tokens;
  EXPECT_EQ(drafted, std::vector(all.begin() + 1, all.end()));
  const auto vocab = static_cast<size_t>(world_.target->config().vocab_size);
  EXPECT_EQ(Copy(mask_fill->draft_logits()), Copy(anchor_first->draft_logits().subspan(vocab)));
}

TEST_P(OriginalDFlash, ChangesNoGreedyToken) {
  CheckpointCopy original(world_.drafter_folder);
  MakeOriginal(original);
  const TinyWorld world = From(original);
  const MonotonicClock clock;
  std::vector<EngineRequest> requests(9);
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].prompt.assign(1 + 3 * i, static_cast<int32_t>(5 * i));
    requests[i].max_tokens = 20;
  }
  const auto plain = MakeTinyEngine(world, {.draft = false, .policy = {}}, pool_, clock);
  const std::vector<Finished> expected = RunAll(*plain, requests, 1);
  for (const int32_t concurrency : {1, 8}) {
    const auto engine = MakeTinyEngine(
        world, {.draft = true, .policy = {}, .concurrency = concurrency}, pool_, clock);
    const std::vector<Finished> found = RunAll(*engine, requests, concurrency);
    for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].tokens, expected[i].tokens);
  }
}

TEST_P(OriginalDFlash, RefusesWhatItCannotRun) {
  const auto refuse = [&](const nlohmann::json& patch, const std::vector<std::string>& parts) {
    CheckpointCopy copy(world_.drafter_folder);
    MakeOriginal(copy);
    copy.config.merge_patch(patch);
    const TinyWorld world = From(copy);
    try {
      MakeTinyDrafter(world, 1, pool_);
      ADD_FAILURE() << patch;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      for (const std::string& part : parts) {
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      }
    }
  };
  refuse({{"dflash_config", nullptr}}, {"config.json", "dflash_config"});
  refuse({{"dflash_config", {{"causal", true}}}}, {"config.json", "causal"});
  refuse({{"dflash_config", {{"use_swa", true}}}}, {"config.json", "use_swa"});
  refuse({{"layer_types", {"sliding_attention"}}}, {"config.json", "layer_types", "sliding"});
  refuse({{"block_size", 1}}, {"config.json", "block_size"});
  refuse({{"dflash_config", {{"target_layer_ids", {0, 99}}}}}, {"target_layer_ids", "99"});
}

INSTANTIATE_TEST_SUITE_P(All, OriginalDFlash, testing::ValuesIn(golden::BlockDrafters("dflash")),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace dsb
