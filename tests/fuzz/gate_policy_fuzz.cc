// Any text as a gate policy is refused, or says the same when it is written out and read again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "reports/gate/policy.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/seed.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::WriteSeed(*argc, *argv, "default", dsb::GatePolicyJson(dsb::DefaultGatePolicy()));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const dsb::GatePolicy policy = dsb::ParseGatePolicy(text, "fuzz");
    DSB_CHECK(!policy.primary.empty() && policy.primary.size() <= dsb::kMaxPrimaryMetrics);
    for (const dsb::GateMetric& metric : policy.primary) {
      DSB_CHECK(metric.margin >= 0 && metric.margin < 1);
      DSB_CHECK(!metric.data_sets.empty());
    }
    const std::string written = dsb::GatePolicyJson(policy);
    DSB_CHECK(dsb::GatePolicyJson(dsb::ParseGatePolicy(written, "written")) == written);
  } catch (const dsb::Error& error) {
    dsb::CheckRefusal(error);
  }
  return 0;
}
