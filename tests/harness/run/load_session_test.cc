// Loads with one window an arm, through a whole session: rows, artifacts, conversations, resume.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/sha256.h"
#include "harness/run/filled_prompts.h"
#include "harness/run/run_summary.h"
#include "results/store/checked_reader.h"
#include "tests/harness/run/session_fixture.h"
#include "workloads/schedule.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

class LoadSession : public SessionTest {
 protected:
  LoadSession() {
    inputs_.options.load = kLoadOpen;
    inputs_.options.rate = 100;
    inputs_.options.requests = 40;
  }
  // What a request's prompt says, with the tokens as bytes.
  static std::string TextOf(const RequestRow& row) {
    return {row.request.prompt_ids.begin(), row.request.prompt_ids.end()};
  }
};

TEST_F(LoadSession, AnOpenLoopFillsItsColumnsAndStoresItsSchedule) {
  const RunSummary summary = Run();
  ASSERT_EQ(summary.run_ids.size(), 2u);
  std::string sha256;
  std::map<std::string, int64_t> scheduled;
  for (const int64_t id : summary.run_ids) {
    const RunData data = Read(id);
    EXPECT_EQ(data.run.load_mode, "open");
    EXPECT_EQ(data.run.arrival, "poisson");
    EXPECT_EQ(data.run.offered_rate_per_s, 100);
    EXPECT_EQ(data.run.arrival_cv, 1);
    EXPECT_GT(data.run.achieved_rate_per_s.value_or(0), 0);
    EXPECT_FALSE(data.run.users);
    EXPECT_EQ(NumMeasured(data), 40);
    // What was stored can be drawn again, and is what was replayed.
    const ArtifactRecord& artifact = data.artifacts.at("schedule");
    EXPECT_EQ(artifact.sha256, Sha256Hex(artifact.detail_json));
    const ScheduleLaw law{.process = "poisson",
                          .rate_per_s = 100,
                          .cv = 1,
                          .seed = static_cast<uint64_t>(inputs_.options.seed)};
    const Schedule schedule = DrawSchedule(law, std::vector<int32_t>(6, 1), 40);
    EXPECT_EQ(ScheduleText(schedule), artifact.detail_json);
    if (sha256.empty()) sha256 = artifact.sha256;
    EXPECT_EQ(artifact.sha256, sha256);
    std::map<std::pair<std::string, int64_t>, int64_t> times;
    for (const RequestRow& row : data.requests) {
      if (row.request.phase != "measured") continue;
      times[{row.prompt.item_key, row.request.repeat}] = row.request.scheduled_ns;
    }
    const Visit& first = schedule.visits.front();
    const int64_t start_ns = times.at({"item-" + std::to_string(first.item), 0});
    for (const Visit& visit : schedule.visits) {
      EXPECT_EQ(times.at({"item-" + std::to_string(visit.item), visit.repeat}) - start_ns,
                visit.offset_ns - first.offset_ns);
    }
  }
}

TEST_F(LoadSession, EachKindOfLoadIsNamed) {
  inputs_.options.load = kLoadBatch;
  RunData data = Read(Run().run_ids[0]);
  EXPECT_EQ(data.run.load_mode, "batch");
  EXPECT_EQ(data.run.arrival, "batch");
  EXPECT_FALSE(data.run.offered_rate_per_s);
  inputs_.options.load = kLoadClosed;
  inputs_.options.concurrency = 3;
  inputs_.options.think_ms = 2;
  data = Read(Run().run_ids[0]);
  EXPECT_EQ(data.run.load_mode, "closed");
  EXPECT_EQ(data.run.users, 3);
  EXPECT_EQ(data.run.think_time_ns, 2'000'000);
  inputs_.options.load = kLoadOpen;
  inputs_.options.cv = 2;
  data = Read(Run().run_ids[0]);
  EXPECT_EQ(data.run.arrival, "gamma");
  EXPECT_EQ(data.run.arrival_cv, 2);
}

