// Options as they are described: what reaches a run's stored configuration, and how values are set
// and shown.
#include "harness/options/option.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/error.h"
#include "engines/drafter.h"
#include "harness/options/run_options.h"

namespace dsb {
namespace {

// Another value than the option's.
void Change(const OptionValue& value) {
  const auto change = []<typename T>(T* place) {
    if constexpr (std::is_same_v<T, bool>) {
      *place = !*place;
    } else if constexpr (requires { place->push_back({}); }) {
      place->push_back({});
    } else {
      *place += 1;
    }
  };
  std::visit(change, value);
}

TEST(Options, EachOneOfARunIsHashedOrSaysHowItIsStartedOnly) {
  RunOptions options;
  const ArmOptions arm{.drafter = "dspark", .draft_length = 7, .policy = "fixed"};
  std::set<std::string> not_stored;
  for (size_t i = 0; i < DescribeOptions(options).size(); ++i) {
    RunOptions changed;
    const Option option = DescribeOptions(changed)[i];
    Change(option.value);
    const bool hash_changes =
        ConfigSha256(MakeRunConfig(options, arm)) != ConfigSha256(MakeRunConfig(changed, arm));
    if (std::holds_alternative<NotStored>(option.stored_as)) {
      not_stored.insert(option.name);
      EXPECT_FALSE(hash_changes) << option.name;
    } else if (!std::holds_alternative<AsFound>(option.stored_as)) {
      EXPECT_TRUE(hash_changes) << option.name;
    }
  }
  // --resume goes on whatever these are. Another option's value identifies a measurement.
  EXPECT_EQ(not_stored, (std::set<std::string>{"api-key-env", "connect-timeout", "durable",
                                               "first-byte-timeout", "idle-timeout", "lock-wait",
                                               "no-report", "null-fail-step", "output",
                                               "request-timeout", "resume", "timeline"}));
}

TEST(Options, TheConfigurationOfAnArm) {
  RunOptions options;
  options.threshold = 0.75;
  options.drafter_weights = "q8";
  options.device_time = true;
  const RunConfig none = MakeRunConfig(options, {});
  EXPECT_EQ(none.drafter, "none");
  EXPECT_FALSE(none.drafter_weights.has_value());
  EXPECT_FALSE(none.threshold.has_value());
  EXPECT_EQ(none.observers, "off");
  const RunConfig arm = MakeRunConfig(
      options,
      {.drafter = "dspark", .draft_length = 3, .policy = "threshold", .policy_number = 0.25});
  EXPECT_EQ(arm.draft_length, 3);
  EXPECT_EQ(arm.policy, "threshold");
  EXPECT_EQ(arm.threshold, 0.25);
  EXPECT_EQ(arm.drafter_weights, "q8");
  EXPECT_EQ(arm.arms, (std::vector<std::string>{"none", "dspark"}));
}

TEST(Options, CommandsShareWhatTheyHaveInCommonByGroup) {
  bool flag = false;
  const auto option = [&flag](const char* name, OptionGroup group, unsigned shared_by) {
    return Option{.name = name,
                  .value = &flag,
                  .value_name = "",
                  .help = "",
                  .group = group,
                  .shared_by = shared_by};
  };
  std::vector<std::string> names;
  for (const Option& one :
       OptionsOf(kSample, {option("last", OptionGroup::kExecution, kRun | kSample),
                           option("first", OptionGroup::kModel, kAll),
                           option("not-here", OptionGroup::kModel, kRun | kGenerate),
                           option("second", OptionGroup::kModel, kSample)})) {
    names.push_back(one.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"first", "second", "last"}));
}

TEST(Options, ValuesAreSetAndShownAsTheCommandLineGivesThem) {
  int32_t small = 7;
  double number = 0.1;
  std::vector<std::string> list = {"none", "dspark"};
  EXPECT_EQ(DefaultText(&small), "7");
  EXPECT_EQ(DefaultText(&number), "0.1");
  EXPECT_EQ(DefaultText(&list), "none,dspark");
  EXPECT_TRUE(SetValue(&small, {"-3"}));
  EXPECT_EQ(small, -3);
  EXPECT_FALSE(SetValue(&small, {"3000000000"}));
  EXPECT_FALSE(SetValue(&small, {"3.0"}));
  EXPECT_FALSE(SetValue(&small, {"1", "2"}));
  EXPECT_TRUE(SetValue(&number, {"1e-3"}));
  EXPECT_EQ(number, 0.001);
  EXPECT_FALSE(SetValue(&number, {"inf"}));
  EXPECT_TRUE(SetValue(&list, {"eagle3"}));
  EXPECT_EQ(list, std::vector<std::string>{"eagle3"});
}

TEST(Options, ListsAreSplitAndChecked) {
  std::vector<std::string> list;
  const Option option = {
      .name = "names", .value = &list, .value_name = "NAME,...", .help = "", .check = NotEmpty()};
  const auto set = [&](const std::vector<std::string>& texts) {
    SetOption(option, texts);
    return list;
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(set({" a , b"}), (List{"a", "b"}));
  EXPECT_EQ(set({"a,", "b"}), (List{"a", "b"}));
  EXPECT_EQ(set({"a", "b,c"}), (List{"a", "b", "c"}));
  for (const List& empty : {List{""}, List{","}, List{"a,,b"}, List{" "}}) {
    EXPECT_THROW(SetOption(option, empty), Error);
  }
  EXPECT_THROW(SetOption(option, {"a\xFF"}), Error);
}

TEST(Options, FreeTextIsOneShortLine) {
  EXPECT_EQ(OneLine()(std::string(kLongestText, 'x')), "");
  EXPECT_EQ(OneLine()(std::string(kLongestText + 1, 'x')),
            "expected text of at most 500 bytes, found 501");
  EXPECT_EQ(OneLine()(""), "");
  EXPECT_NE(NotEmptyLine()(""), "");
  EXPECT_NE(NotEmptyLine()("a\nb"), "");
}

// Options that are the same must hash the same.
TEST(Options, MinusZeroIsZero) {
  for (const char* zero : {"-0", "-0.0", "-0e5", "0"}) {
    ASSERT_TRUE(ParseNumber(zero)) << zero;
    EXPECT_FALSE(std::signbit(*ParseNumber(zero))) << zero;
  }
  EXPECT_EQ(ParseNumber("-0.5"), -0.5);
}

TEST(Options, PathsAreFoundInWhatNamesThem) {
  EXPECT_EQ(PathIn(PathForm::kPlain, "a=b:c"), "a=b:c");
  EXPECT_EQ(PathIn(PathForm::kNamed, "dspark=/x/y=z"), "/x/y=z");
  EXPECT_EQ(PathIn(PathForm::kNamed, "/x/y"), "/x/y");
  EXPECT_EQ(PathIn(PathForm::kWithRun, "x.db:2"), "x.db");
  EXPECT_EQ(PathIn(PathForm::kWithRun, "x.db"), "x.db");
  EXPECT_EQ(PathIn(PathForm::kAcceptance, "dspark=/x/a=b.db:2"), "/x/a=b.db");
  EXPECT_EQ(PathIn(PathForm::kAcceptance, "/x/a=b.db"), "/x/a=b.db");
  for (const char* words : {"model:3.6@5", "survival:0.5,0.2", "dspark=model:2"}) {
    EXPECT_EQ(PathIn(PathForm::kAcceptance, words), "");
  }
}

TEST(Options, ADraftLengthIsCheckedAgainstOneNumber) {
  EXPECT_EQ(DraftLength()(std::to_string(kLongestDraft)), "");
  EXPECT_NE(DraftLength()(std::to_string(kLongestDraft + 1)), "");
  EXPECT_NE(DraftLength()("-1"), "");
}

}  // namespace
}  // namespace dsb
