#include "harness/proof/proof_cases.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

TEST(Proof, EveryCaseComesOutAsKnown) {
  const std::vector<ProofCase> cases = AllProofCases();
  EXPECT_GE(cases.size(), 20u);
  for (const ProofCase& proof_case : cases) {
    for (const int32_t horizon : proof_case.horizons) {
      const ProofResult result = RunProofCase(proof_case, horizon);
      EXPECT_TRUE(result.as_expected)
          << proof_case.world << ", " << proof_case.policy << ", " << horizon
          << " tokens: total variation " << result.total_variation.get_str();
    }
  }
}

TEST(Proof, TheLawUnderTheGlobalArgmaxIsTheKnownOne) {
  for (const ProofCase& proof_case : AllProofCases()) {
    if (proof_case.policy != "global argmax") continue;
    EnumerationSetup setup = proof_case.setup;
    setup.horizon = 2;
    const JointLaw law = EmittedLaw(setup);
    const auto hundredths = [](int value) {
      mpq_class probability(value, 100);
      probability.canonicalize();
      return probability;
    };
    EXPECT_EQ(law.at({{0, 0}}), hundredths(68));
    EXPECT_EQ(law.at({{0, 1}}), hundredths(17));
    EXPECT_EQ(law.at({{1, 0}}), hundredths(15));
    EXPECT_EQ(law.size(), 3u);
    return;
  }
  FAIL() << "no such case";
}

TEST(Proof, OneVerifyRoundHasTheProbabilitiesOfTheRule) {
  // Appendix A, draft B: accepted with p/q = 3/5, else the residual is A for certain.
  const std::vector<VerifyLeaf> leaves = EnumerateVerify(
      AppendixAWorld(), AcceptanceRule::kProduction, {}, {.tokens = {1, 0}, .cells = {}}, 1);
  mpq_class accepted = 0, corrected = 0;
  for (const VerifyLeaf& leaf : leaves) {
    (leaf.accepted == 1 ? accepted : corrected) += leaf.probability;
    if (leaf.accepted == 0) {
      EXPECT_EQ(leaf.next_token, 0);
    }
  }
  EXPECT_EQ(accepted, mpq_class(3, 5));
  EXPECT_EQ(corrected, mpq_class(2, 5));
}

}  // namespace
}  // namespace dsb
