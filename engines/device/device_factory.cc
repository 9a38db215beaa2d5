#include "engines/device/device_factory.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engines/device/device_drafters.h"
#include "engines/device/device_engine.h"
#include "engines/drafter.h"

namespace dsb {

std::unique_ptr<Engine> MakeDeviceEngine(const std::shared_ptr<const LoadedTarget>& target,
                                         const std::shared_ptr<const DeviceTarget>& device_target,
                                         const NativeEngineOptions& options, ThreadPool& pool,
                                         const Clock& clock) {
  DSB_CHECK(device_target->model() == target->model);
  DeviceEngineParts parts;
  parts.target = device_target;
  parts.context_tokens = ContextTokens(*target, options);
  bool has_confidence = false;
  if (options.drafter != "none") {
    parts.drafter = LoadDeviceDrafter(options.drafter,
                                      {.path = options.drafter_path,
                                       .folder = options.drafter_folder,
                                       .target = target->model,
                                       .target_sha256 = target->sha256,
                                       .mode = options.drafter_weights,
                                       .num_slots = options.max_concurrency,
                                       .context_tokens = parts.context_tokens + kMostBlockRows,
                                       .pool = nullptr},
                                      device_target);
    parts.draft_length = EffectiveDraftLength(options, parts.drafter->draft_length());
    has_confidence = parts.drafter->has_confidence();
    const PolicyEntry& policy = DescribePolicy(options.policy.kind);
    if (policy.needs_confidence && !has_confidence) {
      ThrowBadInput("policy " + std::string(policy.name) +
                    " needs a confidence head on a device, drafter " + options.drafter_path +
                    " has none");
    }
  }
  parts.policy = MakePolicy(CompletePolicy(options, {parts.draft_length, has_confidence}));
  parts.max_concurrency = options.max_concurrency;
  parts.prefill_chunk_tokens = options.prefill_chunk_tokens;
  return std::make_unique<DeviceEngine>(std::move(parts), pool, clock);
}

}  // namespace dsb
