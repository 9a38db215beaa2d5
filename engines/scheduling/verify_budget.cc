#include "engines/scheduling/verify_budget.h"

namespace dsb {
namespace {

class FixedBudget : public VerifyBudget {
 public:
  explicit FixedBudget(int32_t tokens) : tokens_(tokens) {}
  int32_t Next(const LoadView& /*load*/) override { return tokens_; }
  void Observe(const FinishedRounds& /*finished*/) override {}

 private:
  int32_t tokens_;
};

}  // namespace

std::unique_ptr<VerifyBudget> MakeFixedBudget(int32_t tokens) {
  return std::make_unique<FixedBudget>(tokens);
}

}  // namespace dsb
