// The folder that `dsbench sample` writes and training reads: answers.jsonl, one finished answer a
// line; features.bf16, little-endian bf16 rows [rows, layers, hidden]; meta.json. A restart keeps
// every finished answer. One thread.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dsb {

struct SampleMeta {
  std::vector<std::string> layers;  // "1", ..., "final_norm"; empty: no features are written
  int64_t hidden = 0;
  std::string target, target_sha256, weights;
  int64_t seed = 0;
  // Written if there is something to say: older folders lack them.
  std::string target_identity_sha256 = {};  // of a target that is a folder
  std::string prompt_form = {};             // one that was asked for
};

// What an answer is to.
struct SampleQuestion {
  std::vector<int32_t> prompt;
  double temperature = 0, top_p = 1;
  int64_t max_tokens = 0;
};

struct SampleAnswer {
  std::string id, domain, text, end;  // end: stop, length
  double temperature = 0, top_p = 1;
  int64_t max_tokens = 0;
  int64_t prompt_tokens = 0;
  std::vector<int32_t> ids;        // prompt and answer, the stop token included
  std::vector<uint16_t> features;  // bf16 [ids.size() - 1, layers, hidden], or empty
};

class SampleOutput {
 public:
  // Makes the folder, or reopens one of the same meta. kBadInput if it is of another, or its files
  // do not fit together; kResource if it cannot be written, or while another process has it open.
  SampleOutput(const std::string& folder, const SampleMeta& meta);
  bool Has(const std::string& id) const { return done_.contains(id); }
  // Of an answer that is there: kBadInput if it is to another question.
  void RequireSame(const std::string& id, const SampleQuestion& question) const;
  int64_t num_done() const { return static_cast<int64_t>(done_.size()); }
  // Features first, then the line that names them: what a kill leaves is cut at the next start.
  void Write(const SampleAnswer& answer);

 private:
  // What an answer's line says of its question; older lines say less.
  struct Done {
    int64_t line = 0;
    std::vector<int32_t> prompt;
    std::optional<double> temperature, top_p, max_tokens;
  };

  // Of the folder itself: two processes would interleave their rows.
  class Lock {
   public:
    ~Lock();
    void Take(const std::string& folder);

   private:
    int fd_ = -1;
  };

  void Reopen();

  std::string folder_;
  Lock lock_;
  int64_t row_bytes_ = 0;
  int64_t num_rows_ = 0;
  std::unordered_map<std::string, Done> done_;
  std::ofstream answers_, features_;
};

}  // namespace dsb
