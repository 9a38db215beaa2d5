// The prompts of `dsbench sample`: one JSON object a line. Knows no model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

struct SamplePrompt {
  std::string id;               // unique in the file
  std::string domain;           // may be empty
  std::string text;             // user message (key `turns`, its first), or raw text (key `text`)
  int64_t num_later_turns = 0;  // that are not answered
  double temperature = 0;
  double top_p = 1;
  int32_t max_tokens = 0;
  uint64_t random_id = 0;  // the line's number: the draws do not depend on what else is in the file
};

// What lines take where they say nothing themselves.
struct SampleDefaults {
  bool raw = false;  // lines have `text`, else `turns`
  double temperature = 1;
  double top_p = 1;
  int32_t max_tokens = 160;
};

// kBadInput naming file and line: not JSON, a missing or wrong key, an id seen before, no lines.
std::vector<SamplePrompt> ReadSamplePrompts(const std::string& path,
                                            const SampleDefaults& defaults);

}  // namespace dsb
