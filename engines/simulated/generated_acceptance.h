// Rounds made up from a law: a shared luck of the round, a luck of each position, and a confidence
// that sees both but blurred. Form and constants were fitted to Figures 2, 5 and 6 of the DSpark
// paper (Qwen3-4B): total and accepted tokens of Figure 5 to 0.12 tokens RMS. For position j = 0,
// 1,
// ... of a round of domain d, u, e_j, z_j standard normal:
//
//   logit p_j = mu_d + s_d j + delta + 1.00 u + 1.10 e_j
//   logit c_j = bias + (logit p_j + 0.37 z_j) / temperature
//
// A draft is accepted with probability p_j; a scheduler sees c_j alone. Not a model of any one
// checkpoint: `delta` moves the mean to an accepted length that was measured elsewhere.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/simulated/acceptance.h"

namespace dsb {

struct DomainLaw {
  const char* name = "";
  double level = 0;  // mu
  double slope = 0;  // s, per position
};
// math, code and chat, in equal shares.
const std::vector<DomainLaw>& PaperDomains();

struct GeneratedAcceptanceOptions {
  std::vector<DomainLaw> domains = PaperDomains();  // equal shares; a request has one
  double delta = 0;
  double bias = 0, temperature = 1.07;  // of a calibrated head; a raw one has 0.32 and 1
  int32_t draft_length = 64;            // of the longest block
};

// Mean of 1 + sum of survivals over blocks of `draft_length` drafts. By quadrature, no random
// numbers.
double MeanGeneratedLength(const GeneratedAcceptanceOptions& options, int32_t draft_length);
// The delta whose mean accepted length of blocks of `draft_length` is `accepted_length`, to 1e-6.
// kBadInput unless 1 < accepted_length < draft_length + 1.
double SolveDelta(GeneratedAcceptanceOptions options, double accepted_length, int32_t draft_length);

std::unique_ptr<AcceptanceModel> MakeGeneratedAcceptance(const GeneratedAcceptanceOptions& options);

}  // namespace dsb
