#include "harness/terminal/progress.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/terminal/screen.h"

namespace dsb {
namespace {

constexpr int64_t kTerminalIntervalNs = 200'000'000;
constexpr int64_t kPlainIntervalNs = 5'000'000'000;

template <typename... Values>
std::string Format(const char* format, Values... values) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

}  // namespace

std::string DurationText(double seconds) {
  const auto whole = static_cast<long long>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  if (whole < 60) return Format("%lld s", whole);
  if (whole < 3600) return Format("%lld min %02lld s", whole / 60, whole % 60);
  return Format("%lld h %02lld min", whole / 3600, whole % 3600 / 60);
}

std::string ProgressLine(const ProgressCounts& counts, double elapsed_s) {
  std::string line = Format("%lld/%lld requests", static_cast<long long>(counts.done),
                            static_cast<long long>(counts.total));
  if (counts.tokens == 0 && counts.prompt_tokens > 0) {
    return line + Format("  %lld prompt tokens read", static_cast<long long>(counts.prompt_tokens));
  }
  if (elapsed_s > 0) {
    line += Format("  %.1f tokens/s", static_cast<double>(counts.tokens) / elapsed_s);
  }
  if (counts.rounds > 0) {
    line += Format("  accepted length %.2f", static_cast<double>(counts.committed_tokens) /
                                                 static_cast<double>(counts.rounds));
  }
  if (counts.done > 0 && counts.done < counts.total) {
    const auto left = static_cast<double>(counts.total - counts.done);
    line += "  " + DurationText(elapsed_s * left / static_cast<double>(counts.done)) + " left";
  }
  return line;
}

std::string CutLine(const std::string& line, int columns) {
  const auto most = static_cast<size_t>(std::max(2, columns));
  return line.size() <= most ? line : line.substr(0, most - 2) + "..";
}

Progress::Progress(const Clock& clock, std::FILE* stream, bool is_terminal)
    : clock_(clock),
      stream_(stream),
      is_terminal_(is_terminal),
      start_ns_(clock.NowNs()),
      next_print_ns_(start_ns_) {}

void Progress::Note(const std::string& what) {
  Clear();
  std::fprintf(stream_, "%s\n", what.c_str());
  std::fflush(stream_);
  start_ns_ = clock_.NowNs();
  next_print_ns_ = start_ns_ + (is_terminal_ ? kTerminalIntervalNs : kPlainIntervalNs);
}

void Progress::Update(const ProgressCounts& counts) {
  const int64_t now_ns = clock_.NowNs();
  const int64_t tenth = counts.total > 0 ? 10 * counts.done / counts.total : 0;
  const bool milestone = !is_terminal_ && tenth > printed_tenth_ && counts.done < counts.total;
  if (now_ns < next_print_ns_ && !milestone) return;
  printed_tenth_ = tenth;
  Print(LineOf(counts, now_ns), now_ns);
}

void Progress::Show(const std::string& line) {
  const int64_t now_ns = clock_.NowNs();
  if (now_ns >= next_print_ns_) Print(line, now_ns);
}

void Progress::Clear() {
  if (line_open_) std::fputs("\r\x1b[K", stream_);
  line_open_ = false;
  std::fflush(stream_);
}

void Progress::Finish(const ProgressCounts& counts) {
  const int64_t now_ns = clock_.NowNs();
  Print(LineOf(counts, now_ns), now_ns);
  if (line_open_) std::fputc('\n', stream_);
  line_open_ = false;
  std::fflush(stream_);
}

std::string Progress::LineOf(const ProgressCounts& counts, int64_t now_ns) const {
  return ProgressLine(counts, static_cast<double>(now_ns - start_ns_) / 1e9);
}

void Progress::Print(const std::string& line, int64_t now_ns) {
  next_print_ns_ = now_ns + (is_terminal_ ? kTerminalIntervalNs : kPlainIntervalNs);
  if (is_terminal_) {
    // One column stays free: in the last one many terminals begin a new line.
    std::fprintf(stream_, "\r\x1b[K%s", CutLine(line, ColumnsOf(stream_) - 1).c_str());
    line_open_ = true;
  } else {
    std::fprintf(stream_, "%s\n", line.c_str());
  }
  std::fflush(stream_);
}

}  // namespace dsb
