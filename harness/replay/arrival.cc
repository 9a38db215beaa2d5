#include "harness/replay/arrival.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"

namespace dsb {

ClosedLoop::ClosedLoop(std::vector<PreparedRequest> requests, int num_users, int64_t start_ns)
    : requests_(std::move(requests)) {
  DSB_CHECK(num_users >= 1);
  free_since_ns_.assign(static_cast<size_t>(num_users), start_ns);
}

bool ClosedLoop::Pop(int64_t now_ns, Arrival& arrival) {
  if (NextDueNs() > now_ns) return false;
  arrival.scheduled_ns = free_since_ns_.front();
  arrival.request = std::move(requests_[next_++]);
  std::pop_heap(free_since_ns_.begin(), free_since_ns_.end(), std::greater<>());
  free_since_ns_.pop_back();
  return true;
}

int64_t ClosedLoop::NextDueNs() const {
  return exhausted() || free_since_ns_.empty() ? kNeverNs : free_since_ns_.front();
}

void ClosedLoop::OnFinished(int64_t /*request_id*/, int64_t finished_ns) {
  free_since_ns_.push_back(finished_ns);
  std::push_heap(free_since_ns_.begin(), free_since_ns_.end(), std::greater<>());
}

}  // namespace dsb
