// The table of policies, and what a budget is shown by an engine.
#include "engines/scheduling/policy.h"

#include <map>

#include "base/error.h"
#include "tests/engines/tiny_world.h"

namespace dsb {
namespace {

TEST(Policies, AreInTheTableOnce) {
  std::vector<std::string> offered;
  for (const PolicyEntry& entry : PolicyTable()) {
    EXPECT_EQ(&DescribePolicy(entry.kind), &entry);
    EXPECT_EQ(FindPolicy(entry.name), &entry);
    EXPECT_TRUE(!entry.on_device || entry.admission <= AdmissionKind::kBudget) << entry.name;
    EXPECT_EQ(entry.needs_confidence, entry.admission > AdmissionKind::kFixed) << entry.name;
    EXPECT_EQ(entry.lossless, entry.kind != PolicyKind::kGlobalArgmax) << entry.name;
    if (entry.offered) {
      EXPECT_EQ(PolicyFromName(entry.name), entry.kind);
      offered.emplace_back(entry.name);
    } else {
      EXPECT_THROW(PolicyFromName(entry.name), Error);
    }
  }
  EXPECT_EQ(PolicyNames(), offered);
  EXPECT_THROW(PolicyFromName("random"), Error);
}

TEST(Policies, RefuseNumbersOutOfRange) {
  EXPECT_THROW(MakePolicy({.threshold = 1.5}), Error);
  EXPECT_THROW(MakePolicy({.kind = PolicyKind::kBudget, .budget = -1}), Error);
  EXPECT_THROW(MakePolicy({.kind = PolicyKind::kLagged}), Error);
  EXPECT_THROW(MakePolicy({.kind = PolicyKind::kAlgorithm1}), Error);
}

// Changes its mind every round, and keeps what it was shown.
class RecordingBudget : public VerifyBudget {
 public:
  explicit RecordingBudget(std::vector<FinishedRounds>& shown) : shown_(&shown) {}
  int32_t Next(const LoadView& load) override {
    load_.assign(load.requests.begin(), load.requests.end());
    step_ = load.step;
    return budget_ = static_cast<int32_t>(load.step % 4);
  }
  void Observe(const FinishedRounds& finished) override {
    EXPECT_EQ(finished.step, step_);
    ASSERT_EQ(finished.rounds.size(), load_.size());
    int32_t verified = 0;
    for (size_t i = 0; i < load_.size(); ++i) {
      const FinishedRound& round = finished.rounds[i];
      EXPECT_EQ(round.request, load_[i]);
      EXPECT_LE(round.accepted, round.verified);
      EXPECT_LE(round.verified, round.proposed);
      EXPECT_EQ(round.proposed, round.request.most);
      EXPECT_EQ(round.confidence.size(), static_cast<size_t>(round.proposed));
      verified += round.verified;
    }
    EXPECT_LE(verified, budget_);
    shown_->push_back(finished);
  }

 private:
  std::vector<FinishedRounds>* shown_;
  std::vector<RequestLoad> load_;
  int64_t step_ = 0;
  int32_t budget_ = 0;
};

TEST(VerifyBudget, SeesTheRequestsBeforeTheirDraftAndTheRoundsThatAreOver) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld("dspark_vanilla");
  ThreadPool pool(1);
  std::vector<EngineRequest> requests(5);
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].prompt = {static_cast<int32_t>(i), 3};
    requests[i].max_tokens = 9 + static_cast<int32_t>(i);
    requests[i].random_id = i;
  }
  const auto plain = MakeTinyEngine(world, {.draft = false, .policy = {}}, pool, clock);
  const std::vector<Finished> expected = RunAll(*plain, requests, 1);

  std::vector<FinishedRounds> shown;
  TinyOptions options;
  options.draft_length = 3;
  options.policy.kind = PolicyKind::kBudget;
  options.make_budget = [&shown] { return std::make_unique<RecordingBudget>(shown); };
  options.concurrency = 2;
  const auto engine = MakeTinyEngine(world, options, pool, clock);
  const std::vector<Finished> found = RunAll(*engine, requests, 2);
  size_t rounds = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(found[i].tokens, expected[i].tokens);
    rounds += found[i].rounds.size();
  }
  // Two slots, five generations, each round of each counted up.
  std::map<int64_t, uint32_t> next_round;
  for (const FinishedRounds& finished : shown) {
    for (const FinishedRound& round : finished.rounds) {
      EXPECT_LT(round.request.slot, 2);
      EXPECT_EQ(round.request.round, next_round[round.request.generation]++);
      --rounds;
    }
  }
  EXPECT_EQ(next_round.size(), requests.size());
  EXPECT_EQ(rounds, 0u);
}

TEST(VerifyBudget, AStepTellsWhatItWasIfThereWasOne) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld("dspark_vanilla");
  ThreadPool pool(1);
  for (const PolicyKind kind : {PolicyKind::kFixed, PolicyKind::kBudget}) {
    const auto engine = MakeTinyEngine(
        world, {.draft_length = 3, .policy = {.kind = kind, .budget = 2}}, pool, clock);
    EngineRequest request;
    request.prompt = {1, 2};
    request.max_tokens = 9;
    engine->Admit(std::move(request));
    EXPECT_FALSE(engine->Step(0).budget_tokens);  // prefills only
    const StepResult step = engine->Step(0);
    ASSERT_EQ(step.rounds.size(), 1u);
    EXPECT_EQ(step.budget_tokens, kind == PolicyKind::kBudget ? std::optional(2) : std::nullopt);
  }
}

}  // namespace
}  // namespace dsb