TEST_F(LoadSession, ARateThatCannotBeMetIsAFlaggedRunAndNoFailedOne) {
  inputs_.options.rate = 2000;  // a step of 1 ms for 8 tokens: 125 a second a slot
  inputs_.options.slots = 1;
  inputs_.options.requests = 2000;
  const RunSummary summary = Run();
  for (const int64_t id : summary.run_ids) {
    const RunData data = Read(id);
    EXPECT_EQ(data.run.state, "complete");
    ASSERT_TRUE(data.flags.contains("overload"));
    EXPECT_THAT(data.flags.at("overload"), HasSubstr("not asked"));
    EXPECT_LT(NumMeasured(data), 2000);
  }
}

TEST_F(LoadSession, ALoadThatIsSteadyGetsNoFlagAndOneThatIsNotDoes) {
  inputs_.options.requests = 400;
  Store(path_, {});
  for (const char* load : {kLoadOpen, kLoadClosed}) {
    inputs_.options.load = load;
    const RunSummary summary = Run();
    Store store(path_, {});
    StoreLoadVerdicts(store, summary);
    for (const int64_t id : summary.run_ids) {
      for (const auto& [flag, detail] : Read(id).flags) {
        EXPECT_TRUE(flag == "synthetic_acceptance" || flag == "dirty") << flag << ": " << detail;
      }
    }
  }
  inputs_.options.load = kLoadOpen;
  inputs_.options.requests = 5;
  const RunSummary summary = Run();
  Store store(path_, {});
  StoreLoadVerdicts(store, summary);
  EXPECT_TRUE(Read(summary.run_ids[0]).flags.contains("not_steady"));
}

// Joins the whole conversation, so that a request's prompt shows what it holds.
class TalkingBackend : public TestBackend {
 public:
  RenderedPrompt Render(std::span<const ChatMessage> conversation) const override {
    RenderedPrompt prompt;
    for (const ChatMessage& message : conversation) {
      for (const char c : message.role.substr(0, 1) + ":" + message.content + ";") {
        prompt.ids.push_back(static_cast<unsigned char>(c));
      }
    }
    return prompt;
  }
  std::string AnswerText(std::span<const int32_t> ids, int64_t /*num_tokens*/) const override {
    std::string text;
    for (const int32_t id : ids) text += std::to_string(id) + ",";
    return text;
  }
};

class Talks : public LoadSession {
 protected:
  Talks() {
    inputs_.options.max_tokens = 3;
    inputs_.context_tokens = 400;
    for (Prompt& prompt : inputs_.prompts) {
      prompt.turns = {"a", "b", "c"};
      prompt.later = {{.ids = {1}}, {.ids = {2}}};
    }
    inputs_.options.requests = 6;
  }
  RunSummary RunTalks(int64_t interrupt_at_ns = 0) {
    std::atomic<bool> stop{false};
    InterruptingClock clock;
    clock.flag = interrupt_at_ns > 0 ? &stop : nullptr;
    clock.interrupt_at_ns = interrupt_at_ns;
    RunSession session(inputs_, talking_, clock);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> sink(std::fopen("/dev/null", "w"),
                                                         &std::fclose);
    Progress progress(clock, sink.get(), false);
    Store store(path_, {});
    return session.Run(PlanLoad(inputs_, session.num_arms()), store, progress, stop);
  }
  // Every request by item and turn: its prompt as text.
  std::map<std::pair<std::string, int64_t>, std::string> PromptsOf(int64_t run_id) const {
    std::map<std::pair<std::string, int64_t>, std::string> prompts;
    for (const RequestRow& row : Read(run_id).requests) {
      if (row.request.phase != "warmup") {
        prompts[{row.prompt.item_key, row.prompt.turn}] = TextOf(row);
      }
    }
    return prompts;
  }
  TalkingBackend talking_;
};

