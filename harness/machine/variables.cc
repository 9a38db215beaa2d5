#include "harness/machine/variables.h"

namespace dsb {

const std::vector<EnvironmentVariable>& EnvironmentVariables() {
  static const std::vector<EnvironmentVariable> all = {
      {"DSBENCH_TARGET", "the target, where --target names none"},
      {"DSBENCH_CACHE", "folder of the pinned target model"},
      {"XDG_CACHE_HOME", "without DSBENCH_CACHE: that folder is dsbench in this one"},
      {"HOME", "without both: it is .cache/dsbench in this one"},
      {"DSBENCH_MODELS", "folder with a subfolder for each drafter, instead of the shipped one"},
      {"DSBENCH_WORKLOADS",
       "folder with math.jsonl, code.jsonl and chat.jsonl, instead of the shipped one"},
      {"DSBENCH_ISA",
       "use the kernels of this instruction set, not the best one: portable, avx2, avx512, "
       "avx512vnni, avx512bf16 or avx512amx"},
      {"TMPDIR", "folder for temporary files, instead of the system's"}};
  return all;
}

}  // namespace dsb
