// A document as one HTML file that needs nothing else: its style, its script and its figures are
// inside, and its content policy forbids to fetch anything. Readable without script, which adds
// read-outs, the arms' switches, sorting and the theme. The same input gives the same bytes.
#pragma once

#include <string>
#include <vector>

#include "reports/document/data_table.h"
#include "reports/document/document.h"

namespace dsb {

struct Page {
  std::string title;
  std::vector<std::string> arms = {};   // those that can be switched off; none: no switches
  Document body = {};                   // from its first heading of level 1 on
  DataTable data = {};                  // behind the buttons; no columns: no buttons
  std::vector<size_t> data_parts = {};  // how many of its columns repeat together (data_table.h)
  std::string data_name = "dsbench";    // of the files that the buttons save
};

std::string PrintHtml(const Page& page);

}  // namespace dsb
