// What an engine says of itself before it is driven: what it reports, what its figures stand for,
// and what its passes cost. Declared, never guessed from the data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dsb {

// What an engine's figures stand on.
struct Provenance {
  enum class Acceptance { kMeasured, kRecorded, kSynthetic };
  enum class Time { kMeasured, kModelled };
  Acceptance acceptance = Acceptance::kMeasured;
  Time time = Time::kMeasured;
  std::string note;  // what stands in for the model or the machine; empty if nothing does
};
// The store's word, the weakest point first: synthetic, modelled, recorded, measured.
const char* ProvenanceName(const Provenance& provenance);

struct EngineDescription {
  std::string engine;           // native, null, simulated, remote
  std::string isa;              // avx2, ..., cuda, none
  int32_t draft_length = 0;     // tokens per round at most; 0 without a drafter
  int32_t max_concurrency = 0;  // Admit beyond it throws kBadInput
  bool reports_rounds = true;   // every decoded token but a request's first is in a RoundOutcome
  bool reports_steps = true;    // StepResult tells the work of a step
  bool reports_ids = true;      // bursts have token ids
  // How a server's tokens are counted: ids, chunk_usage, final_usage, retokenised. An answer may
  // say another (TokenBurst::count_source).
  std::string token_count_source = "ids";
  bool trusted = true;            // false: of another program, which may say anything
  bool verifies_exactly = false;  // by the lossless rules of verification.md 1
  // Where the confidences of rounds come from: head, largest_probability; empty: there are none.
  std::string confidence = {};
  Provenance provenance;
  std::string device_time_source = "none";  // of StepResult::phases: cpu_thread, model, none
  // As the store has them; none: not known.
  std::optional<int64_t> weight_bytes_per_pass;  // of the target
  std::optional<int64_t> flops_per_token;        // of the target's matrices, attention left out
  std::optional<int64_t> bytes_per_draft;        // weight bytes of one call of the drafter
  std::optional<int64_t> flops_per_draft;        // of one sequence's block
};

}  // namespace dsb
