// The shipped prompts keep what workloads/README.md promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/build_paths.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

constexpr size_t kMinPrompts = 60;
constexpr double kMaxSimilarity = 0.5;
// Fewer bytes a token than any English text has with this vocabulary: errs on the long side.
constexpr double kBytesPerToken = 2.5;
constexpr double kMaxTokens = 512;

// All sequences of five words; a shorter prompt counts as one sequence.
std::set<std::string> FiveGrams(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  std::set<std::string> grams;
  for (size_t i = 0; i == 0 || i + 5 <= words.size(); ++i) {
    std::string gram;
    for (size_t k = i; k < std::min(i + 5, words.size()); ++k) gram += words[k] + ' ';
    grams.insert(gram);
  }
  return grams;
}

double Jaccard(const std::set<std::string>& a, const std::set<std::string>& b) {
  const auto shared = static_cast<double>(
      std::count_if(a.begin(), a.end(), [&](const std::string& gram) { return b.contains(gram); }));
  return shared / (static_cast<double>(a.size() + b.size()) - shared);
}

std::string PathOf(const std::string& domain) {
  return std::string(DSB_SOURCE_DIR) + "/workloads/" + domain + ".jsonl";
}

TEST(ShippedWorkloads, SimilarityIsThatOfSets) {
  EXPECT_EQ(Jaccard(FiveGrams("a b c d e f"), FiveGrams("a b c d e g")), 1.0 / 3);
  EXPECT_EQ(Jaccard(FiveGrams("a b"), FiveGrams("a  b")), 1.0);
}

class ShippedWorkload : public ::testing::TestWithParam<const char*> {};

TEST_P(ShippedWorkload, HasEnoughPromptsOfItsDomainWithinTheLength) {
  const std::string domain = GetParam();
  const Workload workload = ReadJsonl(PathOf(domain));
  EXPECT_GE(workload.items.size(), kMinPrompts);
  for (const WorkloadItem& item : workload.items) {
    EXPECT_EQ(item.domain, domain);
    EXPECT_EQ(item.key.substr(0, domain.size() + 1), domain + "-");
    double bytes = 0;
    for (const std::string& turn : item.turns) bytes += static_cast<double>(turn.size());
    EXPECT_LT(bytes / kBytesPerToken, kMaxTokens) << item.key;
  }
}

INSTANTIATE_TEST_SUITE_P(Domains, ShippedWorkload, ::testing::Values("math", "code", "chat"));

TEST(ShippedWorkloads, HaveNoNearCopies) {
  std::vector<std::string> keys;
  std::vector<std::set<std::string>> grams;
  for (const char* domain : {"math", "code", "chat"}) {
    for (const WorkloadItem& item : ReadJsonl(PathOf(domain)).items) {
      keys.push_back(item.key);
      grams.push_back(FiveGrams(item.turns[0]));
    }
  }
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
  for (size_t i = 0; i < grams.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      EXPECT_LT(Jaccard(grams[i], grams[k]), kMaxSimilarity) << keys[i] << " and " << keys[k];
    }
  }
}

}  // namespace
}  // namespace dsb
