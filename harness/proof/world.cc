#include "harness/proof/world.h"

#include <array>

namespace dsb {
namespace {

// (sum over i of (i + 1) (t_i + shift)) mod 3.
size_t ContextClass(const Tokens& tokens, int32_t shift) {
  int64_t sum = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    sum += static_cast<int64_t>(i + 1) * (tokens[i] + shift);
  }
  return static_cast<size_t>(sum % 3);
}

}  // namespace

ProofWorld AppendixAWorld() {
  return {.name = "appendix A",
          .draft_length = 2,
          .target = [](const Tokens& before) -> Tenths {
            if (before.empty()) return {7, 3};
            if (before.size() > 1) return {6, 4};
            return before[0] == 0 ? Tenths{8, 2} : Tenths{10, 0};
          },
          .draft = [](const Tokens& before) -> Tenths {
            if (before.size() != 1) return {5, 5};
            return before[0] == 0 ? Tenths{7, 3} : Tenths{0, 10};
          },
          .confidence =
              [](const Tokens& before) {
                if (before.empty()) return 0.8f;
                if (before.size() > 1) return 0.9f;
                return before[0] == 0 ? 0.9f : 0.0f;
              }};
}

ProofWorld NoiseReuseWorld(int32_t draft_length) {
  return {
      .name = "context laws",
      .draft_length = draft_length,
      .target = [](const Tokens& before) -> Tenths {
        static const std::array<Tenths, 3> laws = {{{7, 3}, {4, 6}, {6, 4}}};
        return laws[ContextClass(before, 1)];
      },
      .draft = [](const Tokens& before) -> Tenths {
        static const std::array<Tenths, 3> laws = {{{5, 5}, {8, 2}, {3, 7}}};
        return laws[ContextClass(before, 2)];
      },
      .confidence =
          [](const Tokens& before) { return before.empty() || before.back() == 0 ? 0.9f : 0.1f; }};
}

ProofWorld NoiseReuseWorld() { return NoiseReuseWorld(3); }

}  // namespace dsb
