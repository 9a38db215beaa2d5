// The backend of the simulated engine: virtual time, costs and rounds from files or laws. With a
// target its tokenizer and chat format count the prompts' tokens; without one, four bytes are a
// token.
#pragma once

#include <memory>

#include "harness/backends/backend.h"
#include "harness/options/simulated_options.h"

namespace dsb {

// kBadInput on a table or an acceptance that is not what it should be, or that an arm lacks;
// kResource if a file is missing.
std::unique_ptr<Backend> MakeSimulatedBackend(const ModelOptions& model,
                                              const SimulatedOptions& options);

}  // namespace dsb
