#include "harness/options/run_options.h"

#include <iterator>
#include <utility>

#include "harness/options/policy_number.h"

namespace dsb {
namespace {

void AppendAll(std::vector<Option> more, std::vector<Option>& all) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

std::vector<Option> DescribeOptions(DecodeOptions& options) {
  std::vector<Option> all = DescribeOptions(static_cast<ModelOptions&>(options));
  AppendAll(DescribeOptions(static_cast<SamplingOptions&>(options)), all);
  return all;
}

std::vector<Option> DescribeOptions(RunOptions& options) {
  std::vector<Option> all = DescribeOptions(static_cast<WorkloadOptions&>(options));
  AppendAll(DescribeOptions(static_cast<DecodeOptions&>(options)), all);
  AppendAll(DescribeOptions(static_cast<RemoteOptions&>(options)), all);
  AppendAll(DescribeOptions(static_cast<LoadOptions&>(options)), all);
  AppendAll(DescribeOptions(static_cast<SimulatedOptions&>(options)), all);
  AppendAll(DescribeOptions(static_cast<RecordOptions&>(options)), all);
  AppendAll(DescribeOptions(static_cast<NullOptions&>(options)), all);
  return all;
}

RunConfig MakeRunConfig(const RunOptions& options, const ArmOptions& arm) {
  RunConfig config;
  RunOptions values = options;
  CopyToConfig(DescribeOptions(values), config);
  config.drafter = arm.drafter;
  config.checkpoint = arm.checkpoint;
  config.draft_length = arm.draft_length;
  config.policy = arm.policy;
  if (arm.drafter != "none") {
    config.drafter_sha256 = "";  // the null engine's have no file
    config.drafter_weights = options.drafter_weights;
    const PolicyNumber* const number = FindPolicyNumber(arm.policy);
    if (number != nullptr) config.*number->stored = arm.policy_number;
  }
  if (options.device_time) config.observers = "off";
  return config;
}

}  // namespace dsb
