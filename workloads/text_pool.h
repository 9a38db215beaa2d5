// Real text of about any length, made from a workload's own texts: for traces that name lengths but
// hold no text, and for context put before a prompt. Never random tokens: acceptance on those means
// nothing. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

class TextPool {
 public:
  struct Text {
    std::string text;        // valid UTF-8, not empty
    int64_t num_tokens = 0;  // as the target counts it, >= 1
  };
  // `texts` is not empty. The lengths only have to be about right.
  explicit TextPool(std::vector<Text> texts);
  static constexpr size_t kNone = SIZE_MAX;
  // Whole texts from a place that `key` draws on, in a row, the last one cut at a blank: about
  // `num_tokens` tokens, at least one character. Equal keys give texts that begin alike.
  // `without`: the index of a text that is left out, unless there is no other.
  std::string Take(uint64_t key, int64_t num_tokens, size_t without = kNone) const;

 private:
  std::vector<Text> texts_;
};

}  // namespace dsb
