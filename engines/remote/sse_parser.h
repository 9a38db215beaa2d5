// Server-sent events out of bytes that come split anywhere (WHATWG HTML 9.2.6, as far as model
// servers use it): `data` lines of one event, comments and other fields dropped, line ends LF, CRLF
// or CR. Knows no JSON. One per stream; memory is bounded by the limit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

class SseParser {
 public:
  static constexpr size_t kLongestEvent = size_t{1} << 20;  // bytes of its data
  // More of the stream, to be taken by Next until that says that there is nothing: until then
  // `bytes` stay where they are.
  void Feed(std::string_view bytes);
  // The data of the next event that is complete, good until the next call. Nothing: what was fed is
  // used up, or broken().
  std::optional<std::string_view> Next();
  // An event is longer than the limit, and the stream of no more use.
  bool broken() const { return broken_; }
  // The stream is over: an event whose blank line is missing still counts if its line was whole, a
  // line without its end does not. Like Next.
  std::optional<std::string_view> Last();

  // The same with the events appended to a list. False: broken.
  bool Push(std::string_view bytes, std::vector<std::string>& events);
  void Finish(std::vector<std::string>& events);
  // A line was begun that has not ended: at the stream's end, that something was cut.
  bool inside_line() const { return !line_.empty(); }

 private:
  size_t FindLineEnd();
  void TakeLine(std::string_view line);
  void Keep();

  // Fed, how much of it is used, and where its next LF is.
  std::string_view bytes_;
  size_t at_ = 0, next_lf_ = 0;
  bool after_cr_ = false;
  bool broken_ = false;
  bool at_start_ = true;  // a byte order mark may come
  // The data of the event that is being read: data_, in bytes_; or, if is_kept_, kept_.
  bool has_data_ = false, is_kept_ = false;
  std::string_view data_;
  std::string line_;  // begun in bytes that are gone
  std::string kept_;
};

}  // namespace dsb
