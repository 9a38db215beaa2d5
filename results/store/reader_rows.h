// The reader's wide queries, each beside the function that turns one of its rows into a record.
#pragma once

#include <cstdint>

#include "results/store/reader.h"
#include "results/store/store_impl.h"

namespace dsb {

Rows QueryRuns(Store::Impl& impl);                 // oldest first
Rows QueryRun(Store::Impl& impl, int64_t run_id);  // with its environment and build
RunRecord RunFromRow(const Rows& row);
EnvironmentRecord EnvironmentFromRow(const Rows& row);  // of QueryRun
BuildRecord BuildFromRow(const Rows& row);              // of QueryRun

// In the order of issue, with their prompts; column 0 is the request's id.
Rows QueryRequests(Store::Impl& impl, int64_t run_id, bool token_ids);
RequestRow RequestFromRow(const Rows& row);

// By request and idx; column 0 is the request's id.
Rows QueryRounds(Store::Impl& impl, int64_t run_id, bool token_ids);
RoundRecord RoundFromRow(const Rows& row);

Rows QuerySteps(Store::Impl& impl, int64_t run_id);  // by idx
StepRecord StepFromRow(const Rows& row);

}  // namespace dsb
