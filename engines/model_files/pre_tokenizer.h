// Cuts text into the pieces that BPE works on (formats.md 4.2, 4.3, 4.5): ordered alternations run
// by PCRE2 with full Unicode classes. Immutable; Split may run on any number of threads.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

namespace dsb {

enum class PreTokenizerKind { kSmolLm, kQwen2 };

class PreTokenizer {
 public:
  explicit PreTokenizer(PreTokenizerKind kind);
  ~PreTokenizer();
  PreTokenizer(PreTokenizer&&) noexcept;
  PreTokenizer& operator=(PreTokenizer&&) noexcept;

  // The pieces of one fragment, which is valid UTF-8; together they are the fragment. A fragment is
  // a subject of its own: the look-ahead sees its end.
  std::vector<std::string_view> Split(std::string_view fragment) const;

 private:
  struct Code;
  std::unique_ptr<Code> code_;
};

}  // namespace dsb
