#include "harness/exchange/imported_run.h"

#include <algorithm>
#include <cmath>

namespace dsb {

int64_t NsOf(double seconds) { return std::llround(seconds * 1e9); }

void StartAtZero(ImportedRun& run) {
  int64_t first_ns = INT64_MAX;
  for (const ImportedAnswer& answer : run.answers) first_ns = std::min(first_ns, answer.start_ns);
  for (ImportedAnswer& answer : run.answers) {
    answer.start_ns -= first_ns;
    answer.first_ns -= first_ns;
    answer.end_ns -= first_ns;
  }
}

const std::vector<ImportFormat>& ImportFormats() {
  static const std::vector<ImportFormat> formats = {
      {"vllm-bench", &ReadVllmBench, "JSON of `vllm bench serve --save-result --save-detailed`"},
      {"aiperf", &ReadAiperf, "AIPerf's profile_export.jsonl"},
      {"speed-bench", &ReadSpeedBench, "JSON of llama.cpp's `speed_bench.py --output`"},
      {"deepspec", &ReadDeepSpec, "what DeepSpec's eval.py prints"},
      {"golden-al", &ReadGoldenLengths, "InferenceX's golden accepted-length YAML"}};
  return formats;
}

}  // namespace dsb
