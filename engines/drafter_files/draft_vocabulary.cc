#include <algorithm>
#include <limits>

#include "base/error.h"
#include "engines/drafter_files/checkpoint.h"

namespace dsb {
namespace {

constexpr char kOffsets[] = "d2t", kFlags[] = "t2d";

// The integers of a tensor of one dimension; null if there is none. kBadInput on another shape or
// type.
const StoredIntegers* Integers(const Safetensors& file, const char* name, int64_t size,
                               bool booleans) {
  const StoredIntegers* found = file.FindIntegers(name);
  const std::string expected = std::to_string(size) +
                               (booleans ? " of type BOOL, since vocab_size is "
                                         : " integers, I64 or I32, since draft_vocab_size is ") +
                               std::to_string(size);
  const auto refuse = [&](const std::string& what) {
    ThrowBadInput(file.path() + ": tensor " + name + ": found " + what + ", expected " + expected);
  };
  if (found == nullptr) {
    if (file.Find(name) != nullptr) refuse("float elements");
    return nullptr;
  }
  if (found->shape != std::vector{size}) {
    refuse(std::to_string(found->values.size()) + (found->booleans ? " booleans" : " integers") +
           " in " + std::to_string(found->shape.size()) + " dimensions");
  }
  if (found->booleans != booleans) refuse(found->booleans ? "booleans" : "integers");
  return found;
}

std::vector<int32_t> TargetIds(const Safetensors& file, const std::vector<int64_t>& offsets,
                               int64_t vocab_size) {
  std::vector<int32_t> ids;
  std::vector<int32_t> first(static_cast<size_t>(vocab_size), -1);  // target id -> draft index
  for (size_t i = 0; i < offsets.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    const std::string place =
        file.path() + ": tensor " + kOffsets + ": element " + std::to_string(i);
    // Compared as an offset: the sum could overflow.
    if (offsets[i] < -index || offsets[i] >= vocab_size - index) {
      ThrowBadInput(place + " is " + std::to_string(offsets[i]) +
                    ", expected an offset to a target id from 0 to " +
                    std::to_string(vocab_size - 1));
    }
    const int64_t id = index + offsets[i];
    int32_t& before = first[static_cast<size_t>(id)];
    if (before >= 0) {
      ThrowBadInput(place + " is target id " + std::to_string(id) + ", as element " +
                    std::to_string(before) + " is, expected no id twice");
    }
    before = static_cast<int32_t>(i);
    ids.push_back(static_cast<int32_t>(id));
  }
  return ids;
}

void CheckFlags(const Safetensors& file, const std::vector<int64_t>& flags,
                const std::vector<int32_t>& ids) {
  std::vector<int64_t> expected(flags.size(), 0);
  for (const int32_t id : ids) expected[static_cast<size_t>(id)] = 1;
  const auto [at, other] = std::mismatch(expected.begin(), expected.end(), flags.begin());
  if (at == expected.end()) return;
  const std::string id = std::to_string(at - expected.begin());
  ThrowBadInput(file.path() + ": tensors " + kOffsets + " and " + kFlags + " disagree: target id " +
                id + (*at != 0 ? " is" : " is not") + " in " + kOffsets + " and t2d has " +
                std::to_string(*other) +
                " there, expected the same ids (a target id is the index plus d2t's element)");
}

// Offsets to the most frequent ids in order rise only where ids are left out; ids always rise.
bool LookLikeIds(const std::vector<int64_t>& offsets) {
  return offsets.size() > 1 && offsets.front() >= 0 &&
         std::adjacent_find(offsets.begin(), offsets.end(), std::greater_equal<>()) ==
             offsets.end();
}

}  // namespace

std::vector<int32_t> DraftVocabulary(const Safetensors& file, int64_t draft_vocab_size,
                                     int64_t vocab_size, const WeightSource& source,
                                     ModelFolder& folder) {
  source.MarkUsed(kOffsets);
  source.MarkUsed(kFlags);
  const StoredIntegers* offsets = Integers(file, kOffsets, draft_vocab_size, false);
  const StoredIntegers* flags = Integers(file, kFlags, vocab_size, true);
  const bool reduced = draft_vocab_size != vocab_size;
  if (offsets == nullptr && reduced) {
    ThrowBadInput(file.path() + ": tensor " + kOffsets + ": found no such tensor, expected " +
                  std::to_string(draft_vocab_size) + " integers, since draft_vocab_size is " +
                  std::to_string(draft_vocab_size) + " of vocab_size " +
                  std::to_string(vocab_size));
  }
  std::vector<int64_t> zeros;
  if (offsets == nullptr) zeros.resize(static_cast<size_t>(vocab_size));
  std::vector<int32_t> ids =
      TargetIds(file, offsets != nullptr ? offsets->values : zeros, vocab_size);
  if (flags != nullptr) {
    CheckFlags(file, flags->values, ids);
  } else if (offsets != nullptr && LookLikeIds(offsets->values)) {
    folder.Warn(
        "tensor d2t rises at every element, as ids do: it is read as offsets, target id = index + "
        "element, and there is no t2d to compare it with");
  }
  const bool identity = !reduced && std::is_sorted(ids.begin(), ids.end());
  return identity ? std::vector<int32_t>{} : ids;
}

}  // namespace dsb
