// A waterfall as a table of text.
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
std::string BridgeJson(const BridgeText& text, const Waterfall& waterfall);

}  // namespace dsb
