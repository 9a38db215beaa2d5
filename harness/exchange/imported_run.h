// What other programs measured, as a run's rows. Only what their files say: none of them tells how
// a program's events split its tokens, so an answer has its first token and all others at its end;
// hardware is unknown, and so are rounds but for those of AIPerf's per-step counts. Pure functions
// on text.
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
  std::string domain = {};  // empty: the program
  int64_t prompt_tokens = 0;
  int64_t output_tokens = 0;
  int64_t start_ns = 0, first_ns = 0, end_ns = 0;  // from the run's start
  std::string error = {};                          // not empty: it failed
  std::vector<RoundRecord> rounds = {};            // empty: not told
};

struct ImportedRun {
  std::string program;  // "vLLM bench serve", for people
  std::vector<ImportedAnswer> answers;
  std::optional<int64_t> users;
  std::vector<ServerSampleRecord> counters;  // of the whole run, as differences; at its end
  std::vector<ServerSampleRecord> figures;   // no counts: what the program printed, as it did
  std::vector<SkippedItemRecord> skipped;    // answers of which the file tells too little
  std::string remark = {};                   // what was left out, for people
};

inline constexpr double kLongestAnswerS = 1e7;
int64_t NsOf(double seconds);

// Times become those from the first start.
void StartAtZero(ImportedRun& run);

// `name` stands for the file in messages. kBadInput naming the place on anything but the form.
// `vllm bench serve --save-result --save-detailed`: one JSON object.
ImportedRun ReadVllmBench(std::string_view text, const std::string& name);
// AIPerf's profile_export.jsonl: one record a line; records of warm-up are left out. Rounds where a
// record has per-step counts that account for every token.
ImportedRun ReadAiperf(std::string_view text, const std::string& name);
// What llama.cpp's speed_bench.py wrote by --output, of one client: the file tells no starts.
ImportedRun ReadSpeedBench(std::string_view text, const std::string& name);
// The table that DeepSpec's eval.py prints last, in a file of its output: figures, no answers.
ImportedRun ReadDeepSpec(std::string_view text, const std::string& name);
// InferenceX's golden_al_distribution/*.yaml: accepted lengths by model, mode and draft length.
ImportedRun ReadGoldenLengths(std::string_view text, const std::string& name);

struct ImportFormat {
  const char* name;
  ImportedRun (*read)(std::string_view text, const std::string& name);
  const char* what;
};
const std::vector<ImportFormat>& ImportFormats();

}  // namespace dsb
