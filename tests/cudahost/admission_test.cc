// Admission on the device against engines/scheduling/admission.h, length for length on random
// rounds with and without ties, and the rows of the target pass.
#include "kernels/cuda/sampling/admission.h"

#include "engines/scheduling/admission.h"
#include "tests/cudahost/decoding_cases.h"
#include "tests/cudahost/device_test.h"

namespace dsb::testing {
namespace {

class AdmissionTest : public DeviceTest {};
DSB_EVERY_SCHEDULE(AdmissionTest);

// A round of drafts with confidences; `levels`: from so few values that survivals tie.
struct DraftedRound {
  static constexpr int32_t kBlock = 5;
  std::vector<cuda::RoundRequest> requests;
  std::vector<int32_t> num_drafted, tokens;
  std::vector<float> confidence;

  DraftedRound(uint64_t seed, int32_t count, int levels, bool padding) {
    Draws draws(seed);
    for (int32_t id = 0; id < count; ++id) {
      requests.push_back(MakeRequest({}, id));
      requests.back().anchor = 1000 + id;
      if (padding && id % 4 == 2) requests.back().slot = -1;
      num_drafted.push_back(draws.Below(kBlock + 1));
      for (int32_t k = 0; k < kBlock; ++k) {
        tokens.push_back(id * 10 + k);
        // 0 and 1 included.
        confidence.push_back(static_cast<float>(draws.Below(levels + 1)) /
                             static_cast<float>(levels));
      }
    }
  }
  int32_t Proposed(size_t r) const { return requests[r].slot < 0 ? 0 : num_drafted[r]; }
  std::vector<int32_t> Want(AdmissionKind kind, const AdmissionParams& params) const {
    std::vector<DraftedRequest> round;
    for (size_t r = 0; r < requests.size(); ++r) {
      round.push_back({.proposed = Proposed(r),
                       .confidence = std::span(confidence).subspan(r * kBlock, kBlock)});
    }
    return Admit(kind, params, round);
  }
};

struct Admitted {
  std::vector<int32_t> lengths, first_rows, tokens;
  std::vector<cuda::RowInfo> rows;
};

Admitted AdmitOnDevice(const DraftedRound& round, AdmissionKind kind,
                       const AdmissionParams& params) {
  const auto count = static_cast<int32_t>(round.requests.size());
  const int32_t num_rows = count * (DraftedRound::kBlock + 1);
  const auto requests = Upload(round.requests);
  auto tokens = Upload(round.tokens), num_drafted = Upload(round.num_drafted);
  const auto confidence = Upload(round.confidence);
  const auto budget = Upload(std::vector<int32_t>{params.budget});
  cuda::DeviceBuffer<int32_t> lengths(count), first_rows(count), row_tokens(num_rows);
  cuda::DeviceBuffer<cuda::RowInfo> rows(num_rows);
  cuda::AdmitDrafts({.kind = kind,
                     .threshold = params.threshold,
                     .budget = kind == AdmissionKind::kBudget ? budget.data() : nullptr,
                     .drafts = {.num_requests = count,
                                .block = DraftedRound::kBlock,
                                .tokens = tokens.data(),
                                .num_drafted = num_drafted.data()},
                     .requests = requests.data(),
                     .confidence = confidence.data(),
                     .lengths = lengths.data(),
                     .num_rows = num_rows,
                     .first_rows = first_rows.data(),
                     .tokens = row_tokens.data(),
                     .rows = rows.data()},
                    nullptr);
  return {Download(lengths), Download(first_rows), Download(row_tokens), Download(rows)};
}

void ExpectRows(const DraftedRound& round, const Admitted& admitted) {
  size_t row = 0;
  for (size_t r = 0; r < round.requests.size(); ++r) {
    EXPECT_EQ(admitted.first_rows[r], static_cast<int32_t>(row)) << r;
    if (round.requests[r].slot < 0) continue;
    for (int32_t i = 0; i <= admitted.lengths[r]; ++i, ++row) {
      const int32_t position = round.requests[r].anchor_position + i;
      EXPECT_EQ(admitted.tokens[row],
                i == 0 ? round.requests[r].anchor
                       : round.tokens[r * DraftedRound::kBlock + static_cast<size_t>(i) - 1]);
      EXPECT_EQ(admitted.rows[row].slot, round.requests[r].slot);
      EXPECT_EQ(admitted.rows[row].position, position);
      EXPECT_EQ(admitted.rows[row].visible, position + 1);
    }
  }
  for (; row < admitted.rows.size(); ++row) EXPECT_LT(admitted.rows[row].slot, 0);
}

void ExpectTheCpusLengths(const DraftedRound& round, AdmissionKind kind,
                          const AdmissionParams& params) {
  const Admitted admitted = AdmitOnDevice(round, kind, params);
  EXPECT_EQ(admitted.lengths, round.Want(kind, params));
  ExpectRows(round, admitted);
}

TEST_P(AdmissionTest, WithoutABudgetEachRequestIsOnItsOwn) {
  for (const int levels : {2, 8, 1000}) {
    const DraftedRound round(41, 9, levels, true);
    ExpectTheCpusLengths(round, AdmissionKind::kNone, {});
    ExpectTheCpusLengths(round, AdmissionKind::kFixed, {});
    for (const double threshold : {0.0, 0.5, 0.501, 1.0}) {
      ExpectTheCpusLengths(round, AdmissionKind::kThreshold, {.threshold = threshold});
    }
  }
}

TEST_P(AdmissionTest, ABudgetIsSpentInOrderOfSurvival) {
  for (const int levels : {1, 2, 1000}) {
    for (const int32_t count : {1, 7, 40}) {
      const DraftedRound round(42, count, levels, count == 40);
      for (const int32_t budget : {0, 1, 2, 3, 10, 25, 100, 100000}) {
        SCOPED_TRACE("levels " + std::to_string(levels) + " requests " + std::to_string(count) +
                     " budget " + std::to_string(budget));
        ExpectTheCpusLengths(round, AdmissionKind::kBudget, {.budget = budget});
      }
    }
  }
}

TEST_P(AdmissionTest, MoreRequestsThanThreads) {
  ExpectTheCpusLengths(DraftedRound(43, 700, 3, true), AdmissionKind::kBudget, {.budget = 500});
}

}  // namespace
}  // namespace dsb::testing
