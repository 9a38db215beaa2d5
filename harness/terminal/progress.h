// Live progress on stderr: one line that is rewritten on a terminal, cut to its width, else a plain
// line every 5 s or 10 %.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "base/clock.h"

namespace dsb {

struct ProgressCounts {
  int64_t done = 0, total = 0;               // measured requests of all arms
  int64_t tokens = 0;                        // delivered, all arms
  int64_t rounds = 0, committed_tokens = 0;  // of the arms that draft
  int64_t prompt_tokens = 0;                 // read so far, all arms
};

class Progress {
 public:
  // `clock` outlives it. `stream` is stderr, `is_terminal` whether it can rewrite a line.
  Progress(const Clock& clock, std::FILE* stream, bool is_terminal);
  void Note(const std::string& what);  // a plain line: "warm-up", ...
  // Prints if enough has happened since the last line; cheap otherwise.
  void Update(const ProgressCounts& counts);
  void Finish(const ProgressCounts& counts);  // the last line
  // For what is no list of requests: such a line, if it is time for one.
  void Show(const std::string& line);
  void Clear();  // takes the line away again, where it can be rewritten

 private:
  void Print(const std::string& line, int64_t now_ns);
  std::string LineOf(const ProgressCounts& counts, int64_t now_ns) const;

  const Clock& clock_;
  std::FILE* stream_;
  const bool is_terminal_;
  int64_t start_ns_;
  int64_t next_print_ns_;
  int64_t printed_tenth_ = 0;
  bool line_open_ = false;
};

// "12/120 requests  35.2 tokens/s  accepted length 1.85  2 min 10 s left"; elapsed from the first
// update. Before the first token: how much of the prompts has been read.
std::string ProgressLine(const ProgressCounts& counts, double elapsed_s);
// At most `columns` characters, the last two of them dots if something is cut.
std::string CutLine(const std::string& line, int columns);
// "48 s", "2 min 10 s", "1 h 05 min".
std::string DurationText(double seconds);

}  // namespace dsb
