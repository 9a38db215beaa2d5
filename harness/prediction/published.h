// What others measured and published, as published/ holds it: the paper's production figures and a
// serving experiment. Read and checked, not judged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

struct ModelShape {
  int32_t layers = 1, experts = 1, active_experts = 1;
};

// Figure 7's marked points: what the paper says of one level of service.
struct PublishedAnchor {
  double user_tokens_per_s = 0;                                   // the level
  double mtp1_tokens_per_s = 0, dspark_tokens_per_s = 0;          // of a GPU at that level
  double dspark_user_tokens_per_s = 0;                            // at MTP-1's throughput
  double label_throughput_gain_pct = 0, label_user_gain_pct = 0;  // as printed
};

struct PublishedModel {
  std::string name;
  ModelShape shape;
  int32_t typical_concurrency_below = 0;
  // Figure 8 by requests of a GPU: output tokens/s of a GPU, and tokens that DSpark verifies a
  // request and step, anchor included.
  std::vector<double> concurrency, mtp1_tokens_per_s, dspark_tokens_per_s;
  std::vector<double> budget_concurrency, budget;
  // MTP-1's telemetry: cells of marks.
  std::vector<double> mark_concurrency, mark_tokens_per_s, marks;
  // Figure 7 by throughput.
  std::vector<double> matched_tokens_per_s, mtp1_user_tokens_per_s, dspark_user_tokens_per_s;
  std::vector<PublishedAnchor> anchors;
};

struct Disagreement {
  std::string what, text, figure;
};

struct PublishedLength {
  std::string drafter;
  int32_t draft_length = 0;
  double accepted_length = 0;
  std::string source;
};

struct PublishedProduction {
  std::string source, method, accuracy;
  std::vector<PublishedModel> models;
  std::vector<Disagreement> disagreements;
  std::vector<PublishedLength> acceptance;

  const PublishedLength& Length(const std::string& drafter) const;  // kBadInput if it is not there
};

struct PublishedArm {
  std::string name;
  int32_t draft_length = 0;
  double accepted_length = 1;
  bool adaptive = false;  // else all drafts are verified
  std::vector<double> concurrency, user_tokens_per_s, tokens_per_s;
};

struct PublishedServing {
  std::string name, source, workload;
  ModelShape shape;
  double expert_gb_per_device = 0, memory_tb_per_s = 0;
  std::vector<PublishedArm> arms;

  const PublishedArm& Arm(const std::string& arm) const;
};

// kResource if there is no such file, kBadInput naming file and place if it is not what it should
// be.
PublishedProduction ReadProduction(const std::string& path);
PublishedServing ReadServing(const std::string& path);

}  // namespace dsb
