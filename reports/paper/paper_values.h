// What the DSpark paper prints (Cheng et al., 27 June 2026), as data: Table 1 and Figures 2 to 4.
// Nothing here is ours.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace dsb {

struct PaperAcceptedLength {
  std::string_view target, drafter;  // drafter as dsbench names it
  std::array<double, 9> by_dataset;  // math, code, chat: three data sets each

  // Mean over the data sets of math, code or chat; over all nine for anything else.
  double Mean(std::string_view domain) const;
};

// #(a >= k) / #(a >= k - 1), k = 1 .. 7.
struct PaperConditional {
  std::string_view domain, drafter;
  std::array<double, 7> by_position;
};

struct PaperSeriesPoint {
  std::string_view series;
  int32_t draft_length = 0;               // drafts per block (gamma)
  std::array<double, 3> accepted_length;  // math, code, chat
};

std::span<const PaperAcceptedLength> PaperTable1();
std::span<const PaperConditional> PaperFigure2();
std::span<const PaperSeriesPoint> PaperFigure3();  // depth
std::span<const PaperSeriesPoint> PaperFigure4();  // draft length

// Null if the paper has no such row (it has no MTP-1 offline).
const PaperAcceptedLength* FindPaperLength(std::string_view target, std::string_view drafter);

}  // namespace dsb
