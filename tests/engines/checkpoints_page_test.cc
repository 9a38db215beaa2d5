// docs/checkpoints.md shows the lists of keys as the loaders have them, and the names that they
// know. After a change of a list: copy the text that this test prints into the page.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engines/block_backbone/speculators_config.h"
#include "engines/dflash/dflash_drafter.h"
#include "engines/drafter_files/drafter_keys.h"
#include "engines/drafters/registry.h"
#include "engines/dspark/dspark_config.h"
#include "engines/eagle3/eagle3_config.h"
#include "engines/model_files/chat_template.h"
#include "engines/model_files/text_keys.h"
#include "engines/mtp1/mtp1_weights.h"
#include "engines/target_model/gguf_keys.h"
#include "engines/target_model/hf_keys.h"
#include "tests/build_paths.h"

namespace dsb {
namespace {

using Use = ConfigKey::Use;

std::string Names(const ConfigKeys& keys, Use use) {
  std::string list;
  for (const ConfigKey& key : keys) {
    if (key.use != use) continue;
    list += (list.empty() ? "`" : ", `") + std::string(key.name) + "`";
    if (use != Use::kOnly) continue;
    const std::string values = key.values;
    list += values.empty() ? " (null)" : " (" + values + ")";
  }
  return list;
}

// Without the keys of `shown`, which stand elsewhere on the page.
std::string Table(const std::string& title, std::span<const ConfigKey> keys,
                  const ConfigKeys& shown = {}) {
  ConfigKeys own;
  for (const ConfigKey& key : JoinKeys({keys})) {
    const bool elsewhere = std::any_of(shown.begin(), shown.end(), [&](const ConfigKey& other) {
      return std::string(other.name) == key.name && other.use == key.use;
    });
    if (!elsewhere) own.push_back(key);
  }
  std::string text = "\n### " + title + "\n| what it does | keys |\n| --- | --- |\n";
  const std::pair<Use, const char*> rows[] = {
      {Use::kRead, "read"}, {Use::kOnly, "refused unless"}, {Use::kHarmless, "harmless"}};
  for (const auto& [use, name] : rows) {
    const std::string list = Names(own, use);
    if (!list.empty()) text += "| " + std::string(name) + " | " + list + " |\n";
  }
  return text;
}

std::string Lists() {
  const ConfigKeys common = JoinKeys({LayerKeys(), TransformersKeys()});
  const ConfigKeys drafters = JoinKeys({DrafterKeys(), common});
  std::string text;
  text += Table("Every config.json", common);
  for (const std::string& type : RopeTypes()) {
    text += Table("Its rope_parameters or rope_scaling of type " + type, RopeKeys(type));
  }
  text += Table("A target's config.json, besides", TargetKeys(), common);
  text += Table("A target's GGUF (a dot stands for the architecture's name)", GgufKeys());
  text += Table("tokenizer.json", TokenizerJsonKeys());
  text += Table("Its object model", TokenizerJsonModelKeys());
  text += Table("tokenizer_config.json", TokenizerConfigKeys());
  text += Table("generation_config.json", GenerationConfigKeys());
  text += Table("Its rules, which a warning names unless they have this value", GenerationRules());
  text += Table("A drafter's config.json, besides those of every config.json", DrafterKeys());
  text += Table("Its object target", DrafterTargetKeys());
  text += Table("dspark, besides", DSparkConfig::Keys(), drafters);
  text +=
      Table("dflash (DeepSpec's layout), besides", DFlashKeys(BlockLayout::kAnchorFirst), drafters);
  text +=
      Table("dflash (the authors' layout), besides", DFlashKeys(BlockLayout::kMaskFill), drafters);
  text += Table("Its object dflash_config", DFlashObjectKeys());
  text += Table("dspark and dflash of the speculators library", SpeculatorsKeys());
  text += Table("Its object transformer_layer_config, besides those of every config.json",
                SpeculatorsLayerKeys(), common);
  text += Table("Its object speculators_config", SpeculatorsProposalKeys());
  text += Table("One of its proposal_methods", SpeculatorsMethodKeys());
  text += Table("eagle3 (DeepSpec's layout), besides", Eagle3Config::Keys(false), drafters);
  text += Table("eagle3 (the releases' layout), besides", Eagle3Config::Keys(true), drafters);
  text += Table("Its object eagle_config", Eagle3Config::ObjectKeys());
  text += Table("mtp1, besides", Mtp1Weights::Keys(), drafters);
  return text;
}

TEST(CheckpointsPage, HasTheListsOfTheLoaders) {
  std::ostringstream page;
  page << std::ifstream(DSB_SOURCE_DIR "/docs/checkpoints.md").rdbuf();
  const std::string text = page.str(), lists = Lists();
  if (text.find(lists) == std::string::npos) std::fputs(lists.c_str(), stdout);
  EXPECT_NE(text.find(lists), std::string::npos)
      << "docs/checkpoints.md, \"Keys\", is not what is printed above";
  for (const std::string& name : DrafterNames()) {
    EXPECT_NE(text.find("| " + name + " |"), std::string::npos) << name;
  }
  for (const std::string& name : ChatFormatNames()) {
    EXPECT_NE(text.find("| " + name + " |"), std::string::npos) << name;
  }
}

// Two lists that are joined never disagree without saying so: the first one decides by intent only.
TEST(CheckpointsPage, NoKeyStandsTwiceInOneList) {
  for (const std::span<const ConfigKey> list :
       {LayerKeys(), TransformersKeys(), DrafterKeys(), TokenizerConfigKeys(),
        GenerationConfigKeys(), GenerationRules(), TokenizerJsonKeys(), TokenizerJsonModelKeys()}) {
    EXPECT_EQ(JoinKeys({list}).size(), list.size());
  }
}

}  // namespace
}  // namespace dsb
