#include "engines/dspark/dspark_config.h"

#include "engines/model_files/json_config.h"

namespace dsb {
namespace {

MarkovType ReadMarkovType(const JsonConfig& file) {
  const std::string type = file.StringOr("markov_head_type", "vanilla");
  if (type == "vanilla") return MarkovType::kVanilla;
  if (type == "gated") return MarkovType::kGated;
  if (type == "rnn") return MarkovType::kRnn;
  file.Refuse("markov_head_type", "\"" + type + "\"", "vanilla, gated or rnn");
}

}  // namespace

DSparkConfig DSparkConfig::Read(const std::string& path) {
  const JsonConfig file = JsonConfig::Read(path + "/config.json");
  ArchitectureFromConfig(file, {"Qwen3DSparkModel"});
  DSparkConfig config;
  config.block = BlockConfigFromFile(file, BlockLayout::kAnchorFirst);
  const int64_t rank = file.IntOr("markov_rank", 0);
  if (rank == 0) {
    file.Refuse("markov_rank", "0", "1 or more; without a Markov head it is a dflash checkpoint");
  }
  config.markov_rank = file.Count("markov_rank");
  config.markov_type = ReadMarkovType(file);
  config.confidence_head = file.BoolOr("enable_confidence_head", false);
  config.confidence_with_markov =
      config.confidence_head && file.BoolOr("confidence_head_with_markov", false);
  return config;
}

}  // namespace dsb
