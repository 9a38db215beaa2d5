// The whole program against servers of known habits: two arms, what is stored, what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"
#include "tests/harness/child_process.h"
#include "tests/remote/fake_llama.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Arguments = std::vector<std::string>;

class RemoteRun : public testing::Test {
 protected:
  RemoteRun() {
    std::ofstream workload(folder_ / "w.jsonl");
    for (int i = 0; i < 8; ++i) {
      workload << "{\"id\": \"p" << i << "\", \"turns\": [\"prompt number " << i << "\"]}\n";
    }
  }
  std::string db() const { return (folder_ / "r.db").string(); }
  ChildResult Run(Arguments more, const ChildProcess::Variables& variables = {}) const {
    Arguments all = {
        "run",      "--engine", "remote",       "--workload", (folder_ / "w.jsonl").string(),
        "--output", db(),       "--max-tokens", "12",         "--warmup",
        "1"};
    all.insert(all.end(), more.begin(), more.end());
    return ChildProcess(all, variables).Wait();
  }
  std::vector<CheckedRun> Runs() const {
    const Store store(db(), {.mode = Store::Mode::kReadOnly});
    std::vector<CheckedRun> runs;
    for (const RunRecord& run : ReadRuns(store)) runs.push_back(ReadCheckedRun(store, run.id, {}));
    return runs;
  }

  const TemporaryFolder folder_;
};

