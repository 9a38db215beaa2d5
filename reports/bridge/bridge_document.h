// A waterfall as a table of text, and as a chart.
#pragma once

#include <string>
#include <vector>

#include "reports/bridge/waterfall.h"
#include "reports/document/document.h"

namespace dsb {

struct BridgeText {
  std::string title;               // which arms
  std::vector<std::string> facts;  // lines before the table
  std::vector<std::string> notes;  // lines behind it
};
Document BridgeDocument(const BridgeText& text, const Waterfall& waterfall);
// A row a factor, from the ratio before it to the ratio with it, on a logarithmic axis; then the
// total.
Chart BridgeChart(const Waterfall& waterfall, const std::string& id);
std::string BridgeJson(const BridgeText& text, const Waterfall& waterfall);

}  // namespace dsb
