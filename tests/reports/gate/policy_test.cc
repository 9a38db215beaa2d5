#include "reports/gate/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const std::string& text) {
  try {
    ParseGatePolicy(text, "gate.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    EXPECT_TRUE(std::string(error.what()).starts_with("gate.json: ")) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << text;
  return "";
}

TEST(GatePolicy, DefaultsAreTheDocumentedOnes) {
  const GatePolicy policy = ParseGatePolicy(
      R"({"primary": [{"metric": "accepted_length"}, {"metric": "exact_match"},
                      {"metric": "step_time"}]})",
      "gate.json");
  ASSERT_EQ(policy.primary.size(), 3u);
  EXPECT_EQ(policy.primary[0].margin, 0.02);
  EXPECT_EQ(policy.primary[0].better, 1);
  EXPECT_EQ(policy.primary[0].data_sets, std::vector<std::string>{"all"});
  EXPECT_EQ(policy.primary[1].margin, 0);
  EXPECT_EQ(policy.primary[2].margin, 0.05);
  EXPECT_EQ(policy.primary[2].better, -1);
  EXPECT_FALSE(policy.strict);
  EXPECT_EQ(policy.failed_requests_allowed, 0);
  EXPECT_TRUE(policy.secondary.empty());
}

TEST(GatePolicy, WhatIsPrintedReadsBack) {
  GatePolicy policy = DefaultGatePolicy();
  policy.strict = true;
  policy.failed_requests_allowed = 3;
  policy.primary[0].data_sets = {"domain:math", "dataset:gsm8k"};
  const std::string text = GatePolicyJson(policy);
  EXPECT_EQ(GatePolicyJson(ParseGatePolicy(text, "gate.json")), text);
}

TEST(GatePolicy, BadFilesAreRefusedByPlace) {
  const auto primary = [](const std::string& metric) { return "{\"primary\": [" + metric + "]}"; };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "gate.json: byte 1: found the end of the text, expected JSON"},
      {"[]", "expected an object, found array"},
      {"{}", "key 'primary' is missing"},
      {R"({"primary": []})", "1 to 8 metrics, found 0"},
      {R"({"primary": 3})", "1 to 8 metrics, found number"},
      {R"({"primary": [{"metric": "ttft"}], "primry": 1})", "unknown key \"primry\""},
      {R"({"primary": [{"metric": "ttft"}], "strict": 1})", "strict: expected true or false"},
      {R"({"primary": [{"metric": "ttft"}], "strict": true, "strict": false})",
       "the key \"strict\" twice"},
      {R"({"primary": [{"metric": "ttft"}], "failed_requests_allowed": -1})",
       "failed_requests_allowed: expected a count, found -1"},
      {R"({"primary": [{"metric": "ttft"}], "failed_requests_allowed": 0.5})", "expected a count"},
      {R"({"primary": [{"metric": "ttft"}], "secondary": "e2e"})", "array of names, found string"},
      {R"({"primary": [{"metric": "ttft"}], "secondary": ["e3e"]})", "unknown metric \"e3e\""},
      {R"({"primary": [{"metric": "ttft"}], "secondary": ["e2e", "e2e"]})", "'e2e' occurs twice"},
      {primary("3"), "primary: metric 1: expected an object, found number"},
      {primary("{}"), "metric 1: key 'metric' is missing"},
      {primary(R"({"metric": "taste"})"), "unknown metric \"taste\", expected one of exact_match"},
      {primary(R"({"metric": "ttft", "margins": 1})"), "unknown key \"margins\""},
      {primary(R"({"metric": "ttft", "margin": 1})"), "margin: expected a number from 0"},
      {primary(R"({"metric": "ttft", "margin": "5 %"})"), "found \"5 %\""},
      {primary(R"({"metric": "ttft", "margin": 1e999})"), "out of range"},
      {primary(R"({"metric": "ttft", "direction": "up"})"), "expected \"higher\" or \"lower\""},
      {primary(R"({"metric": "budget", "margin": 0.1})"), "key 'direction' is missing"},
      {primary(R"({"metric": "budget", "direction": "lower"})"), "key 'margin' is missing"},
      {primary(R"({"metric": "exact_match", "direction": "lower"})"), "better higher"},
      {primary(R"({"metric": "ttft", "data_sets": []})"), "expected an array of all"},
      {primary(R"({"metric": "ttft", "data_sets": ["math"]})"), "found [\"math\"]"},
      {primary(R"({"metric": "ttft", "data_sets": ["all", "all"]})"), "occurs twice"},
      {primary(R"({"metric": "ttft"}, {"metric": "ttft"})"), "metric 2: 'ttft' occurs twice"},
      {primary(R"({"metric": [[[[1]]]]})"), "nested deeper"},
  };
  for (const auto& [text, part] : cases) EXPECT_THAT(Refusal(text), HasSubstr(part)) << text;
  const std::string followed = primary(R"({"metric": "ttft"})") + std::string(1, '\0') + "tail";
  EXPECT_THAT(Refusal(followed), HasSubstr("byte 34: found a NUL byte"));
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += std::string(i > 0 ? "," : "") + R"({"metric": "ttft"})";
  EXPECT_THAT(Refusal(primary(nine)), HasSubstr("1 to 8 metrics, found 9"));
}

}  // namespace
}  // namespace dsb
