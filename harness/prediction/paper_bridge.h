// The paper's claim as a waterfall: DSpark over MTP-1 in production, from published accepted
// lengths through the fitted passes to the published user speeds. What the model does not explain
// is a factor of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "harness/prediction/paper_study.h"
#include "reports/bridge/waterfall.h"

namespace dsb {

// At the load where MTP-1 delivers `anchor.mtp1_tokens_per_s`. Intervals: p10 to p90 over draws of
// the inputs, in place of 95 %.
Waterfall PaperBridge(const PublishedModel& model, const PublishedAnchor& anchor,
                      const StudyOptions& options, ThreadPool& pool);

}  // namespace dsb
