#include "harness/timeline/timeline.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "harness/timeline/chrome_trace.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

// What the trace format asks of every event.
void ExpectValid(const Json& trace) {
  ASSERT_TRUE(trace.is_object());
  ASSERT_TRUE(trace["traceEvents"].is_array());
  for (const Json& event : trace["traceEvents"]) {
    const std::string type = event.at("ph");
    ASSERT_TRUE(event.at("pid").is_number_integer()) << event;
    ASSERT_TRUE(event.at("tid").is_number_integer()) << event;
    ASSERT_TRUE(event.at("name").is_string()) << event;
    if (type == "M") {
      ASSERT_TRUE(event.at("args").is_object()) << event;
      continue;
    }
    ASSERT_TRUE(event.at("ts").is_number()) << event;
    if (type == "X") {
      ASSERT_GE(event.at("dur").get<double>(), 0) << event;
    } else if (type == "i") {
      ASSERT_EQ(event.at("s"), "t") << event;
    } else {
      ASSERT_EQ(type, "C") << event;
      ASSERT_TRUE(event.at("args").at("value").is_number()) << event;
    }
  }
}

std::vector<Json> Find(const Json& trace, const std::string& type, const std::string& name) {
  std::vector<Json> found;
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] == type && event["name"] == name) found.push_back(event);
  }
  return found;
}

RunData SmallRun() {
  RunData data;
  data.run.id = 7;
  data.run.drafter = "dspark";
  data.run.policy = "fixed";
  data.run.draft_length = 7;
  StepRecord step;
  step.run_id = 7;
  step.t_start_ns = 1'000'123;
  step.wall_ns = 500'000;
  step.num_requests = 2;
  // As the store gives them: by name.
  step.phases = {{"draft", 100'000, 90'000, std::nullopt, std::nullopt},
                 {"prefill", 50'000, 40'000, std::nullopt, std::nullopt},
                 {"verify", 300'000, 500'000, 250'000, 260'000}};
  data.steps = {step};
  for (int64_t i = 0; i < 3; ++i) {
    RequestRow row;
    row.prompt.item_key = "item \"" + std::to_string(i) + "\"";
    row.request.issued_ns = 100 * i;
    row.request.finished_ns = 100 * i + 150;  // the third fits behind the first
    row.request.end_reason = "stop";
    row.request.bursts = {{100 * i + 50, 1}, {100 * i + 150, 4}};
    data.requests.push_back(row);
  }
  return data;
}

