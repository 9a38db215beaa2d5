// Lines of well-known public forms that are not ours: how to turn them into ours. Reads none of
// them as a workload.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// "; this looks like Spec-Bench's form, to convert it: python3 -c '...' <OLD.jsonl >NEW.jsonl", or
// nothing if `line` is of no form that is known. The command writes {"turns": [...]} lines; with
// `ids` also an id on each.
std::string ConversionHint(std::string_view line, bool ids = false);

}  // namespace dsb
