// Writes the Trace Event Format, as JSON that chrome://tracing and Perfetto open: processes with
// named threads, complete slices, instants and counters. Streams to its output; holds no events.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dsb {

class ChromeTrace {
 public:
  struct Argument {
    Argument(std::string argument_key, int64_t value)
        : key(std::move(argument_key)), json(std::to_string(value)) {}
    Argument(std::string argument_key, std::string_view text);
    std::string key, json;
  };
  using Arguments = std::vector<Argument>;

  // A row of the timeline.
  struct Track {
    int64_t process = 0, thread = 0;
  };

  // Opens the document; `out` outlives the trace.
  explicit ChromeTrace(std::ostream& out);
  ~ChromeTrace();  // Close()
  ChromeTrace(const ChromeTrace&) = delete;
  ChromeTrace& operator=(const ChromeTrace&) = delete;

  void NameProcess(int64_t process, std::string_view name);
  // Tracks are shown in the order of `sort_index`.
  void NameTrack(const Track& track, std::string_view name, int64_t sort_index);
  // Times in ns from any origin that is common to the file.
  void Slice(const Track& track, std::string_view name, std::string_view category, int64_t start_ns,
             int64_t duration_ns, const Arguments& arguments = {});
  void Instant(const Track& track, std::string_view name, int64_t time_ns,
               const Arguments& arguments = {});
  void Counter(int64_t process, std::string_view name, int64_t time_ns, int64_t value);
  void Close();  // the document is whole then; nothing may follow

 private:
  void Begin(char type, const Track& track, std::string_view name);
  void WriteArguments(const Arguments& arguments);

  std::ostream& out_;
  bool first_ = true, closed_ = false;
};

}  // namespace dsb
