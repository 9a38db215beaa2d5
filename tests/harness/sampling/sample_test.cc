#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "harness/sampling/sample_output.h"
#include "harness/sampling/sample_prompts.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

class SampleFiles : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) const {
    fs::create_directories(folder_);
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }
  static std::string Refusal(const std::string& path, const SampleDefaults& defaults) {
    try {
      ReadSamplePrompts(path, defaults);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  static SampleAnswer Answer(const std::string& id, std::vector<int32_t> ids, uint16_t value) {
    SampleAnswer answer;
    answer.id = id;
    answer.end = "stop";
    answer.prompt_tokens = 1;
    answer.features.assign((ids.size() - 1) * 4, value);
    answer.ids = std::move(ids);
    return answer;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_ / "sample";
  const SampleMeta meta_ = {.layers = {"1", "final_norm"},
                            .hidden = 2,
                            .target = "t",
                            .target_sha256 = "ab",
                            .weights = "stored",
                            .seed = 3};
};

TEST_F(SampleFiles, PromptsTakeTheirOwnValuesOrTheDefaults) {
  const std::string path = Write("p.jsonl",
                                 "{\"id\":\"a\",\"domain\":\"math\",\"turns\":[\"hi\"]}\n"
                                 "{\"id\":\"b\",\"turns\":[\"ho\"],\"temperature\":0.5,"
                                 "\"top_p\":0.25,\"max_tokens\":7}\n");
  const auto prompts = ReadSamplePrompts(path, {.temperature = 1, .top_p = 0.75, .max_tokens = 9});
  ASSERT_EQ(prompts.size(), 2u);
  EXPECT_EQ(prompts[0].domain, "math");
  EXPECT_EQ(prompts[0].text, "hi");
  EXPECT_EQ(prompts[0].temperature, 1);
  EXPECT_EQ(prompts[0].top_p, 0.75);
  EXPECT_EQ(prompts[0].max_tokens, 9);
  EXPECT_EQ(prompts[1].temperature, 0.5);
  EXPECT_EQ(prompts[1].top_p, 0.25);
  EXPECT_EQ(prompts[1].max_tokens, 7);
  EXPECT_NE(prompts[0].random_id, prompts[1].random_id);
}

TEST_F(SampleFiles, BadPromptsAreRefusedWithFileAndLine) {
  const auto refusal = [this](const std::string& text, bool raw) {
    return Refusal(Write("p.jsonl", text), {.raw = raw});
  };
  const std::string good = "{\"id\":\"a\",\"turns\":[\"hi\"]}\n";
  EXPECT_NE(refusal("nonsense\n", false).find("p.jsonl:1: byte 2: found ill-formed text"),
            std::string::npos);
  EXPECT_NE(refusal(good + good, false).find("p.jsonl:2: key id: \"a\" is used twice"),
            std::string::npos);
  EXPECT_NE(refusal(good, true).find("key text"), std::string::npos);
  EXPECT_NE(refusal("{\"id\":\"a\",\"text\":\"x\"}\n", false).find("key turns"), std::string::npos);
  EXPECT_NE(refusal("{\"id\":\"a\",\"turns\":[\"x\"],\"temperature\":-1}\n", false)
                .find("key temperature is -1"),
            std::string::npos);
  EXPECT_NE(refusal("{\"id\":\"a\",\"turns\":[\"x\"],\"tmperature\":1}\n", false)
                .find("unknown key \"tmperature\""),
            std::string::npos);
  EXPECT_NE(refusal(good.substr(0, good.size() - 1) + std::string(1, '\0') + "tail\n", false)
                .find("p.jsonl:1: byte 26: found a NUL byte"),
            std::string::npos);
  EXPECT_NE(refusal("", false).find("no lines"), std::string::npos);
}

TEST_F(SampleFiles, NothingOfALineIsCutOrLeftOutUnsaid) {
  const std::string half = Write("h.jsonl", R"({"id":"a","turns":["x"],"max_tokens":1.5})");
  EXPECT_NE(Refusal(half, {}).find("max_tokens is 1.5, expected a whole number"),
            std::string::npos);
  const std::string talk = Write("t.jsonl", R"({"id":"a","turns":["x","y","z"]})");
  EXPECT_EQ(ReadSamplePrompts(talk, {}).front().num_later_turns, 2);
  const std::string foreign = Write("f.jsonl", R"({"prompt":"x"})");
  EXPECT_NE(Refusal(foreign, {}).find("python3 -c"), std::string::npos);
}

TEST_F(SampleFiles, AFolderWithoutItsDescriptionIsRefused) {
  Write("answers.jsonl", "somebody's\n");
  EXPECT_THROW(SampleOutput(folder_, meta_), Error);
}

// The id is a name alone: what was asked under it may have been changed since.
TEST_F(SampleFiles, AnAnswerToAnotherQuestionIsNotKept) {
  SampleAnswer answer = Answer("a", {1, 2, 3}, 5);
  answer.prompt_tokens = 2;
  answer.temperature = 0.5;
  answer.max_tokens = 9;
  { SampleOutput(folder_, meta_).Write(answer); }
  const SampleOutput output(folder_, meta_);
  const SampleQuestion same = {.prompt = {1, 2}, .temperature = 0.5, .max_tokens = 9};
  output.RequireSame("a", same);
  const auto refusal = [&](const auto& change) -> std::string {
    SampleQuestion question = same;
    change(question);
    try {
      output.RequireSame("a", question);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  const auto says = [](const std::string& text, const char* what) {
    return text.find("answers.jsonl:1: the answer \"a\" is to another " + std::string(what)) !=
           std::string::npos;
  };
  EXPECT_TRUE(says(refusal([](SampleQuestion& q) { q.prompt = {1, 7}; }), "prompt"));
  EXPECT_TRUE(says(refusal([](SampleQuestion& q) { q.prompt = {1, 2, 3}; }), "prompt"));
  EXPECT_TRUE(says(refusal([](SampleQuestion& q) { q.temperature = 0; }), "temperature"));
  EXPECT_TRUE(says(refusal([](SampleQuestion& q) { q.top_p = 0.5; }), "top_p"));
  EXPECT_TRUE(says(refusal([](SampleQuestion& q) { q.max_tokens = 8; }), "max_tokens"));
}

TEST_F(SampleFiles, OneProcessAtATimeWritesIntoAFolder) {
  {
    const SampleOutput output(folder_, meta_);
    EXPECT_THROW(SampleOutput(folder_, meta_), Error);
  }
  const SampleOutput again(folder_, meta_);
}

TEST_F(SampleFiles, ARestartCutsWhatAKillLeft) {
  {
    SampleOutput output(folder_, meta_);
    output.Write(Answer("a", {1, 2, 3}, 5));
    output.Write(Answer("b", {1, 4}, 6));
  }
  std::ofstream(folder_ + "/answers.jsonl", std::ios::app) << "{\"id\":\"torn";
  std::ofstream(folder_ + "/features.bf16", std::ios::app | std::ios::binary) << "torn";
  {
    SampleOutput output(folder_, meta_);
    EXPECT_TRUE(output.Has("a"));
    EXPECT_TRUE(output.Has("b"));
    EXPECT_FALSE(output.Has("torn"));
    EXPECT_EQ(output.num_done(), 2);
    output.Write(Answer("c", {1, 4}, 7));
  }
  EXPECT_EQ(fs::file_size(folder_ + "/features.bf16"), (2u + 1 + 1) * 8);
  std::ifstream answers(folder_ + "/answers.jsonl");
  std::vector<int64_t> first_rows;
  for (std::string line; std::getline(answers, line);) {
    first_rows.push_back(nlohmann::json::parse(line)["first_row"].get<int64_t>());
  }
  EXPECT_EQ(first_rows, (std::vector<int64_t>{0, 2, 3}));
  std::ifstream features(folder_ + "/features.bf16", std::ios::binary);
  std::vector<uint16_t> rows(16);
  features.read(reinterpret_cast<char*>(rows.data()), 32);
  EXPECT_EQ(rows[0], 5);
  EXPECT_EQ(rows[8], 6);
  EXPECT_EQ(rows[12], 7);
}

// A disk that fills up while the features are written: no line may name rows that are not there.
TEST_F(SampleFiles, AFullDiskLeavesAFolderThatCanBeReopened) {
  { SampleOutput(folder_, meta_).Write(Answer("a", {1, 2, 3}, 5)); }
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  // Room for the answer's 2 kB, not for its 8 kB of features.
  const rlimit small{.rlim_cur = 6000, .rlim_max = limit.rlim_max};
  const std::vector<int32_t> ids(1000, 1);
  const auto before = signal(SIGXFSZ, SIG_IGN);
  {
    SampleOutput output(folder_, meta_);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_THROW(output.Write(Answer("b", ids, 6)), Error);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  signal(SIGXFSZ, before);
  SampleOutput output(folder_, meta_);
  EXPECT_TRUE(output.Has("a"));
  EXPECT_FALSE(output.Has("b"));
  output.Write(Answer("b", ids, 6));
}

TEST_F(SampleFiles, AFolderOfOtherOptionsOrWithLostRowsIsRefused) {
  { SampleOutput(folder_, meta_).Write(Answer("a", {1, 2, 3}, 5)); }
  SampleMeta other = meta_;
  other.seed = 4;
  EXPECT_THROW(SampleOutput(folder_, other), Error);
  other = meta_;
  other.target_identity_sha256 = "cd";
  EXPECT_THROW(SampleOutput(folder_, other), Error);
  other = meta_;
  other.prompt_form = "chatml";
  EXPECT_THROW(SampleOutput(folder_, other), Error);
  fs::resize_file(folder_ + "/features.bf16", 8);
  EXPECT_THROW(SampleOutput(folder_, meta_), Error);
}

}  // namespace
}  // namespace dsb
