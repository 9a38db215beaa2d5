#include "harness/timeline/chrome_trace.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"

namespace dsb {
namespace {

// Names may hold any bytes; what is no UTF-8 is replaced.
std::string JsonText(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Microseconds with three decimals, exact: the format's unit, our resolution.
std::string Microseconds(int64_t ns) {
  const bool negative = ns < 0;
  const uint64_t size =
      negative ? uint64_t{0} - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  std::string fraction = std::to_string(size % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return (negative ? "-" : "") + std::to_string(size / 1000) + '.' + fraction;
}

}  // namespace

ChromeTrace::Argument::Argument(std::string argument_key, std::string_view text)
    : key(std::move(argument_key)), json(JsonText(text)) {}

ChromeTrace::ChromeTrace(std::ostream& out) : out_(out) {
  out_ << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
}

ChromeTrace::~ChromeTrace() { Close(); }

void ChromeTrace::Close() {
  if (closed_) return;
  closed_ = true;
  out_ << "\n]}\n";
}

void ChromeTrace::Begin(char type, const Track& track, std::string_view name) {
  DSB_CHECK(!closed_);
  out_ << (first_ ? "\n" : ",\n") << "{\"ph\":\"" << type << "\",\"pid\":" << track.process
       << ",\"tid\":" << track.thread << ",\"name\":" << JsonText(name);
  first_ = false;
}

void ChromeTrace::WriteArguments(const Arguments& arguments) {
  if (arguments.empty()) return;
  out_ << ",\"args\":{";
  for (size_t i = 0; i < arguments.size(); ++i) {
    out_ << (i > 0 ? "," : "") << JsonText(arguments[i].key) << ':' << arguments[i].json;
  }
  out_ << '}';
}

void ChromeTrace::NameProcess(int64_t process, std::string_view name) {
  Begin('M', {process, 0}, "process_name");
  WriteArguments({{"name", name}});
  out_ << '}';
}

void ChromeTrace::NameTrack(const Track& track, std::string_view name, int64_t sort_index) {
  Begin('M', track, "thread_name");
  WriteArguments({{"name", name}});
  out_ << '}';
  Begin('M', track, "thread_sort_index");
  WriteArguments({{"sort_index", sort_index}});
  out_ << '}';
}

void ChromeTrace::Slice(const Track& track, std::string_view name, std::string_view category,
                        int64_t start_ns, int64_t duration_ns, const Arguments& arguments) {
  Begin('X', track, name);
  out_ << ",\"cat\":" << JsonText(category) << ",\"ts\":" << Microseconds(start_ns)
       << ",\"dur\":" << Microseconds(duration_ns);
  WriteArguments(arguments);
  out_ << '}';
}

void ChromeTrace::Instant(const Track& track, std::string_view name, int64_t time_ns,
                          const Arguments& arguments) {
  Begin('i', track, name);
  out_ << ",\"s\":\"t\",\"ts\":" << Microseconds(time_ns);
  WriteArguments(arguments);
  out_ << '}';
}

void ChromeTrace::Counter(int64_t process, std::string_view name, int64_t time_ns, int64_t value) {
  Begin('C', {process, 0}, name);
  out_ << ",\"ts\":" << Microseconds(time_ns);
  WriteArguments({{"value", value}});
  out_ << '}';
}

}  // namespace dsb
