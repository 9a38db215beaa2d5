// Everything that `dsbench run` can be told: its parts, each with its defaults and descriptions in
// a header of its own. What needs one part takes that part.
#pragma once

#include <vector>

#include "harness/options/load_options.h"
#include "harness/options/model_options.h"
#include "harness/options/null_options.h"
#include "harness/options/record_options.h"
#include "harness/options/remote_options.h"
#include "harness/options/sampling_options.h"
#include "harness/options/simulated_options.h"
#include "harness/options/workload_options.h"

namespace dsb {

// What decoding a prompt needs: also all that generate, prove and sample share with run.
struct DecodeOptions : ModelOptions, SamplingOptions {};

struct RunOptions : DecodeOptions,
                    RemoteOptions,
                    WorkloadOptions,
                    LoadOptions,
                    SimulatedOptions,
                    RecordOptions,
                    NullOptions {};

std::vector<Option> DescribeOptions(DecodeOptions& options);
std::vector<Option> DescribeOptions(RunOptions& options);

// The configuration that the store keeps of a run of `arm`, as far as options say it; what is found
// on the way (hashes, sizes, the session) is the caller's to add.
RunConfig MakeRunConfig(const RunOptions& options, const ArmOptions& arm);

}  // namespace dsb