TEST_F(Talks, EachTurnHoldsTheAnswersThatWereGiven) {
  for (const char* load : {kLoadPaired, kLoadOpen, kLoadClosed}) {
    inputs_.options.load = load;
    const RunSummary summary = RunTalks();
    for (const int64_t id : summary.run_ids) {
      const RunData data = Read(id);
      std::map<std::pair<std::string, int64_t>, const RequestRow*> rows;
      for (const RequestRow& row : data.requests) {
        if (row.request.phase == "measured") rows[{row.prompt.item_key, row.prompt.turn}] = &row;
      }
      ASSERT_EQ(rows.size(), 18u) << load;
      for (int item = 0; item < 6; ++item) {
        const std::string key = "item-" + std::to_string(item);
        const RequestRow &first = *rows.at({key, 0}), &second = *rows.at({key, 1}),
                         &third = *rows.at({key, 2});
        const std::string one = talking_.AnswerText(first.request.output_ids, 0);
        const std::string two = talking_.AnswerText(second.request.output_ids, 0);
        EXPECT_EQ(TextOf(second), "u:a;a:" + one + ";u:b;");
        EXPECT_EQ(TextOf(third), "u:a;a:" + one + ";u:b;a:" + two + ";u:c;");
        EXPECT_GE(second.request.scheduled_ns, *first.request.finished_ns);
        EXPECT_EQ(first.prompt.conversation_key, key);
      }
    }
  }
}

TEST_F(Talks, AResumedConversationGoesOnFromWhatWasAnsweredBefore) {
  const auto whole = PromptsOf(RunTalks().run_ids[0]);
  int resumed = 0;
  for (int64_t at_ms = 9; at_ms < 60; at_ms += 5) {
    std::remove(path_.c_str());
    inputs_.options.resume = false;
    if (!RunTalks(at_ms * kTestStepNs).interrupted) continue;
    inputs_.options.resume = true;
    const RunSummary summary = RunTalks();
    EXPECT_FALSE(summary.interrupted);
    resumed += summary.num_resumed > 0;
    EXPECT_EQ(PromptsOf(summary.run_ids[0]), whole) << at_ms;
  }
  EXPECT_GT(resumed, 2);
}

TEST(TracePrompts, HaveTheTracesLengthsAndShareTheTextOfSharedBlocks) {
  TestBackend bytes;
  const auto words = [](int count, const std::string& word) {
    Prompt prompt;
    prompt.turns = {word};
    for (int i = 1; i < count; ++i) prompt.turns[0] += ' ' + word;
    prompt.first.ids.resize(prompt.turns[0].size());
    return prompt;
  };
  const Prompt pool = words(80, "quilt"), other = words(50, "rye");
  Trace trace;
  trace.name = "t";
  trace.rows = {
      {.time_ns = 5, .input_tokens = 700, .output_tokens = 9, .line = 2},
      {.time_ns = 6,
       .input_tokens = 1100,
       .output_tokens = 8,
       .prefix_blocks = {4, 5, 6},
       .line = 3},
      {.time_ns = 7, .input_tokens = 1024, .output_tokens = 7, .prefix_blocks = {4, 5}, .line = 4}};
  const std::vector<Prompt> prompts = TracePrompts(trace, {pool, other}, 1, bytes);
  ASSERT_EQ(prompts.size(), 3u);
  EXPECT_EQ(prompts[0].key, "t:2");
  EXPECT_EQ(prompts[0].max_tokens, 9);
  EXPECT_EQ(prompts[2].arrival_ns, 7);
  for (size_t i = 0; i < 3; ++i) {
    const auto wanted = static_cast<double>(trace.rows[i].input_tokens);
    EXPECT_NEAR(static_cast<double>(prompts[i].first.ids.size()) / wanted, 1, 0.05) << i;
  }
  EXPECT_TRUE(prompts[1].turns[0].starts_with(prompts[2].turns[0].substr(0, 512)));
  EXPECT_EQ(TracePrompts(trace, {pool, other}, 1, bytes)[1].turns, prompts[1].turns);
}

TEST(TracePrompts, NoMoreTextIsMadeThanShowsThatItDoesNotFit) {
  TestBackend bytes;
  Prompt pool;
  pool.turns = {"quilt"};
  pool.first.ids.resize(5);
  Trace trace;
  trace.rows = {{.time_ns = 0, .input_tokens = 2'000'000'000, .output_tokens = 1, .line = 2}};
  const auto tokens =
      static_cast<int64_t>(TracePrompts(trace, {pool}, 1, bytes)[0].first.ids.size());
  EXPECT_GT(tokens, bytes.max_context_tokens());
  EXPECT_LT(tokens, 4 * bytes.max_context_tokens() + 2048);
}

}  // namespace
}  // namespace dsb
