#include "harness/machine/gpu_state.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "base/error.h"
#include "tests/build_paths.h"
#include "tests/harness/child_process.h"

namespace dsb {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string OutputOf(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string text;
  std::array<char, 4096> part{};
  for (size_t n = 0; (n = fread(part.data(), 1, part.size(), pipe.get())) > 0;) {
    text.append(part.data(), n);
  }
  return text;
}

TEST(GpuState, TheRuntimesAnswersAreToldApart) {
  EXPECT_EQ(ClassifyGpu(0, 13000, 1), GpuState::kReady);
  EXPECT_EQ(ClassifyGpu(0, 13000, 0), GpuState::kNoDevice);
  EXPECT_EQ(ClassifyGpu(35, 0, 0), GpuState::kNoDriver);
  EXPECT_EQ(ClassifyGpu(35, 12020, 0), GpuState::kDriverTooOld);
  EXPECT_EQ(ClassifyGpu(34, 0, 0), GpuState::kStub);
  EXPECT_EQ(ClassifyGpu(100, 13000, 0), GpuState::kNoDevice);
  EXPECT_EQ(ClassifyGpu(999, 13000, 0), GpuState::kOther);
}

TEST(GpuState, LinesSayWhatIsMissing) {
  EXPECT_EQ(GpuLine({.state = GpuState::kNoDriver}), "none (no driver)");
  EXPECT_EQ(GpuLine({.state = GpuState::kNotBuilt}), "none (built without CUDA)");
  EXPECT_EQ(
      GpuLine(
          {.state = GpuState::kDriverTooOld, .driver_version = 12020, .runtime_version = 13000}),
      "none (driver too old: it speaks CUDA 12.2, needed is 13.0)");
  const GpuDevice card = {.name = "Card",
                          .memory_bytes = int64_t{80} << 30,
                          .capability_major = 9,
                          .capability_minor = 0};
  EXPECT_EQ(GpuLine({.state = GpuState::kReady, .devices = {card}}),
            "Card (80.0 GiB, compute 9.0)");
  EXPECT_EQ(GpuLine({.state = GpuState::kReady, .devices = {card, card}}),
            "2 x Card (80.0 GiB, compute 9.0)");
}

TEST(GpuState, AskingForAGpuThatIsNotThereIsAMissingResource) {
  RequireGpu({.state = GpuState::kReady}, "--device cuda");
  try {
    RequireGpu({.state = GpuState::kStub}, "--device cuda");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    EXPECT_STREQ(error.what(), "--device cuda needs a GPU, found none (stub driver)");
  }
  try {
    RequireGpu({.state = GpuState::kNotBuilt}, "--device cuda");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "--device cuda: this build has no CUDA");
  }
}

// Where no driver library can be opened, the probe must say so and nothing may crash.
TEST(GpuState, WithoutADriverTheProbeSaysSo) {
  const GpuProbe& probe = ProbeGpu();
  void* const driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver != nullptr) {
    dlclose(driver);
    GTEST_SKIP() << "this machine has a libcuda.so.1: " << GpuLine(probe);
  }
  if (probe.state == GpuState::kNotBuilt) {
    EXPECT_EQ(probe.runtime_version, 0);
  } else {
    EXPECT_EQ(probe.state, GpuState::kNoDriver);
    EXPECT_GT(probe.runtime_version, 0);
    EXPECT_EQ(probe.error, "cudaErrorInsufficientDriver");
  }
  EXPECT_TRUE(probe.devices.empty());
}

// The program must start where no CUDA library is at all.
TEST(GpuState, TheProgramNeedsNoCudaLibrary) {
  const std::string dynamic = OutputOf("readelf -d '" DSB_BINARY "' 2>&1");
  ASSERT_THAT(dynamic, HasSubstr("(NEEDED)"));
  ASSERT_THAT(dynamic, HasSubstr("libc.so"));
  std::string needed;
  for (size_t at = 0; (at = dynamic.find("(NEEDED)", at)) != std::string::npos; ++at) {
    needed += dynamic.substr(at, dynamic.find('\n', at) - at) + '\n';
  }
  for (const char* library : {"libcuda", "libcudart", "libcublas", "libcupti", "libnvrtc",
                              "libnvToolsExt", "libnvidia"}) {
    EXPECT_THAT(needed, Not(HasSubstr(library)));
  }
}

TEST(GpuState, EnvTellsTheState) {
  const ChildResult json = RunChild({"env", "--format", "json"});
  ASSERT_EQ(json.exit_code, 0) << json.err;
  EXPECT_THAT(json.out, HasSubstr("\"state\": \"" + std::string(GpuStateName(ProbeGpu().state))));
  const ChildResult text = RunChild({"env"});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("gpu"));
  EXPECT_THAT(text.out, HasSubstr(GpuStateText(ProbeGpu().state)));
}

}  // namespace
}  // namespace dsb
