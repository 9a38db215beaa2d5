// One line of a Mooncake trace. Used by trace.cc only.
#pragma once

#include <string>
#include <string_view>

#include "workloads/trace/trace.h"

namespace dsb {

// timestamp (ms), input_length, output_length and hash_ids, one id for each begun block of
// kPrefixBlockTokens. kBadInput "PLACE: ..." on anything else.
TraceRow ReadMooncakeLine(std::string_view line, const std::string& place);

}  // namespace dsb
