#include "engines/simulated/profile_cost.h"

#include <utility>

namespace dsb {
namespace {

class ProfileCost : public StepCost {
 public:
  ProfileCost(std::shared_ptr<const CostTable> table, std::optional<double> prefill_tokens_per_s)
      : table_(std::move(table)), prefill_tokens_per_s_(prefill_tokens_per_s) {}
  CostKind kind() const override { return table_->measured ? CostKind::kProfile : CostKind::kFit; }
  double VerifyMs(int64_t tokens, int64_t requests) const override {
    return table_->VerifyNs(requests, tokens) * 1e-6;
  }
  double DraftMs(int64_t requests) const override { return table_->DraftNs(requests) * 1e-6; }
  double PrefillMs(int64_t tokens) const override {
    if (!prefill_tokens_per_s_) return VerifyMs(tokens, 1);
    return 1000 * static_cast<double>(tokens) / *prefill_tokens_per_s_;
  }
  int64_t PaddedTokens(int64_t tokens) const override {
    if (tokens > table_->captured_tokens) return tokens;
    for (const CostPoint& point : table_->verify.front().by_tokens.points()) {
      if (point.at >= tokens) return point.at;
    }
    return tokens;
  }

 private:
  const std::shared_ptr<const CostTable> table_;
  const std::optional<double> prefill_tokens_per_s_;
};

}  // namespace

std::unique_ptr<StepCost> MakeProfileCost(std::shared_ptr<const CostTable> table,
                                          std::optional<double> prefill_tokens_per_s) {
  return std::make_unique<ProfileCost>(std::move(table), prefill_tokens_per_s);
}

}  // namespace dsb
