#include "harness/replay/arrival.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"

namespace dsb {

ClosedLoop::ClosedLoop(std::vector<PreparedRequest> requests, const Options& options)
    : requests_(std::move(requests)),
      most_(static_cast<size_t>(options.max_in_flight > 0
                                    ? std::min(options.num_users, options.max_in_flight)
                                    : options.num_users)) {
  DSB_CHECK(options.num_users >= 1);
  free_since_ns_.assign(static_cast<size_t>(options.num_users), options.start_ns);
}

bool ClosedLoop::Pop(int64_t now_ns, Arrival& arrival) {
  if (NextDueNs() > now_ns) return false;
  arrival.scheduled_ns = free_since_ns_.front();
  arrival.request = std::move(requests_[next_++]);
  std::pop_heap(free_since_ns_.begin(), free_since_ns_.end(), std::greater<>());
  free_since_ns_.pop_back();
  ++in_flight_;
  return true;
}

int64_t ClosedLoop::NextDueNs() const {
  return next_ == requests_.size() || in_flight_ == most_ ? kNeverNs : free_since_ns_.front();
}

void ClosedLoop::OnFinished(const RequestRecord& /*record*/, const std::string& /*text*/,
                            int64_t finished_ns) {
  --in_flight_;
  free_since_ns_.push_back(finished_ns);
  std::push_heap(free_since_ns_.begin(), free_since_ns_.end(), std::greater<>());
}

}  // namespace dsb
