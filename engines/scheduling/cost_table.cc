#include "engines/scheduling/cost_table.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace dsb {

CostCurve::CostCurve(std::vector<CostPoint> points, int64_t captured, const std::string& place)
    : points_(std::move(points)), captured_(captured) {
  if (points_.empty()) ThrowBadInput(place + ": expected at least one point");
  for (size_t i = 0; i < points_.size(); ++i) {
    const CostPoint& point = points_[i];
    const std::string here = place + "[" + std::to_string(i) + "]";
    const int64_t least = i == 0 ? 1 : points_[i - 1].at + 1;
    if (point.at < least) {
      ThrowBadInput(here + ": is at " + std::to_string(point.at) + ", expected " +
                    std::to_string(least) + " or more: points are in order");
    }
    if (point.min_ns < 1 || point.min_ns > point.median_ns || point.median_ns > point.max_ns) {
      ThrowBadInput(here + ": expected 0 < min_ns <= median_ns <= max_ns, found " +
                    std::to_string(point.min_ns) + ", " + std::to_string(point.median_ns) + ", " +
                    std::to_string(point.max_ns));
    }
    const auto median = static_cast<double>(point.median_ns);
    raised_.push_back(raised_.empty() ? median : std::max(raised_.back(), median));
  }
}

double CostCurve::Line(size_t first, double at) const {
  const auto left = static_cast<double>(points_[first].at);
  const auto right = static_cast<double>(points_[first + 1].at);
  const double slope = (raised_[first + 1] - raised_[first]) / (right - left);
  return raised_[first] + slope * (at - left);
}

double CostCurve::AtNs(int64_t at) const {
  if (points_.empty()) return 0;
  const auto next =
      std::lower_bound(points_.begin(), points_.end(), at,
                       [](const CostPoint& point, int64_t wanted) { return point.at < wanted; });
  const auto i = static_cast<size_t>(next - points_.begin());
  const bool known = i < points_.size();
  if (known && (points_[i].at == at || points_[i].at <= captured_)) return raised_[i];
  if (points_.size() == 1) return raised_[0];
  const auto x = static_cast<double>(at);
  if (i == 0) return std::max(Line(0, x), raised_[0] / 2);
  if (!known) {  // beyond: the last line goes on, if it is not one into the captured passes
    const size_t last = points_.size() - 1;
    return points_[last - 1].at > captured_ || captured_ == 0 ? Line(last - 1, x) : raised_[last];
  }
  // Between the last captured pass and the first that is not: what the latter costs.
  return points_[i - 1].at <= captured_ ? raised_[i] : Line(i - 1, x);
}

double CostTable::VerifyNs(int64_t requests, int64_t tokens) const {
  DSB_CHECK(!verify.empty());
  const auto next = std::lower_bound(
      verify.begin(), verify.end(), requests,
      [](const VerifyCosts& row, int64_t wanted) { return row.requests < wanted; });
  const auto i = static_cast<size_t>(next - verify.begin());
  const bool known = i < verify.size();
  if (verify.size() == 1 || (known && verify[i].requests == requests)) {
    return verify[known ? i : 0].by_tokens.AtNs(tokens);
  }
  // The two rows around, or the two at the end.
  const size_t right = std::clamp<size_t>(i, 1, verify.size() - 1);
  const double a = verify[right - 1].by_tokens.AtNs(tokens);
  const double b = verify[right].by_tokens.AtNs(tokens);
  const auto from = static_cast<double>(verify[right - 1].requests);
  const auto to = static_cast<double>(verify[right].requests);
  const double t = a + (b - a) * (static_cast<double>(requests) - from) / (to - from);
  return std::max(t, std::min(a, b));
}

std::optional<std::string> CostMismatch(const CostConditions& table, const CostConditions& run) {
  const auto differ = [](const char* what, const auto& a, const auto& b) {
    const auto text = [](const auto& value) {
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
        return value.empty() ? std::string("none") : value;
      } else {
        return std::to_string(value);
      }
    };
    return std::string(what) + ": the table has " + text(a) + ", the run " + text(b);
  };
  const auto& [t, r] = std::pair<const CostConditions&, const CostConditions&>(table, run);
  if (t.target_sha256 != r.target_sha256) {
    return differ("target", t.target_sha256, r.target_sha256);
  }
  if (t.weights != r.weights) return differ("weights", t.weights, r.weights);
  if (t.drafter != r.drafter) return differ("drafter", t.drafter, r.drafter);
  if (t.drafter_sha256 != r.drafter_sha256) {
    return differ("drafter's files", t.drafter_sha256, r.drafter_sha256);
  }
  if (t.drafter_weights != r.drafter_weights) {
    return differ("drafter_weights", t.drafter_weights, r.drafter_weights);
  }
  if (t.draft_length != r.draft_length) {
    return differ("draft_length", t.draft_length, r.draft_length);
  }
  if (t.device != r.device) return differ("device", t.device, r.device);
  if (t.device_model != r.device_model) {
    return differ("device_model", t.device_model, r.device_model);
  }
  if (t.threads != r.threads) return differ("threads", t.threads, r.threads);
  if (t.isa != r.isa) return differ("isa", t.isa, r.isa);
  return std::nullopt;
}

}  // namespace dsb
