// Tiny worlds in which every random outcome of speculative decoding can be written down
// (verification.md 8). All probabilities are tenths, so the laws of whole runs are exact rationals.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dsb {

using Tokens = std::vector<int32_t>;
using Tenths = std::vector<int>;  // one entry a token, sum 10

// One request: its target, its drafter and the drafter's confidence head.
struct ProofWorld {
  std::string name;
  int32_t draft_length = 0;
  std::function<Tenths(const Tokens& before)> target;  // law of the next token after `before`
  std::function<Tenths(const Tokens& before)> draft;   // the same of the drafter
  std::function<float(const Tokens& before)>
      confidence;  // that the token after `before` is accepted
};

// The paper's counter-example (appendix A): tokens A = 0, B = 1, draft length 2.
ProofWorld AppendixAWorld();
// Laws that change with the whole context; confidence that follows the token before; draft
// length 3.
ProofWorld NoiseReuseWorld();
// The same laws with another draft length.
ProofWorld NoiseReuseWorld(int32_t draft_length);

}  // namespace dsb
