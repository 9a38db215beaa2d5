#include "reports/document/markup.h"

#include "base/quoted.h"
#include "reports/text/number_text.h"

namespace dsb {

std::string Markup(std::string_view foreign) {
  std::string out;
  for (const char c : Shown(foreign)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Length(double units) {
  std::string text = Fixed(units, 2);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace dsb
