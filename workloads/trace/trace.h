// Requests that somebody recorded: when they came, and how many tokens went in and out. No text is
// in them. Three public forms, told apart by their first line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

enum class TraceForm { kAzure, kMooncake, kBurstGpt };
const char* TraceFormName(TraceForm form);

// Prefix blocks have so many tokens each, the last one of a request fewer.
inline constexpr int64_t kPrefixBlockTokens = 512;

// Of a request: more is no trace of tokens.
inline constexpr int64_t kMaxTraceTokens = 2147483647;

struct TraceRow {
  int64_t time_ns = 0;  // from the first row
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
  std::vector<int64_t> prefix_blocks = {};  // Mooncake: equal ids have equal tokens
  int64_t line = 0;                         // of the file, from 1
};

struct Trace {
  TraceForm form = TraceForm::kAzure;
  std::string path, name, sha256;  // as the user gave it; file stem; of the file's bytes
  int64_t size_bytes = 0;
  std::vector<TraceRow> rows;  // in order of time, not empty, each with tokens in and out
  int64_t left_out = 0;        // rows without any token in or out: nothing can be replayed
};

// Azure: csv TIMESTAMP,ContextTokens,GeneratedTokens (dates). Mooncake: a JSON object a line with
// timestamp (ms), input_length, output_length, hash_ids. BurstGPT: csv Timestamp (s), Model,
// Request tokens, Response tokens, Total tokens, Log Type. `max_rows`: the first ones; 0: all.
// kBadInput "FILE:LINE: ..." on anything else: a column missing, unknown or given twice, a number
// that is none or negative, times that go backwards, no rows.
Trace ReadTrace(const std::string& path, int64_t max_rows = 0);
// The same from memory, `name` standing for the path.
Trace ParseTrace(const std::string& text, const std::string& name, int64_t max_rows = 0);

}  // namespace dsb
