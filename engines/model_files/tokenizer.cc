#include "engines/model_files/tokenizer.h"

#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "engines/model_files/literal_matcher.h"
#include "engines/model_files/nfc.h"
#include "engines/model_files/tokenizer_tables.h"

namespace dsb {
namespace {

constexpr size_t kMaxTextBytes = size_t{1} << 30;

// Remembers where the ids of a piece already stand in the output. Lives for one fragment, so it
// needs no lock.
class PieceCache {
 public:
  struct Ids {
    size_t first = 0;
    size_t count = 0;
    int64_t dropped_bytes = 0;
  };
  const Ids* Find(std::string_view piece) const {
    const auto found = ids_.find(piece);
    return found == ids_.end() ? nullptr : &found->second;
  }
  void Add(std::string_view piece, const Ids& ids) {
    if (piece.size() <= kMaxPieceBytes && ids_.size() < kMaxPieces) ids_.emplace(piece, ids);
  }

 private:
  static constexpr size_t kMaxPieces = 8192;
  static constexpr size_t kMaxPieceBytes = 64;
  std::unordered_map<std::string_view, Ids> ids_;
};

}  // namespace

struct Tokenizer::Data {
  explicit Data(TokenizerTables read)
      : tables(std::move(read)), pre_tokenizer(tables.pre_tokenizer) {
    for (size_t i = 0; i < tables.vocab_size(); ++i) {
      const TokenType type = tables.types[i];
      if (type == TokenType::kControl || type == TokenType::kUserDefined ||
          type == TokenType::kUnknown) {
        const auto id = static_cast<int32_t>(i);
        literals.Add(tables.TokenBytes(id), id);
      }
    }
  }

  void EncodePiece(std::string_view piece, std::vector<int32_t>& symbols,
                   BpeMerges::Scratch& scratch, Encoding& out) const {
    symbols.clear();
    for (const char c : piece) {
      const int32_t id = tables.byte_ids[static_cast<unsigned char>(c)];
      if (id >= 0) symbols.push_back(id);
    }
    out.dropped_bytes += static_cast<int64_t>(piece.size() - symbols.size());
    tables.merges.Apply(symbols, scratch);
    out.ids.insert(out.ids.end(), symbols.begin(), symbols.end());
  }

  void EncodeFragment(std::string_view fragment, Encoding& out) const {
    std::string normal;
    if (tables.normalizes && !IsAscii(fragment)) {
      normal = NormalizeNfc(fragment);
      fragment = normal;
    }
    PieceCache cache;
    std::vector<int32_t> symbols;
    BpeMerges::Scratch scratch;
    for (const std::string_view piece : pre_tokenizer.Split(fragment)) {
      if (const PieceCache::Ids* known = cache.Find(piece)) {
        for (size_t i = 0; i < known->count; ++i) out.ids.push_back(out.ids[known->first + i]);
        out.dropped_bytes += known->dropped_bytes;
        continue;
      }
      const size_t first = out.ids.size();
      const int64_t dropped_before = out.dropped_bytes;
      EncodePiece(piece, symbols, scratch, out);
      cache.Add(piece, {first, out.ids.size() - first, out.dropped_bytes - dropped_before});
    }
  }

  TokenizerTables tables;
  PreTokenizer pre_tokenizer;
  LiteralMatcher literals;  // views into tables.bytes
};

Tokenizer::Tokenizer(const GgufFile& file) : Tokenizer(ReadTokenizerTables(file)) {}
Tokenizer::Tokenizer(TokenizerTables tables) : data_(std::make_unique<Data>(std::move(tables))) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

Tokenizer::Encoding Tokenizer::Encode(std::string_view text, Special special) const {
  if (text.size() > kMaxTextBytes) {
    ThrowBadInput("text: found " + std::to_string(text.size()) + " bytes, expected at most " +
                  std::to_string(kMaxTextBytes));
  }
  if (const size_t bad = FindInvalidUtf8(text); bad != std::string_view::npos) {
    ThrowBadInput("text: found an ill-formed byte at offset " + std::to_string(bad) +
                  ", expected UTF-8");
  }
  Encoding out;
  size_t at = 0;
  while (special == Special::kMatch) {
    const auto match = data_->literals.FindFrom(text, at);
    if (!match) break;
    data_->EncodeFragment(text.substr(at, match->at - at), out);
    out.ids.push_back(match->id);
    at = match->at + match->length;
  }
  data_->EncodeFragment(text.substr(at), out);
  return out;
}

std::string_view Tokenizer::TokenBytes(int32_t id) const {
  DSB_CHECK(id >= 0 && id < vocab_size());
  return data_->tables.TokenBytes(id);
}

bool Tokenizer::IsControl(int32_t id) const {
  DSB_CHECK(id >= 0 && id < vocab_size());
  return data_->tables.types[static_cast<size_t>(id)] == TokenType::kControl;
}

int32_t Tokenizer::Find(std::string_view literal) const { return data_->literals.IdOf(literal); }

int64_t Tokenizer::vocab_size() const { return static_cast<int64_t>(data_->tables.vocab_size()); }
int32_t Tokenizer::bos_id() const { return data_->tables.bos_id; }
int32_t Tokenizer::eos_id() const { return data_->tables.eos_id; }

}  // namespace dsb
