#include "reports/document/document.h"

namespace dsb {

std::string LabelledLine::text() const {
  std::string text;
  for (const Clause& clause : clauses) text += (text.empty() ? "" : "; ") + clause.text;
  return text + ".";
}

}  // namespace dsb
