#include "engines/scheduling/policy.h"

#include <algorithm>

#include "base/error.h"

namespace dsb {
namespace {

// Ordinary decoding, one token a pass; the drafter's work is wasted on purpose (its cost can be
// seen).
class NonePolicy : public VerifyPolicy {
 public:
  std::string Name() const override { return "none"; }
  bool needs_confidence() const override { return false; }
  std::vector<int32_t> Choose(std::span<const PolicyRequest> round) override {
    return std::vector<int32_t>(round.size(), 0);
  }
};

class FixedPolicy : public VerifyPolicy {
 public:
  explicit FixedPolicy(int32_t length) : length_(length) {}
  std::string Name() const override { return "fixed"; }
  bool needs_confidence() const override { return false; }
  std::vector<int32_t> Choose(std::span<const PolicyRequest> round) override {
    std::vector<int32_t> lengths;
    for (const PolicyRequest& request : round) {
      lengths.push_back(std::min(length_, request.proposed));
    }
    return lengths;
  }

 private:
  int32_t length_;
};

// l = (first k with c_k < threshold) - 1 on the raw confidence (verification.md 5).
class ThresholdPolicy : public VerifyPolicy {
 public:
  ThresholdPolicy(int32_t length, double threshold) : length_(length), threshold_(threshold) {}
  std::string Name() const override { return "threshold"; }
  bool needs_confidence() const override { return true; }
  std::vector<int32_t> Choose(std::span<const PolicyRequest> round) override {
    std::vector<int32_t> lengths;
    for (const PolicyRequest& request : round) {
      const int32_t most = std::min(length_, request.proposed);
      DSB_CHECK(static_cast<int32_t>(request.confidence.size()) >= most);
      int32_t length = 0;
      while (length < most &&
             static_cast<double>(request.confidence[static_cast<size_t>(length)]) >= threshold_) {
        ++length;
      }
      lengths.push_back(length);
    }
    return lengths;
  }

 private:
  int32_t length_;
  double threshold_;
};

}  // namespace

std::unique_ptr<VerifyPolicy> MakePolicy(const PolicyOptions& options) {
  if (options.draft_length < 0) {
    ThrowBadInput("draft length is " + std::to_string(options.draft_length) +
                  ", expected 0 or more");
  }
  if (options.name == "none") return std::make_unique<NonePolicy>();
  if (options.name == "fixed") return std::make_unique<FixedPolicy>(options.draft_length);
  if (options.name != "threshold") {
    ThrowBadInput("policy is \"" + options.name + "\", expected none, fixed or threshold");
  }
  if (!(options.threshold >= 0 && options.threshold <= 1)) {
    ThrowBadInput("threshold is " + std::to_string(options.threshold) + ", expected 0 to 1");
  }
  return std::make_unique<ThresholdPolicy>(options.draft_length, options.threshold);
}

}  // namespace dsb
