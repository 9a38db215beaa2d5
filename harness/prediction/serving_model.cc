#include "harness/prediction/serving_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "engines/simulated/generated_acceptance.h"
#include "engines/simulated/sampled_table.h"
#include "engines/simulated/steady_state.h"

namespace dsb {
namespace {

constexpr int32_t kDraftLayers = 3;
constexpr int kTerms = 3;
using Vector = std::array<double, kTerms>;

// Solves a x = b over the terms in use, by elimination with pivots; false: singular.
bool Solve(std::array<Vector, kTerms> a, Vector b, const std::vector<int>& used, Vector& x) {
  std::vector<int> rows = used;
  for (size_t c = 0; c < used.size(); ++c) {
    const auto pivot = std::max_element(
        rows.begin() + static_cast<int64_t>(c), rows.end(), [&](int left, int right) {
          return std::abs(a[static_cast<size_t>(left)][static_cast<size_t>(used[c])]) <
                 std::abs(a[static_cast<size_t>(right)][static_cast<size_t>(used[c])]);
        });
    std::iter_swap(rows.begin() + static_cast<int64_t>(c), pivot);
    const auto top = static_cast<size_t>(rows[c]), column = static_cast<size_t>(used[c]);
    if (std::abs(a[top][column]) < 1e-12) return false;
    for (size_t r = 0; r < rows.size(); ++r) {
      if (r == c) continue;
      const auto row = static_cast<size_t>(rows[r]);
      const double factor = a[row][column] / a[top][column];
      for (const int k : used)
        a[row][static_cast<size_t>(k)] -= factor * a[top][static_cast<size_t>(k)];
      b[row] -= factor * b[top];
    }
  }
  for (size_t c = 0; c < used.size(); ++c) {
    const auto row = static_cast<size_t>(rows[c]), column = static_cast<size_t>(used[c]);
    x[column] = b[row] / a[row][column];
  }
  return true;
}

}  // namespace

ServingFit FitServing(const PublishedServing& serving, bool with_coverage) {
  const PublishedArm& arm = serving.Arm("nospec");
  ServingFit fit;
  fit.pass.layers = serving.shape.layers;
  fit.pass.experts = serving.shape.experts;
  fit.pass.active_experts = serving.shape.active_experts;
  std::array<Vector, kTerms> a{};
  Vector b{};
  for (size_t i = 0; i < arm.concurrency.size(); ++i) {
    const double requests = arm.concurrency[i], step_ms = 1000 / arm.user_tokens_per_s[i];
    // Relative: every row is divided by its step.
    const Vector row = {1 / step_ms, ExpertCoverage(fit.pass, requests) / step_ms,
                        requests / step_ms};
    for (size_t j = 0; j < kTerms; ++j) {
      for (size_t k = 0; k < kTerms; ++k) a[j][k] += row[j] * row[k];
      b[j] += row[j];
    }
    fit.most_tokens = std::max(fit.most_tokens, requests);
  }
  Vector x{};
  const std::vector<int> used = with_coverage ? std::vector<int>{0, 1, 2} : std::vector<int>{0, 2};
  if (!Solve(a, b, used, x) || *std::min_element(x.begin(), x.end()) < 0) {
    ThrowBadInput(serving.name + ": its arm without speculation fits no sum of t0, t_E and b");
  }
  fit.pass.floor_ms = x[0];
  fit.pass.experts_ms = x[1];
  fit.pass.token_ms = x[2];
  if (x[1] > 0) fit.efficiency = serving.expert_gb_per_device / serving.memory_tb_per_s / x[1];
  for (size_t i = 0; i < arm.concurrency.size(); ++i) {
    const double ms = SmoothPassMs(fit.pass, arm.concurrency[i], arm.concurrency[i]);
    fit.worst = std::max(fit.worst, std::abs(1000 / ms / arm.user_tokens_per_s[i] - 1));
  }
  return fit;
}

std::vector<ServingRow> PredictServing(const PublishedServing& serving, const ServingFit& fit,
                                       double draft_multiplier, int64_t rounds) {
  std::vector<ServingRow> rows;
  for (const PublishedArm& arm : serving.arms) {
    if (arm.draft_length == 0) continue;
    GeneratedAcceptanceOptions law;
    law.delta = SolveDelta(law, arm.accepted_length, arm.draft_length);
    const std::shared_ptr<const AcceptanceModel> acceptance = MakeGeneratedAcceptance(law);
    const std::shared_ptr<const StepCost> cost =
        MakeSmoothCost(fit.pass, {.shape = DraftShape::kBlock,
                                  .drafts = arm.draft_length,
                                  .layers = kDraftLayers,
                                  .multiplier = draft_multiplier});
    for (size_t i = 0; i < arm.concurrency.size(); ++i) {
      const auto requests = static_cast<int32_t>(arm.concurrency[i]);
      PolicyOptions policy;
      if (arm.adaptive) {
        policy.kind = PolicyKind::kLagged;
        policy.costs = SampleTable(*cost, requests, int64_t{requests} * (arm.draft_length + 1));
      }
      const SteadyState state = SimulateSteadyState({.policy = MakePolicy(policy),
                                                     .acceptance = acceptance,
                                                     .cost = cost,
                                                     .draft_length = arm.draft_length},
                                                    {.requests = requests, .num_rounds = rounds});
      rows.push_back(
          {arm.name, arm.concurrency[i], arm.user_tokens_per_s[i], state.user_tokens_per_s});
    }
  }
  return rows;
}

double RmsError(const std::vector<ServingRow>& rows) {
  double squares = 0;
  for (const ServingRow& row : rows) squares += row.error() * row.error();
  return std::sqrt(squares / static_cast<double>(rows.size()));
}

}  // namespace dsb
