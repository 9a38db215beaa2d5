// How many draft tokens of each request the target verifies in this round. Lossless only if the
// decision on a token never looks at that token (verification.md 5).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dsb {

struct PolicyRequest {
  int32_t proposed = 0;               // tokens of the block
  std::span<const float> confidence;  // [proposed] or empty
};

class VerifyPolicy {
 public:
  virtual ~VerifyPolicy() = default;
  virtual std::string Name() const = 0;
  virtual bool needs_confidence() const = 0;
  // One length in 0 .. proposed per request.
  virtual std::vector<int32_t> Choose(std::span<const PolicyRequest> round) = 0;
};

struct PolicyOptions {
  std::string name = "fixed";  // none, fixed, threshold
  int32_t draft_length = 7;    // fixed: verify min(draft_length, proposed)
  double threshold = 0.5;      // threshold: verify up to the first confidence below it
};

// kBadInput on an unknown name or a threshold outside [0, 1].
std::unique_ptr<VerifyPolicy> MakePolicy(const PolicyOptions& options);

}  // namespace dsb