TEST_F(RemoteRun, TwoServersAreTwoArms) {
  FakeLlama plain(false), drafting(true);
  const ChildResult done = Run({"--arm", "plain=" + plain.url(), "--arm",
                                "dspark=" + drafting.url(), "--api-key-env", "MY_KEY"},
                               {{"MY_KEY", "sk-secret-1"}});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const std::vector<CheckedRun> runs = Runs();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(ArmName(runs[0]->run), "none");
  EXPECT_EQ(ArmName(runs[1]->run), "dspark");
  for (const CheckedRun& run : runs) {
    EXPECT_EQ(run->run.state, "complete");
    EXPECT_EQ(run->run.engine, "remote");
    EXPECT_TRUE(run->run.reports_rounds);
    EXPECT_EQ(run->run.device_time_source, "none");
    EXPECT_TRUE(run->steps.empty());
    EXPECT_EQ(run->flags.count("contended") + run->flags.count("implausible"), 0u);
    const RunConfig config = ConfigOf(run->run);
    EXPECT_EQ(config.server, "llama-server b7");
    EXPECT_EQ(config.server_model, "tiny.gguf");  // no folder of the server's machine
    for (const RequestRow& row : run->requests) {
      EXPECT_EQ(row.request.end_reason, "length");
      EXPECT_FALSE(row.request.admitted_ns.has_value());
    }
    // Counters before and after: 8 answers of 12 tokens.
    const auto& samples = run->server_samples;
    ASSERT_EQ(samples.size(), 4u);
    EXPECT_EQ(samples[2].value - samples[0].value, 0);
    EXPECT_EQ(samples[3].value - samples[1].value, 96);
  }
  int64_t rounds = 0, committed = 0, accepted = 0, verified = 0;
  for (const RequestRow& row : runs[1]->requests) {
    if (row.request.phase == "warmup") continue;
    for (const RoundRecord& round : row.request.rounds) {
      ++rounds;
      committed += round.committed;
      accepted += round.accepted;
      verified += round.verified;
    }
  }
  // 1 + 3 + 3 + 3 + 2 tokens: the last round accepted 2 and the limit cut it.
  EXPECT_EQ(rounds, 8 * 4);
  EXPECT_EQ(committed, 8 * 11);
  EXPECT_EQ(accepted, 8 * 8);
  EXPECT_EQ(verified, 8 * 12);
  // The key went to both servers, in a header, and nowhere else.
  EXPECT_THAT(plain.all_requests(), HasSubstr("Authorization: Bearer sk-secret-1"));
  EXPECT_THAT(drafting.all_requests(), HasSubstr("Authorization: Bearer sk-secret-1"));
  EXPECT_THAT(done.err + done.out, Not(HasSubstr("sk-secret-1")));
  std::ifstream file(db(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(bytes, Not(HasSubstr("sk-secret-1")));
  EXPECT_THAT(bytes, Not(HasSubstr("/srv/models")));
}

TEST_F(RemoteRun, OneServerIsCalledByWhatItDoes) {
  FakeLlama drafting(true);
  ASSERT_EQ(Run({"--url", drafting.url() + "/v1"}).exit_code, 0);
  EXPECT_EQ(ArmName(Runs()[0]->run), "speculative");
}

TEST_F(RemoteRun, SomebodyElsesTokensAreSeen) {
  FakeLlama plain(false);
  plain.CountForeignTokensAt("prompt number 7", 7);  // which the warm-up does not ask
  const ChildResult done = Run({"--url", plain.url()});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("the server counted 103 output tokens, this client had 96"));
  EXPECT_EQ(Runs()[0]->flags.count("contended"), 1u);
}

TEST_F(RemoteRun, WhatCannotBeRunSaysWhatToDo) {
  FakeLlama plain(false), drafting(true);
  const struct {
    Arguments arguments;
    int code;
    std::string message;
  } cases[] = {
      {{}, 2, "expected --url URL, or --arm NAME=URL for each server"},
      {{"--url", "127.0.0.1:1"}, 2, "expected a URL such as http://127.0.0.1:8080"},
      {{"--url", "http://me:sk-secret-1@127.0.0.1:1"}, 2, "--api-key-env"},
      {{"--arm", plain.url()}, 2, "expected NAME=URL"},
      {{"--url", "http://127.0.0.1:1"}, 3, "is it running"},
      {{"--url", "https" + plain.url().substr(4), "--connect-timeout", "1"},
       3,
       "it does not speak TLS there"},
      {{"--url", plain.url() + "/nowhere"},
       2,
       "is this the base URL of an OpenAI-compatible server?"},
      {{"--url", plain.url(), "--model", "other"}, 3, "no model \"other\", it has"},
      {{"--arm", "plain=" + drafting.url()}, 2, "expected another name for it than plain or none"},
      {{"--arm", "dspark=" + plain.url()}, 2, "it is not called speculative"},
      {{"--url", plain.url(), "--api-key-env", "NOT_THERE"}, 2, "\"NOT_THERE\" is not set"},
      {{"--url", plain.url(), "--draft-length", "3"}, 2, "--draft-length: it is the server's own"},
      {{"--url", plain.url(), "--arm", "a=" + plain.url()}, 2, "found both"},
  };
  for (const auto& [arguments, code, message] : cases) {
    const ChildResult done = Run(arguments);
    EXPECT_EQ(done.exit_code, code) << message << '\n' << done.err;
    EXPECT_THAT(done.err, HasSubstr(message));
    EXPECT_THAT(done.err, Not(HasSubstr("sk-secret-1")));
  }
  const ChildResult native = ChildProcess({"run", "--url", plain.url(), "--output", db()}).Wait();
  EXPECT_EQ(native.exit_code, 2);
  EXPECT_THAT(native.err, HasSubstr("--url: expected --engine remote with it"));
}

TEST_F(RemoteRun, ProbeTellsWhatAServerReveals) {
  FakeLlama drafting(true);
  const ChildResult done = ChildProcess({"probe", drafting.url()}).Wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("llama-server b7"));
  EXPECT_THAT(done.out, HasSubstr("yes: 8 of 12 drafted tokens accepted"));
  EXPECT_THAT(done.out, HasSubstr("--api completions"));
  EXPECT_EQ(ChildProcess({"probe", "http://127.0.0.1:1"}).Wait().exit_code, 3);
}

}  // namespace
}  // namespace dsb
