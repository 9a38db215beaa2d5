#include "engines/remote/sse_parser.h"

namespace dsb {
namespace {

constexpr size_t kNone = std::string_view::npos;

}  // namespace

void SseParser::Feed(std::string_view bytes) {
  bytes_ = bytes;
  at_ = 0;
  next_lf_ = bytes.find('\n');
}

// Each byte is looked at twice at most, whatever lines end on.
size_t SseParser::FindLineEnd() {
  if (next_lf_ < at_) next_lf_ = bytes_.find('\n', at_);
  const size_t cr = bytes_.substr(at_, next_lf_ - at_).find('\r');
  return cr == kNone ? next_lf_ : at_ + cr;
}

std::optional<std::string_view> SseParser::Next() {
  while (at_ < bytes_.size() && !broken_) {
    if (after_cr_) {  // the LF of a CRLF
      after_cr_ = false;
      if (bytes_[at_] == '\n') {
        ++at_;
        continue;
      }
    }
    const size_t end = FindLineEnd();
    const std::string_view piece = bytes_.substr(at_, end - at_);
    if (line_.size() + piece.size() > kLongestEvent) {
      broken_ = true;
      break;
    }
    if (end == kNone) {
      line_ += piece;
      break;
    }
    after_cr_ = bytes_[end] == '\r';
    at_ = end + 1;
    if (!line_.empty()) {
      line_ += piece;
      TakeLine(line_);
      Keep();  // not in bytes_
      line_.clear();
    } else if (!piece.empty()) {
      TakeLine(piece);
    } else {
      at_start_ = false;
      if (std::optional<std::string_view> event = Last()) return event;
    }
  }
  Keep();
  bytes_ = {};
  at_ = 0;
  return std::nullopt;
}

std::optional<std::string_view> SseParser::Last() {
  if (!has_data_ || broken_) return std::nullopt;
  has_data_ = false;
  return is_kept_ ? std::string_view(kept_) : data_;
}

void SseParser::Keep() {
  if (!has_data_ || is_kept_) return;
  kept_.assign(data_);
  is_kept_ = true;
}

void SseParser::TakeLine(std::string_view line) {
  if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  at_start_ = false;
  constexpr std::string_view kField = "data";
  if (!line.starts_with(kField)) return;  // a comment or another field
  line.remove_prefix(kField.size());
  if (!line.empty()) {
    if (line.front() != ':') return;
    line.remove_prefix(1);
    if (line.starts_with(' ')) line.remove_prefix(1);
  }
  if (has_data_) Keep();
  broken_ = (has_data_ ? kept_.size() : 0) + line.size() + 1 > kLongestEvent;
  if (broken_) return;
  if (has_data_) {
    kept_ += '\n';
    kept_ += line;
  } else {
    has_data_ = true;
    is_kept_ = false;
    data_ = line;
  }
}

bool SseParser::Push(std::string_view bytes, std::vector<std::string>& events) {
  Feed(bytes);
  while (const auto event = Next()) events.emplace_back(*event);
  return !broken_;
}

void SseParser::Finish(std::vector<std::string>& events) {
  if (const auto event = Last()) events.emplace_back(*event);
}

}  // namespace dsb
