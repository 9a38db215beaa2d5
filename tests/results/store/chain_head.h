// A run's hash chain, computed again from its rows as an audit would.
#pragma once

#include <algorithm>
#include <string>

#include "results/store/chain.h"
#include "results/store/reader.h"

namespace dsb {

// Empty if a stored digest differs.
inline std::string ChainHeadOf(const Store& store, int64_t run_id) {
  RunData data = ReadRun(store, run_id, {.token_ids = true, .steps = false});
  std::ranges::sort(data.requests, {}, &RequestRow::id);
  std::string head = ChainStart(data.run, data.artifacts, data.build);
  if (data.run.chain_start != head) return "";
  for (const RequestRow& row : data.requests) {
    head = ChainNext(head, row.prompt, row.request);
    if (row.request.chain_digest != head) return "";
  }
  return data.run.chain_head == head ? head : "";
}

}  // namespace dsb
