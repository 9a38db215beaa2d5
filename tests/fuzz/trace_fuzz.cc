// Any bytes are either a trace in order of time whose rows have tokens, or bad input; nothing else
// may happen.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "tests/fuzz/seed.h"
#include "workloads/trace/trace.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::WriteSeed(
      *argc, *argv, "azure",
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,48,10\r\n");
  dsb::WriteSeed(*argc, *argv, "burstgpt",
                 "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
                 "5,ChatGPT,472,18,490,Conversation log\n45.5,GPT-4,1087,230,1317,API log\n");
  dsb::WriteSeed(
      *argc, *argv, "mooncake",
      "{\"timestamp\": 0, \"input_length\": 513, \"output_length\": 2, \"hash_ids\": [0, "
      "7]}\n");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const dsb::Trace trace = dsb::ParseTrace(text, "fuzz");
    DSB_CHECK(!trace.rows.empty());
    DSB_CHECK(trace.size_bytes == static_cast<int64_t>(size));
    int64_t last_ns = 0;
    for (const dsb::TraceRow& row : trace.rows) {
      DSB_CHECK(row.time_ns >= last_ns);
      DSB_CHECK(row.input_tokens > 0 && row.output_tokens > 0 && row.line > 0);
      last_ns = row.time_ns;
    }
  } catch (const dsb::Error& error) {
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput);
    DSB_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
