#include "workloads/text_pool.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/split_mix.h"
#include "base/utf8.h"

namespace dsb {
namespace {

constexpr const char* kBetween = "\n\n";

// The front of `text` that has about `bytes` bytes: up to a blank, else whole characters.
std::string Front(const std::string& text, size_t bytes) {
  size_t end = 0;
  while (end < text.size()) {
    const size_t length = NextUtf8(std::string_view(text).substr(end)).length;
    if (end > 0 && end + length > bytes) break;
    end += length;
  }
  const size_t blank = text.find_last_of(" \n", end - 1);
  if (end < text.size() && blank != std::string::npos && blank > end / 2) end = blank;
  return text.substr(0, end);
}

}  // namespace

TextPool::TextPool(std::vector<Text> texts) : texts_(std::move(texts)) {
  DSB_CHECK(!texts_.empty());
  for (const Text& text : texts_) DSB_CHECK(!text.text.empty() && text.num_tokens >= 1);
}

std::string TextPool::Take(uint64_t key, int64_t num_tokens, size_t without) const {
  std::string taken;
  size_t at = SplitMix(key) % texts_.size();
  int64_t missing = std::max<int64_t>(1, num_tokens);
  while (missing > 0) {
    if (at == without && texts_.size() > 1) at = (at + 1) % texts_.size();
    const Text& text = texts_[at];
    if (!taken.empty()) taken += kBetween;
    if (text.num_tokens <= missing) {
      taken += text.text;
    } else {
      const double share = static_cast<double>(missing) / static_cast<double>(text.num_tokens);
      taken += Front(text.text, static_cast<size_t>(share * static_cast<double>(text.text.size())));
    }
    missing -= text.num_tokens;
    at = (at + 1) % texts_.size();
  }
  return taken;
}

}  // namespace dsb
