// Curves of the DSpark paper's Figures 4 to 8 (Cheng et al., 27 June 2026) as they were read from
// its vector graphics. Nothing here is ours.
#pragma once

#include <span>
#include <string_view>

namespace dsb {

struct PaperPoint {
  double x = 0, y = 0;
};

struct PaperCurve {
  int figure = 0;
  // Which of its plots: 4 "latency"; 5 a domain; 6 "position 1"; 7 a target; 8 a target and
  // "throughput" or "budget".
  std::string_view panel;
  std::string_view series;
  std::span<const PaperPoint> points;
};

// 4: x drafts a block, y ms a round (128 users). 5: x confidence threshold, y tokens a step. 6: x
// predicted, y observed survival. 7: x tokens/s of a user, y tokens/s of a GPU. 8: x requests in
// flight, y tokens/s of a GPU, or tokens verified a request and step, the anchor's included.
std::span<const PaperCurve> PaperCurves();

}  // namespace dsb
