#define PCRE2_CODE_UNIT_WIDTH 8
#include "engines/model_files/pre_tokenizer.h"

#include <pcre2.h>

#include <cstdint>
#include <string>

#include "base/error.h"

namespace dsb {
namespace {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using CodePtr = std::unique_ptr<pcre2_code, FreeWith<pcre2_code_free>>;
using MatchDataPtr = std::unique_ptr<pcre2_match_data, FreeWith<pcre2_match_data_free>>;
using MatchContextPtr = std::unique_ptr<pcre2_match_context, FreeWith<pcre2_match_context_free>>;
using JitStackPtr = std::unique_ptr<pcre2_jit_stack, FreeWith<pcre2_jit_stack_free>>;

// White space written out: PCRE2's \s also takes U+180E, which the reference tokenizers do not.
#define DSB_SPACES                                                                     \
  "\\x{09}-\\x{0D}\\x{20}\\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}" \
  "\\x{202F}\\x{205F}\\x{3000}"

constexpr const char* kSmolLmPattern =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+|\\p{N}| ?[^" DSB_SPACES "\\p{L}\\p{N}]+|[" DSB_SPACES
    "]+(?![^" DSB_SPACES "\\p{N}])|[" DSB_SPACES "]+";

constexpr const char* kQwen2Pattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^" DSB_SPACES
    "\\p{L}\\p{N}]+[\\r\\n]*|[" DSB_SPACES "]*[\\r\\n]+|[" DSB_SPACES "]+(?![^" DSB_SPACES
    "])|[" DSB_SPACES "]+";

#undef DSB_SPACES

constexpr size_t kFirstJitStackBytes = size_t{32} << 10;
constexpr size_t kMaxJitStackBytes = size_t{64} << 20;

}  // namespace

struct PreTokenizer::Code {
  CodePtr code;
};

PreTokenizer::PreTokenizer(PreTokenizerKind kind) : code_(std::make_unique<Code>()) {
  const char* pattern = kind == PreTokenizerKind::kSmolLm ? kSmolLmPattern : kQwen2Pattern;
  int error = 0;
  PCRE2_SIZE error_offset = 0;
  // Anchored here: given at match time it would turn the compiled code off.
  code_->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), PCRE2_ZERO_TERMINATED,
                                  PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &error_offset,
                                  nullptr));
  DSB_CHECK(code_->code != nullptr);
  // Where the system forbids run-time code this fails, and matching is interpreted.
  pcre2_jit_compile(code_->code.get(), PCRE2_JIT_COMPLETE);
}

PreTokenizer::~PreTokenizer() = default;
PreTokenizer::PreTokenizer(PreTokenizer&&) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&&) noexcept = default;

std::vector<std::string_view> PreTokenizer::Split(std::string_view fragment) const {
  const pcre2_code* code = code_->code.get();
  const MatchDataPtr match(pcre2_match_data_create(1, nullptr));
  const MatchContextPtr context(pcre2_match_context_create(nullptr));
  const JitStackPtr stack(pcre2_jit_stack_create(kFirstJitStackBytes, kMaxJitStackBytes, nullptr));
  if (match == nullptr || context == nullptr || stack == nullptr) throw std::bad_alloc();
  pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  // The patterns backtrack over one run of spaces at most: the limits would only cut long runs
  // short.
  pcre2_set_match_limit(context.get(), UINT32_MAX);
  pcre2_set_depth_limit(context.get(), UINT32_MAX);
  std::vector<std::string_view> pieces;
  const auto subject = reinterpret_cast<PCRE2_SPTR>(fragment.data());
  size_t at = 0;
  while (at < fragment.size()) {
    const int result = pcre2_match(code, subject, fragment.size(), at, PCRE2_NO_UTF_CHECK,
                                   match.get(), context.get());
    if (result < 0) {
      throw Error(ExitCode::kInternal, "splitting text failed at byte " + std::to_string(at) +
                                           " with PCRE2 error " + std::to_string(result));
    }
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(match.get());
    DSB_CHECK(ends[0] == at && ends[1] > at && ends[1] <= fragment.size());
    pieces.push_back(fragment.substr(at, ends[1] - at));
    at = ends[1];
  }
  return pieces;
}

}  // namespace dsb
