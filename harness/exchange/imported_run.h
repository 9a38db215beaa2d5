// What other programs measured, as a run's rows. Only what their files say: how a program's events
// split its tokens is not told by any of them, so an answer has its first token and all others at
// its end; rounds and hardware are unknown. Pure functions on text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/records.h"

namespace dsb {

struct ImportedAnswer {
  std::string key;
  int64_t prompt_tokens = 0;
  int64_t output_tokens = 0;
  int64_t start_ns = 0, first_ns = 0, end_ns = 0;  // from the run's start
  std::string error;                               // not empty: it failed
};

struct ImportedRun {
  std::string program;  // "vLLM bench serve", for people
  std::vector<ImportedAnswer> answers;
  std::optional<int64_t> users;
  std::vector<ServerSampleRecord> counters;  // of the whole run, as differences; at its end
};

// `name` stands for the file in messages. kBadInput naming the place on anything but the form.
// `vllm bench serve --save-result --save-detailed`: one JSON object.
ImportedRun ReadVllmBench(std::string_view text, const std::string& name);
// AIPerf's profile_export.jsonl: one record a line; records of warm-up are left out.
ImportedRun ReadAiperf(std::string_view text, const std::string& name);

struct ImportFormat {
  const char* name;
  ImportedRun (*read)(std::string_view text, const std::string& name);
  const char* what;
};
const std::vector<ImportFormat>& ImportFormats();

}  // namespace dsb
