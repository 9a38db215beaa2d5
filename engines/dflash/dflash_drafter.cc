#include "engines/dflash/dflash_drafter.h"

#include "engines/block_backbone/speculators_config.h"
#include "engines/drafter_files/checkpoint.h"
#include "engines/drafter_files/drafter_keys.h"
#include "engines/sampling/draft_choice.h"

namespace dsb {
namespace {

constexpr const char* kDeepSpec = "Qwen3DSparkModel";
constexpr const char* kOriginal = "DFlashDraftModel";

BlockConfig ReadConfig(ModelFolder& folder) {
  const JsonConfig file = JsonConfig::Read(folder, "config.json");
  if (const auto other = ReadSpeculators(file, "dflash", folder)) {
    for (const char* key : {"markov_rank", "enable_confidence_head"}) {
      if (file.Has(key)) file.Refuse(key, file.Value(key), "none in a dflash checkpoint");
    }
    return BlockConfigFromSpeculators(*other);
  }
  if (ArchitectureFromConfig(file, {kDeepSpec, kOriginal}) == kOriginal) {
    BlockConfig config = BlockConfigFromFile(file, BlockLayout::kMaskFill);
    CheckKeys(file, DFlashKeys(BlockLayout::kMaskFill));
    return config;
  }
  const int64_t rank = file.IntOr("markov_rank", 0);
  if (rank != 0) {
    file.Refuse("markov_rank", std::to_string(rank),
                "0; with a Markov head it is a dspark checkpoint");
  }
  if (file.BoolOr("enable_confidence_head", false)) {
    file.Refuse("enable_confidence_head", "true", "false in a dflash checkpoint");
  }
  BlockConfig config = BlockConfigFromFile(file, BlockLayout::kAnchorFirst);
  CheckKeys(file, DFlashKeys(BlockLayout::kAnchorFirst));
  return config;
}

}  // namespace

std::shared_ptr<const BlockWeights> LoadDFlashWeights(ModelFolder& folder,
                                                      std::shared_ptr<const TargetModel> target,
                                                      const std::string& target_sha256,
                                                      WeightMode mode) {
  auto weights = std::make_shared<BlockWeights>();
  weights->config = ReadConfig(folder);
  const WeightSource source = weights->Load(folder, std::move(target), target_sha256, mode);
  source.RefuseUnused(weights->file->Names(), "this dflash drafter");
  return weights;
}

ConfigKeys DFlashKeys(BlockLayout layout) {
  // Of the heads that a dspark checkpoint has.
  static constexpr ConfigKey kOwn[] = {Read("markov_rank"), Read("enable_confidence_head"),
                                       Harmless("markov_head_type"),
                                       Harmless("confidence_head_with_markov")};
  if (layout == BlockLayout::kMaskFill) return WholeDrafterKeys(BlockKeys(layout));
  return WholeDrafterKeys(JoinKeys({kOwn, BlockKeys(layout)}));
}

int64_t DFlashFlopsPerDraft(const BlockWeights& weights) {
  const int64_t layers = weights.multiply_adds_row() - weights.head().multiply_adds();
  return 2 * (weights.config.block_rows * layers +
              weights.config.draft_length() * weights.head().multiply_adds());
}

DFlashDrafter::DFlashDrafter(std::shared_ptr<const BlockWeights> weights, int32_t num_slots,
                             int32_t context_tokens, ThreadPool& pool)
    : BlockDrafter(weights, num_slots, context_tokens, pool), weights_(std::move(weights)) {}

void DFlashDrafter::Confidence(std::span<const DraftRequest> /*requests*/,
                               std::span<DraftBlock> /*blocks*/) {}

std::vector<DraftBlock> DFlashDrafter::ChooseTokens(std::span<const DraftRequest> requests,
                                                    std::span<const int32_t> forced) {
  std::vector<DraftBlock> blocks(requests.size());
  pool().ParallelFor(
      static_cast<int64_t>(requests.size()), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
          for (int32_t k = 0; k < requests[i].max_tokens; ++k) {
            ChooseDraft(requests[i], LogitRow(i, k), target_ids(), k, blocks[i]);
            if (!forced.empty()) blocks[i].tokens.back() = forced[static_cast<size_t>(k)];
          }
        }
      });
  return blocks;
}

}  // namespace dsb
