#include "workloads/domains.h"

#include <array>
#include <utility>

namespace dsb {

std::string DomainOfDataset(std::string_view dataset) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kDomains = {{
      {"aime24", "math"},
      {"aime25", "math"},
      {"gsm8k", "math"},
      {"math500", "math"},
      {"humaneval", "code"},
      {"lbpp", "code"},
      {"livecodebench", "code"},
      {"mbpp", "code"},
      {"swe-bench", "code"},
      {"alpaca", "chat"},
      {"arena-hard-v2", "chat"},
      {"mt-bench", "chat"},
  }};
  for (const auto& [name, domain] : kDomains) {
    if (name == dataset) return std::string(domain);
  }
  return std::string(dataset);
}

}  // namespace dsb
