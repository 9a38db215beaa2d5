// A server's counters and gauges, from Prometheus's text format: each name's samples summed over
// their labels, but for the position of a draft, which stays a part of the name. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dsb {

// "vllm:spec_decode_num_drafts_total" or "...per_pos_total{position=2}"; finite values only.
using ServerCounters = std::map<std::string, double>;

// Lines that are none of the format are passed over: what is asked for by name is then not there.
// Buckets of histograms and `_created` twins are left out. At most 4,096 names.
ServerCounters ReadCounters(std::string_view text);

// What is wrong between two readings of one server, empty if nothing is: a counter (its name ends
// on _total) that fell, so that it was started anew in between.
std::string RestartBetween(const ServerCounters& before, const ServerCounters& after);

}  // namespace dsb
