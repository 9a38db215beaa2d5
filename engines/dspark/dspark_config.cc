#include "engines/dspark/dspark_config.h"

#include "base/quoted.h"
#include "engines/block_backbone/speculators_config.h"
#include "engines/drafter_files/checkpoint.h"
#include "engines/drafter_files/drafter_keys.h"

namespace dsb {
namespace {

constexpr ConfigKey kOwnKeys[] = {Read("markov_rank"), Read("markov_head_type"),
                                  Read("enable_confidence_head"),
                                  Read("confidence_head_with_markov")};

MarkovType ReadMarkovType(const JsonConfig& file) {
  file.RefuseNull({"markov_head_type"});
  const std::string type = file.StringOr("markov_head_type", "vanilla");
  if (type == "vanilla") return MarkovType::kVanilla;
  if (type == "gated") return MarkovType::kGated;
  if (type == "rnn") return MarkovType::kRnn;
  file.Refuse("markov_head_type", Quoted(type), "vanilla, gated or rnn");
}

}  // namespace

const ConfigKeys& DSparkConfig::Keys() {
  static const ConfigKeys keys =
      WholeDrafterKeys(JoinKeys({kOwnKeys, BlockKeys(BlockLayout::kAnchorFirst)}));
  return keys;
}

DSparkConfig DSparkConfig::Read(ModelFolder& folder) {
  const JsonConfig whole = JsonConfig::Read(folder, "config.json");
  const std::optional<SpeculatorsConfig> other = ReadSpeculators(whole, "dspark", folder);
  const JsonConfig& file = other ? other->flat : whole;
  if (!other) ArchitectureFromConfig(file, {"Qwen3DSparkModel"});
  DSparkConfig config;
  config.block = other ? BlockConfigFromSpeculators(*other)
                       : BlockConfigFromFile(file, BlockLayout::kAnchorFirst);
  const int64_t rank = file.IntOr("markov_rank", 0);
  if (rank == 0) {
    file.Refuse("markov_rank", "0", "1 or more; without a Markov head it is a dflash checkpoint");
  }
  config.markov_rank = file.Count("markov_rank");
  config.markov_type = ReadMarkovType(file);
  config.confidence_head = file.BoolOr("enable_confidence_head", false);
  const bool with_markov = file.BoolOr("confidence_head_with_markov", false);
  config.confidence_with_markov = config.confidence_head && with_markov;
  if (!other) CheckKeys(file, Keys());
  const bool fills = config.block.layout == BlockLayout::kMaskFill;
  if (fills && config.markov_type == MarkovType::kRnn) {
    file.Refuse("markov_head_type", "\"rnn\"",
                "vanilla or gated where sample_from_anchor is false");
  }
  return config;
}

}  // namespace dsb
