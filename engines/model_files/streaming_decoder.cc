#include "base/utf8.h"
#include "engines/model_files/tokenizer.h"

namespace dsb {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

}  // namespace

std::string StreamingDecoder::Push(int32_t id) {
  pending_ += tokenizer_->TokenBytes(id);
  std::string text;
  size_t at = 0;
  while (at < pending_.size()) {
    const Utf8Step step = NextUtf8(std::string_view(pending_).substr(at));
    if (step.kind == Utf8Step::Kind::kIncomplete) break;
    if (step.kind == Utf8Step::Kind::kCharacter) {
      text.append(pending_, at, step.length);
    } else {
      AppendUtf8(text, kReplacement);
    }
    at += step.length;
  }
  pending_.erase(0, at);
  return text;
}

std::string StreamingDecoder::Finish() {
  std::string text;
  if (!pending_.empty()) AppendUtf8(text, kReplacement);
  pending_.clear();
  return text;
}

}  // namespace dsb
