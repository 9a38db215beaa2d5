// What the checks of a proof come to. A proof in which nothing was tested proves nothing.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace dsb {

enum class ProofState { kProved, kRefuted, kInconclusive };

// "yes", "NO", "not shown".
inline const char* ProofStateText(ProofState state) {
  return state == ProofState::kProved ? "yes" : state == ProofState::kRefuted ? "NO" : "not shown";
}

// "proved", "refuted", "inconclusive".
inline const char* ProofStateName(ProofState state) {
  return state == ProofState::kProved    ? "proved"
         : state == ProofState::kRefuted ? "refuted"
                                         : "inconclusive";
}

inline ExitCode ExitCodeOf(ProofState state) {
  return state == ProofState::kProved    ? ExitCode::kDone
         : state == ProofState::kRefuted ? ExitCode::kRegression
                                         : ExitCode::kInconclusive;
}

// Counts the checks of one kind.
class ProofTally {
 public:
  void Add(ProofState state) { ++counts_[static_cast<int>(state)]; }
  // One refuted check refutes; all must be proved, and there must be one.
  ProofState state() const {
    if (Count(ProofState::kRefuted) > 0) return ProofState::kRefuted;
    const bool proved = Count(ProofState::kProved) > 0 && Count(ProofState::kInconclusive) == 0;
    return proved ? ProofState::kProved : ProofState::kInconclusive;
  }

 private:
  int64_t Count(ProofState state) const { return counts_[static_cast<int>(state)]; }

  int64_t counts_[3] = {};
};

}  // namespace dsb
