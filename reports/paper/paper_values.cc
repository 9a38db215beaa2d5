#include "reports/paper/paper_values.h"

#include <algorithm>
#include <numeric>

namespace dsb {
namespace {

// Table 1 (page 11): tokens per round, bonus included, temperature 1, 7 drafts. GSM8K, MATH500,
// AIME25; MBPP, HumanEval, LiveCodeBench; MT-Bench, Alpaca, Arena-Hard-v2.
constexpr PaperAcceptedLength kTable1[] = {
    {"Qwen3-4B", "dspark", {6.11, 5.7, 4.89, 5.13, 5.38, 4.86, 3.64, 3.54, 3.29}},
    {"Qwen3-4B", "dflash", {5.4, 4.85, 4.15, 4.4, 4.74, 4.18, 3.07, 2.96, 2.83}},
    {"Qwen3-4B", "eagle3", {5.14, 4.62, 3.92, 3.69, 4.16, 3.77, 2.39, 2.26, 2.55}},
    {"Qwen3-8B", "dspark", {6.17, 5.78, 5.01, 5.16, 5.52, 5.17, 3.72, 3.58, 3.21}},
    {"Qwen3-8B", "dflash", {5.33, 4.91, 4.07, 4.36, 4.64, 4.39, 3.11, 2.98, 2.81}},
    {"Qwen3-8B", "eagle3", {5.3, 4.77, 3.91, 3.96, 4.33, 4.17, 2.66, 2.54, 2.54}},
    {"Qwen3-14B", "dspark", {6.21, 5.74, 4.94, 5.26, 5.43, 5.02, 3.7, 3.58, 3.13}},
    {"Qwen3-14B", "dflash", {5.41, 4.84, 3.98, 4.44, 4.59, 4.33, 3.1, 2.94, 2.72}},
    {"Qwen3-14B", "eagle3", {5.24, 4.6, 3.71, 3.81, 4.14, 4.01, 2.62, 2.47, 2.48}},
    {"Gemma4-12B", "dspark", {6.05, 5.78, 5.12, 5.11, 5.64, 4.51, 3.49, 3.35, 2.92}},
    {"Gemma4-12B", "dflash", {5.45, 5.04, 4.22, 4.39, 4.95, 3.7, 2.98, 2.84, 2.59}},
    {"Gemma4-12B", "eagle3", {5.87, 5.46, 4.83, 4.72, 5.37, 4.16, 3.19, 3.06, 2.72}},
};

// Figure 2 (page 12), Qwen3-4B: read from the vector graphic, better than 0.0005.
constexpr PaperConditional kFigure2[] = {
    {"math", "dspark", {0.9053, 0.8899, 0.8878, 0.8854, 0.8872, 0.8906, 0.8824}},
    {"math", "dflash", {0.885, 0.827, 0.8198, 0.8338, 0.8414, 0.839, 0.8277}},
    {"math", "eagle3", {0.8106, 0.8231, 0.8382, 0.8442, 0.8508, 0.8557, 0.8502}},
    {"code", "dspark", {0.8857, 0.8719, 0.8598, 0.8608, 0.8579, 0.8594, 0.851}},
    {"code", "dflash", {0.8654, 0.8145, 0.7971, 0.8013, 0.8098, 0.8014, 0.777}},
    {"code", "eagle3", {0.771, 0.7737, 0.7812, 0.7913, 0.787, 0.7939, 0.784}},
    {"chat", "dspark", {0.7353, 0.7376, 0.7402, 0.7441, 0.7583, 0.7656, 0.7609}},
    {"chat", "dflash", {0.7181, 0.6479, 0.6382, 0.6606, 0.682, 0.6919, 0.6877}},
    {"chat", "eagle3", {0.5336, 0.5894, 0.6421, 0.6782, 0.7086, 0.7289, 0.7325}},
};

// Figure 3 (page 13), Qwen3-4B, 7 drafts: means over the domain's data sets of the marks' heights,
// each better than 0.005.
constexpr PaperSeriesPoint kFigure3[] = {
    {"DSpark, 1 layer", 7, {4.204, 3.769, 2.612}},
    {"DSpark, 2 layers", 7, {5.152, 4.696, 3.168}},
    {"DSpark, 5 layers", 7, {5.57, 5.122, 3.491}},
    {"DFlash, 5 layers", 7, {4.802, 4.437, 2.954}},
};

// Figure 4 (page 13), Qwen3-4B, 5 layers: better than 0.002. The paper's draft length counts the
// anchor; here it does not.
constexpr PaperSeriesPoint kFigure4[] = {
    {"DSpark, Markov head", 3, {3.543, 3.414, 2.801}},
    {"DSpark, Markov head", 7, {5.57, 5.122, 3.491}},
    {"DSpark, Markov head", 11, {6.617, 5.891, 3.657}},
    {"DSpark, Markov head", 15, {7.191, 6.255, 3.699}},
    {"DSpark, RNN head", 3, {3.54, 3.424, 2.83}},
    {"DSpark, RNN head", 7, {5.726, 5.258, 3.574}},
    {"DSpark, RNN head", 11, {6.974, 6.071, 3.719}},
    {"DSpark, RNN head", 15, {7.68, 6.438, 3.808}},
    {"DFlash", 3, {3.322, 3.232, 2.61}},
    {"DFlash", 7, {4.802, 4.438, 2.954}},
    {"DFlash", 11, {5.393, 4.849, 3.02}},
    {"DFlash", 15, {5.536, 4.957, 3.033}},
};

constexpr std::array<std::string_view, 3> kDomains = {"math", "code", "chat"};

}  // namespace

double PaperAcceptedLength::Mean(std::string_view domain) const {
  const auto found = std::find(kDomains.begin(), kDomains.end(), domain);
  const auto first = found == kDomains.end() ? by_dataset.begin()
                                             : by_dataset.begin() + 3 * (found - kDomains.begin());
  const auto count = found == kDomains.end() ? 9 : 3;
  return std::accumulate(first, first + count, 0.0) / count;
}

std::span<const PaperAcceptedLength> PaperTable1() { return kTable1; }
std::span<const PaperConditional> PaperFigure2() { return kFigure2; }
std::span<const PaperSeriesPoint> PaperFigure3() { return kFigure3; }
std::span<const PaperSeriesPoint> PaperFigure4() { return kFigure4; }

const PaperAcceptedLength* FindPaperLength(std::string_view target, std::string_view drafter) {
  const auto* found =
      std::find_if(std::begin(kTable1), std::end(kTable1), [&](const PaperAcceptedLength& row) {
        return row.target == target && row.drafter == drafter;
      });
  return found == std::end(kTable1) ? nullptr : found;
}

}  // namespace dsb
