#include "harness/device_time/open_source.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/device_time/cupti_source.h"
#include "harness/machine/gpu_state.h"

namespace dsb {
namespace {

ExitCode CodeOf(const std::string& wanted) {
  try {
    OpenDeviceTimeSource(wanted);
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kDone;
}

// Without a GPU there is no source, which is a value; one that was asked for by name is missing.
TEST(OpenSource, WithoutAGpuThereIsAReason) {
  if (ProbeGpu().state == GpuState::kReady) GTEST_SKIP() << "a GPU is ready";
  const OpenedSource opened = OpenDeviceTimeSource("auto");
  EXPECT_EQ(opened.source, nullptr);
  EXPECT_NE(opened.note.find("CUPTI is not available"), std::string::npos) << opened.note;
  EXPECT_EQ(CodeOf("cupti"), ExitCode::kResource);
  EXPECT_EQ(CodeOf("cuda_event"), ExitCode::kResource);
  EXPECT_FALSE(OpenCupti().why_not.empty());
}

}  // namespace
}  // namespace dsb
