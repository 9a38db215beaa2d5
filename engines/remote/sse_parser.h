// Server-sent events out of bytes that come split anywhere (WHATWG HTML 9.2.6, as far as model
// servers use it): `data` lines of one event, comments and other fields dropped, line ends LF, CRLF
// or CR. Knows no JSON. One per stream; memory is bounded by the limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

class SseParser {
 public:
  static constexpr size_t kLongestEvent = size_t{1} << 20;  // bytes of its data
  // Appends the data of each event that `bytes` completes. False: an event is longer than the
  // limit, and the stream of no more use.
  bool Push(std::string_view bytes, std::vector<std::string>& events);
  // The stream is over: an event whose blank line is missing still counts if its line was whole, a
  // line without its end does not.
  void Finish(std::vector<std::string>& events);
  // A line was begun that has not ended: at the stream's end, that something was cut.
  bool inside_line() const { return !line_.empty(); }

 private:
  bool TakeLine(std::string_view line, std::vector<std::string>& events);

  std::string line_;  // begun
  std::string data_;  // of the event that is being read
  bool has_data_ = false;
  bool after_cr_ = false;
  bool broken_ = false;
  bool at_start_ = true;  // a byte order mark may come
};

}  // namespace dsb
