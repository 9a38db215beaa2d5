#include "engines/remote/sse_parser.h"

namespace dsb {

bool SseParser::Push(std::string_view bytes, std::vector<std::string>& events) {
  while (!bytes.empty() && !broken_) {
    if (after_cr_) {  // the LF of a CRLF
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const size_t end = bytes.find_first_of("\r\n");
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + piece.size() > kLongestEvent) {
      broken_ = true;
      break;
    }
    if (end == std::string_view::npos) {
      line_ += piece;
      break;
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      broken_ = !TakeLine(piece, events);
    } else {
      line_ += piece;
      broken_ = !TakeLine(line_, events);
      line_.clear();
    }
  }
  return !broken_;
}

void SseParser::Finish(std::vector<std::string>& events) {
  if (has_data_ && !broken_) events.push_back(std::move(data_));
  data_.clear();
  has_data_ = false;
}

bool SseParser::TakeLine(std::string_view line, std::vector<std::string>& events) {
  if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  at_start_ = false;
  if (line.empty()) {
    Finish(events);
    return true;
  }
  constexpr std::string_view kField = "data";
  if (!line.starts_with(kField)) return true;  // a comment or another field
  line.remove_prefix(kField.size());
  if (!line.empty()) {
    if (line.front() != ':') return true;
    line.remove_prefix(1);
    if (line.starts_with(' ')) line.remove_prefix(1);
  }
  if (data_.size() + line.size() + 1 > kLongestEvent) return false;
  if (has_data_) data_ += '\n';
  data_ += line;
  has_data_ = true;
  return true;
}

}  // namespace dsb
