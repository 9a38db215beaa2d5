// The typed configuration of a run: what older files hold stays readable and keeps its hash, and
// what differs is named.
#include "results/run_config.h"

#include <gtest/gtest.h>

#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

struct Stored {
  const char* json;
  const char* sha256;
};
// As the first released schema's program wrote them: a threshold arm, its plain arm, an observed
// one on a GPU, the null engine's.
const Stored kStored[] = {
    {R"({"arms":["none","dspark:7:threshold=0.25"],"block_prompts":8,"command_line":"dsbench run","concurrency":1,"context_tokens":512,"domains":["math","code"],"draft_length":7,"drafter":"dspark","drafter_sha256":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","drafter_weights":"stored","engine":"native","isa":"avx2","label":"before","limit":0,"load_average_1m":0.25,"max_tokens":128,"policy":"threshold","repeats":1,"seed":1,"session":"0000-1","target_sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","temperature":0.7,"threads":2,"threshold":0.25,"top_k":0,"top_p":0.9,"warmup":4,"weights":"stored","workload":"math+chat","workload_sha256":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"})",
     "4bbdf89aeb8441cbe9c47597a31e37b221102fd64314c0f72bba936c16383421"},
    {R"({"arms":["none","dspark:7:threshold=0.25"],"block_prompts":8,"command_line":"dsbench run","concurrency":1,"context_tokens":512,"domains":["math","code"],"draft_length":0,"drafter":"none","engine":"native","isa":"avx2","label":"before","limit":0,"load_average_1m":0.25,"max_tokens":128,"policy":"none","repeats":1,"seed":1,"session":"0000-1","target_sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","temperature":0.7,"threads":2,"top_k":0,"top_p":0.9,"warmup":4,"weights":"stored","workload":"math+chat","workload_sha256":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"})",
     "9c67d1e3cf500ac4535f1a88064d1d2e636ab250d04f7c08f2fca85e25716a59"},
    {R"({"arms":["none","dspark:7:threshold=0.25"],"block_prompts":8,"command_line":"dsbench run","concurrency":1,"context_tokens":512,"device":"cuda","device_time_source":"cupti","domains":["math","code"],"draft_length":0,"drafter":"none","engine":"native","isa":"avx2","label":"before","limit":0,"load_average_1m":0.25,"max_tokens":128,"observers":"on","policy":"none","repeats":1,"seed":1,"session":"0000-1","target_sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","temperature":0.7,"threads":2,"top_k":0,"top_p":0.9,"warmup":4,"weights":"stored","workload":"math+chat","workload_sha256":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"})",
     "4e0decb78014bc0771f9f6178e97284aa26fc0ce894386e175d110d0a82e3fc6"},
    {R"({"arms":["none","dspark"],"block_prompts":0,"command_line":"","concurrency":1,"context_tokens":0,"domains":[],"draft_length":7,"drafter":"dspark","drafter_sha256":"","drafter_weights":"stored","engine":"null","isa":"avx2","label":"","limit":0,"load_average_1m":0.0,"max_tokens":128,"policy":"fixed","repeats":1,"seed":1,"session":"","target_sha256":"","temperature":0.0,"threads":0,"top_k":0,"top_p":1.0,"warmup":4,"weights":"stored","workload":"ok","workload_sha256":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"})",
     "1fa0647e6542c453663e924ef07f6f0ca2fc2167b4e3c323e5d7dbad1a0ad003"},
};

TEST(RunConfig, StoredConfigurationsReadAndKeepTheirHash) {
  for (const Stored& stored : kStored) {
    const RunConfig config = ConfigFromJson(stored.json, "stored");
    EXPECT_EQ(ConfigToJson(config), stored.json);
    EXPECT_EQ(ConfigSha256(config), stored.sha256);
  }
}

TEST(RunConfig, TheNumbersOfAPolicyAreThoseThatItTakes) {
  const auto numbers = [](const Stored& stored) {
    return PolicyNumbers(ConfigFromJson(stored.json, "stored"));
  };
  EXPECT_EQ(numbers(kStored[0]), std::vector<double>{0.25});
  EXPECT_EQ(numbers(kStored[1]), std::vector<double>{});
}

TEST(RunConfig, TheHashLeavesOutHowTheRunWasStarted) {
  const RunConfig first = ConfigFromJson(kStored[0].json, "stored");
  RunConfig second = first;
  second.command_line = "dsbench run --resume";
  second.session = "two";
  second.load_average_1m = 1;
  EXPECT_EQ(ConfigSha256(first), ConfigSha256(second));
  EXPECT_NE(ConfigToJson(first), ConfigToJson(second));
  EXPECT_TRUE(ConfigDifferences(first, second).empty());
}

TEST(RunConfig, WhatDiffersIsNamedWithBothValues) {
  const auto text = [](const RunConfig& stored, const RunConfig& now) {
    std::string all;
    for (const Difference& difference : ConfigDifferences(stored, now)) {
      all += DifferenceText(difference, {"stored", "now"}) + ';';
    }
    EXPECT_NE(ConfigSha256(stored), ConfigSha256(now));
    return all;
  };
  const RunConfig stored = ConfigFromJson(kStored[0].json, "stored");
  RunConfig now = stored;
  now.weights = "bf16";
  EXPECT_EQ(text(stored, now), "weights (stored \"stored\", now \"bf16\");");
  now = stored;
  now.threshold.reset();
  now.domains.clear();
  EXPECT_EQ(text(stored, now),
            "domains (stored [\"math\",\"code\"], now []);threshold (stored 0.25, now none);");
  now = stored;
  now.null_step_us = 5;  // the null engine's options make another measurement too
  EXPECT_EQ(text(stored, now), "null_step_us (stored 0, now 5);");
}

TEST(RunConfig, RefusesWhatItDoesNotKnow) {
  ExpectBadInput({"run 3", "unknown key 'colour'"},
                 [] { ConfigFromJson(R"({"seed": 1, "colour": 2})", "run 3"); });
  ExpectBadInput({"'seed'", "an integer", "string"},
                 [] { ConfigFromJson(R"({"seed": "1"})", "x"); });
  ExpectBadInput({"'seed'", "an integer"}, [] { ConfigFromJson(R"({"seed": 1.5})", "x"); });
  ExpectBadInput({"'arms'", "an array of strings"},
                 [] { ConfigFromJson(R"({"arms": ["none", 1]})", "x"); });
  ExpectBadInput({"'threshold'", "a number"},
                 [] { ConfigFromJson(R"({"threshold": "0.5"})", "x"); });
  ExpectBadInput({"JSON object"}, [] { ConfigFromJson("[1]", "x"); });
  ExpectBadInput({"x: byte 2"}, [] { ConfigFromJson("{", "x"); });
  ExpectBadInput({"seed"}, [] { ConfigFromJson(R"({"seed": 1, "seed": 2})", "x"); });
}

}  // namespace
}  // namespace dsb
