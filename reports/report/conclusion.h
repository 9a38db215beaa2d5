// A set's answer in words: what the intervals show, what they do not, how many prompts would
// decide, and what a reader should doubt. It reads the model and computes one comparison more, of
// the two fastest arms.
#pragma once

#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"

namespace dsb {

// First the result, then why, then the rest. An arm is shown to be faster or slower if its interval
// leaves 1 out.
std::vector<LabelledLine> Conclude(const ReportSet& set, const MetricOptions& options);

// Prompts after which an interval of a ratio as wide as this one would leave 1 out, if the ratio
// stays: widths fall with the root of the number. Empty if it leaves 1 out already, or has no
// bounds.
std::optional<double> PromptsToDecide(const Estimate& ratio);

}  // namespace dsb
