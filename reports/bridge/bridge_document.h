// Waterfalls as tables of text, as charts and as JSON.
#pragma once

#include <span>
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
struct Bridge {
  BridgeText text;
  Waterfall waterfall;
};
Document BridgeDocument(const Bridge& bridge);
// A row a factor, from the ratio before it to the ratio with it, on a logarithmic axis; then the
// total.
Chart BridgeChart(const Waterfall& waterfall, const std::string& id);
// One JSON document, however many there are: the list "bridges".
std::string BridgesJson(std::span<const Bridge> bridges);

}  // namespace dsb
