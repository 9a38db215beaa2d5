// The tiny fixture models in the device engine on the host runner, beside the CPU engine.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engines/device/device_drafters.h"
#include "engines/device/device_engine.h"
#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/recurrent_world.h"
#include "tests/engines/tiny_world.h"

namespace dsb {

// A drafter and its target, on both engines. The drafter's name is the registry's, or none.
struct DeviceWorld {
  std::string drafter = "none";
  std::string folder;
  std::shared_ptr<const TargetModel> target;
  std::shared_ptr<const DeviceTarget> device_target;
  WeightMode mode = WeightMode::kF32;
};

inline DeviceWorld MakeDeviceWorld(const std::string& drafter, const std::string& folder,
                                   const std::shared_ptr<const TargetModel>& target,
                                   WeightMode mode = WeightMode::kF32) {
  return {.drafter = drafter,
          .folder = folder,
          .target = target,
          .device_target = DeviceTarget::Upload(target),
          .mode = mode};
}

inline DeviceWorld FixtureDeviceWorld(const std::string& name, WeightMode mode = WeightMode::kF32) {
  const TinyWorld tiny = MakeTinyWorld(name, mode);
  return MakeDeviceWorld(tiny.drafter, tiny.drafter_folder, tiny.target, mode);
}

// Every drafter and layout: the fixtures, and what no fixture has.
inline std::vector<std::string> DeviceWorldNames() {
  std::vector<std::string> names = golden::BlockDrafters();
  for (const std::string& name : Eagle3Fixtures()) names.push_back(name);
  for (const char* made_up :
       {"dflash_original", "eagle3_original", "eagle3_normed", "mtp", "mtp_deepseek"}) {
    names.emplace_back(made_up);
  }
  return names;
}

class NamedDeviceWorld {
 public:
  explicit NamedDeviceWorld(const std::string& name) {
    if (name == "dflash_original") {
      MakeOriginalDFlash();
    } else if (name == "eagle3_original") {
      Make(MadeUp::kEagle3Original);
    } else if (name == "eagle3_normed") {
      Make(MadeUp::kEagle3Normed);
    } else if (name == "mtp") {
      Make(MadeUp::kMtp);
    } else if (name == "mtp_deepseek") {
      Make(MadeUp::kMtpDeepSeek);
    } else {
      world_ = FixtureDeviceWorld(name);
    }
  }
  const DeviceWorld& world() const { return world_; }

 private:
  void Make(MadeUp kind) {
    const auto target = LoadFixtureTarget(golden::Targets()[0]);
    made_up_ = std::make_unique<TestCheckpoint>();
    MakeUp(kind, target->config(), *made_up_);
    world_ = MakeDeviceWorld(IsEagle3(kind) ? "eagle3" : "mtp1", made_up_->Write(), target);
  }
  // The fixture's weights as the original authors store them: no tables, their own config.
  void MakeOriginalDFlash() {
    const std::string name = golden::BlockDrafters("dflash")[0];
    copy_ = std::make_unique<CheckpointCopy>(golden::Root() + "/drafters/" + name);
    nlohmann::json& config = copy_->config;
    config["architectures"] = {"DFlashDraftModel"};
    config["dflash_config"] = {{"mask_token_id", config["mask_token_id"]},
                               {"target_layer_ids", config["target_layer_ids"]}};
    config["block_size"] = config["block_size"].get<int>() + 1;
    copy_->tensors.erase("embed_tokens.weight");
    copy_->tensors.erase("lm_head.weight");
    world_ = MakeDeviceWorld("dflash", copy_->Write(), LoadFixtureTarget(golden::TargetOf(name)));
  }

  DeviceWorld world_;
  std::unique_ptr<TestCheckpoint> made_up_;
  std::unique_ptr<CheckpointCopy> copy_;
};

inline DrafterLoad LoadOf(const DeviceWorld& world, int32_t num_slots, ThreadPool* pool) {
  return {.path = world.folder,
          .target = world.target,
          .target_sha256 = "",
          .mode = world.mode,
          .num_slots = num_slots,
          .context_tokens = kTinyContextTokens + kMostBlockRows,
          .pool = pool};
}

inline std::unique_ptr<Engine> MakeDeviceEngineOf(const DeviceWorld& world,
                                                  const TinyOptions& options, ThreadPool& pool,
                                                  const Clock& clock) {
  auto parts = PartsOf<DeviceEngineParts>(
      options, options.draft ? LoadDeviceDrafter(world.drafter, LoadOf(world, 1, nullptr),
                                                 world.device_target)
                             : nullptr);
  parts.target = world.device_target;
  return std::make_unique<DeviceEngine>(std::move(parts), pool, clock);
}

inline std::unique_ptr<Engine> MakeCpuEngineOf(const DeviceWorld& world, const TinyOptions& options,
                                               ThreadPool& pool, const Clock& clock) {
  return MakeEngineWith(world.target,
                        options.draft
                            ? LoadDrafter(world.drafter, LoadOf(world, options.concurrency, &pool))
                            : nullptr,
                        options, pool, clock);
}

// Both engines make the same rounds and tokens of `requests`.
inline void ExpectSameRuns(const DeviceWorld& world, const TinyOptions& options,
                           const std::vector<EngineRequest>& requests) {
  const MonotonicClock clock;
  ThreadPool pool(1);
  const auto cpu = MakeCpuEngineOf(world, options, pool, clock);
  const std::vector<Finished> expected = RunAll(*cpu, requests, options.concurrency);
  const auto device = MakeDeviceEngineOf(world, options, pool, clock);
  const std::vector<Finished> found = RunAll(*device, requests, options.concurrency);
  for (size_t i = 0; i < requests.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "request " << i);
    EXPECT_EQ(found[i].tokens, expected[i].tokens);
    EXPECT_EQ(found[i].end, expected[i].end);
    ASSERT_EQ(found[i].rounds.size(), expected[i].rounds.size());
    for (size_t r = 0; r < found[i].rounds.size(); ++r) {
      const RoundOutcome &a = found[i].rounds[r], &b = expected[i].rounds[r];
      EXPECT_EQ(a.position, b.position);
      EXPECT_EQ(a.draft_ids, b.draft_ids);
      EXPECT_EQ(a.verified, b.verified);
      EXPECT_EQ(a.accepted, b.accepted);
      EXPECT_EQ(a.committed, b.committed);
      EXPECT_EQ(a.cut, b.cut);
      golden::ExpectClose(a.confidence, b.confidence, 1e-4, "confidence");
    }
  }
}

}  // namespace dsb
