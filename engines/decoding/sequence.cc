#include "engines/decoding/sequence.h"

#include <algorithm>

#include "base/error.h"

namespace dsb {

void Sequence::Append(int32_t token) {
  output_.push_back(token);
  const std::vector<int32_t>& stops = request_.stop_tokens;
  if (std::find(stops.begin(), stops.end(), token) != stops.end()) {
    end_ = EndReason::kStop;
  } else if (num_output() >= request_.max_tokens) {
    end_ = EndReason::kLength;
  }
}

Sequence::Commit Sequence::CommitRound(std::span<const int32_t> accepted_drafts,
                                       int32_t next_token) {
  DSB_CHECK(end_ == EndReason::kNone && static_cast<int32_t>(accepted_drafts.size()) < remaining());
  ++round_;
  Commit commit;
  for (const int32_t token : accepted_drafts) {
    Append(token);
    ++commit.accepted;
    ++commit.committed;
    if (end_ == EndReason::kStop) {
      commit.cut = RoundCut::kStop;
      return commit;
    }
  }
  Append(next_token);
  ++commit.committed;
  return commit;
}

}  // namespace dsb
