#include "harness/cli/program_text.h"

#include "base/error.h"

namespace dsb {

const std::vector<ExitMeaning>& ExitMeanings() {
  static const std::vector<ExitMeaning> all = {
      {static_cast<int>(ExitCode::kDone), "done"},
      {static_cast<int>(ExitCode::kRegression), "a mismatch or a regression was found"},
      {static_cast<int>(ExitCode::kBadInput), "bad command line, configuration or input file"},
      {static_cast<int>(ExitCode::kResource),
       "a resource is missing or failed, or the command was interrupted"},
      {static_cast<int>(ExitCode::kInconclusive), "inconclusive: more data would decide"},
      {static_cast<int>(ExitCode::kInternal), "internal error"}};
  return all;
}

}  // namespace dsb
