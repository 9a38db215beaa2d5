#include "engines/transformer/kv_slots.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dsb {
namespace {

constexpr KvSlots::Shape kShape = {
    .num_layers = 2, .num_slots = 3, .context_tokens = 1000, .num_kv_heads = 2, .head_dim = 64};

class Slots : public testing::Test {
 protected:
  void SetUp() override {
    for (int64_t slot = 0; slot < kShape.num_slots; ++slot) {
      for (int64_t layer = 0; layer < kShape.num_layers; ++layer) {
        const KvLayer kv = slots_.Layer(layer, slot);
        const int64_t floats = kv.num_kv_heads * kv.capacity * kv.head_dim;
        std::fill_n(kv.keys, floats, 1.0f);
        std::fill_n(kv.values, floats, 1.0f);
      }
    }
  }
  // Of a slot's values, keys too, those that still are what was written.
  double Share(int64_t slot, int64_t first_position, int64_t last_position) {
    int64_t kept = 0, all = 0;
    for (int64_t layer = 0; layer < kShape.num_layers; ++layer) {
      const KvLayer kv = slots_.Layer(layer, slot);
      for (int64_t head = 0; head < kv.num_kv_heads; ++head) {
        for (int64_t position = first_position; position < last_position; ++position) {
          for (int64_t d = 0; d < kv.head_dim; ++d) {
            kept += kv.keys[KeyIndex(kv, head, position, d)] == 1 ? 1 : 0;
            kept += kv.values[ValueIndex(kv, head, position, d)] == 1 ? 1 : 0;
            all += 2;
          }
        }
      }
    }
    return static_cast<double>(kept) / static_cast<double>(all);
  }

  KvSlots slots_{kShape};
};

TEST_F(Slots, GivesBackWhatALongSequenceTookButItsFirstPositions) {
  slots_.Release(1, 900);
  EXPECT_EQ(Share(1, 0, KvSlots::kKeptPositions), 1);
  // Whole pages only: one position is 256 bytes.
  EXPECT_EQ(Share(1, KvSlots::kKeptPositions + 16, 992), 0);
  EXPECT_EQ(Share(0, 0, 1000), 1);
  EXPECT_EQ(Share(2, 0, 1000), 1);
}

TEST_F(Slots, KeepsTheMemoryOfShortSequences) {
  slots_.Release(1, KvSlots::kKeptPositions);
  EXPECT_EQ(Share(1, 0, 1000), 1);
}

}  // namespace
}  // namespace dsb