TEST(ChromeTrace, IsAWholeDocumentWithExactTimes) {
  std::ostringstream out;
  {
    ChromeTrace trace(out);
    trace.NameProcess(1, "a \"name\"\n");
    trace.NameTrack({1, 2}, "track", 3);
    trace.Slice({1, 2}, "slice", "cat", 9'007'199'254'740'993, 1, {{"n", 5}, {"t", "x\xff"}});
    trace.Instant({1, 2}, "instant", -1'500);
    trace.Counter(1, "counter", 0, 12);
  }
  const Json json = Json::parse(out.str());
  ExpectValid(json);
  EXPECT_NE(out.str().find("\"ts\":9007199254740.993,\"dur\":0.001"), std::string::npos);
  EXPECT_NE(out.str().find("\"ts\":-1.500"), std::string::npos);
  EXPECT_EQ(Find(json, "X", "slice")[0]["args"]["n"], 5);
  EXPECT_EQ(Find(json, "C", "counter")[0]["args"]["value"], 12);
}

TEST(ChromeTrace, WithoutEventsItIsStillADocument) {
  std::ostringstream out;
  ChromeTrace(out).Close();
  EXPECT_TRUE(Json::parse(out.str())["traceEvents"].empty());
}

TEST(Timeline, PhasesLieOneBehindTheOtherInsideTheirStep) {
  std::ostringstream out;
  WriteTimeline({CheckRun(SmallRun())}, {}, {}, out);
  const Json trace = Json::parse(out.str());
  ExpectValid(trace);
  const Json step = Find(trace, "X", "step").at(0);
  EXPECT_EQ(step["ts"], 1000.123);
  EXPECT_EQ(step["dur"], 500.0);
  EXPECT_EQ(step["pid"], 7);
  const Json prefill = Find(trace, "X", "prefill").at(0), draft = Find(trace, "X", "draft").at(0),
             verify = Find(trace, "X", "verify").at(0);
  EXPECT_EQ(prefill["ts"], 1000.123);
  EXPECT_EQ(draft["ts"], 1050.123);
  EXPECT_EQ(verify["ts"], 1150.123);
  EXPECT_EQ(verify["dur"], 300.0);
  EXPECT_EQ(verify["args"]["device_kernel_ns"], 250'000);
  EXPECT_NE(draft["tid"], step["tid"]);
  EXPECT_EQ(Find(trace, "M", "process_name").at(0)["args"]["name"], "run 7: dspark fixed 7");
}

TEST(Timeline, RequestsThatOverlapHaveLanesOfTheirOwn) {
  std::ostringstream out;
  WriteTimeline({CheckRun(SmallRun())}, {}, {}, out);
  const Json trace = Json::parse(out.str());
  std::map<std::string, int64_t> lanes;
  for (const Json& event : trace["traceEvents"]) {
    if (event.value("cat", "") == "request") lanes[event["name"]] = event["tid"];
  }
  ASSERT_EQ(lanes.size(), 3u);
  EXPECT_NE(lanes["item \"0\""], lanes["item \"1\""]);
  EXPECT_EQ(lanes["item \"0\""], lanes["item \"2\""]);
  EXPECT_EQ(Find(trace, "i", "tokens").size(), 6u);
}

TEST(Timeline, LaunchesHaveATrackForEachStream) {
  std::vector<TimelineLaunch> launches(3);
  for (size_t i = 0; i < launches.size(); ++i) {
    launches[i].run_id = i < 2 ? 7 : 8;
    launches[i].step_idx = 4;
    launches[i].phase = Phase::kVerify;
    launches[i].activity.name = "gemm";
    launches[i].activity.is_kernel = true;
    launches[i].activity.start_ns = 1'000'500;
    launches[i].activity.end_ns = 1'002'500;
    launches[i].activity.stream = static_cast<uint32_t>(i);
  }
  std::ostringstream out;
  WriteTimeline({CheckRun(SmallRun())}, launches, {.launches_are_cut = true}, out);
  const Json trace = Json::parse(out.str());
  ExpectValid(trace);
  const std::vector<Json> kernels = Find(trace, "X", "gemm");
  ASSERT_EQ(kernels.size(), 2u);  // the other run's is not shown here
  EXPECT_NE(kernels[0]["tid"], kernels[1]["tid"]);
  EXPECT_EQ(kernels[0]["ts"], 1000.5);
  EXPECT_EQ(kernels[0]["dur"], 2.0);
  EXPECT_EQ(kernels[0]["args"]["phase"], "verify");
  EXPECT_EQ(kernels[0]["args"]["step"], 4);
  const std::string name = Find(trace, "M", "process_name").at(0)["args"]["name"];
  EXPECT_NE(name.find("first launches only"), std::string::npos);
}

TEST(Timeline, AFileThatCannotBeWrittenIsAMissingResource) {
  try {
    WriteTimelineFile({CheckRun(SmallRun())}, {}, {}, "/no/such/folder/timeline.json");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
  }
  const TemporaryFolder folder;
  WriteTimelineFile({CheckRun(SmallRun())}, {}, {}, folder / "timeline.json");
  std::ifstream file(folder / "timeline.json");
  EXPECT_NO_FATAL_FAILURE(ExpectValid(Json::parse(file)));
}

}  // namespace
}  // namespace dsb
