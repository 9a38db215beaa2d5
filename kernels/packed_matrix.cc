#include "kernels/packed_matrix.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/half.h"
#include "kernels/huge_memory.h"
#include "kernels/packed_layout.h"
#include "kernels/stored_blocks.h"

namespace dsb {
namespace {

PackedForm FormOf(TensorType type, WeightMode mode) {
  constexpr PackedForm kF32Form{};
  constexpr PackedForm kBf16Form{PackedFormat::kBf16, PackedMatrix::Scales::kNone, 0};
  switch (mode) {
    case WeightMode::kBf16:
      return kBf16Form;
    case WeightMode::kF32:
      return kF32Form;
    case WeightMode::kStored:
      return StoredForm(type).value_or(kF32Form);
    case WeightMode::kQ8:
      if (Traits(type).block_size == 1) return *StoredForm(TensorType::kQ8_0);
      return StoredForm(type).value_or(kF32Form);
  }
  CheckFailed("mode is an enumerator", __FILE__, __LINE__);
}

PackedForm CommonForm(std::span<const StoredRows> parts, WeightMode mode) {
  const PackedForm form = FormOf(parts.front().type, mode);
  for (const StoredRows& part : parts) {
    if (FormOf(part.type, mode) != form) return PackedForm{};
  }
  return form;
}

void StoreScale(std::byte* block, bool is_f16, int64_t index, float value) {
  if (is_f16) {
    const uint16_t half = F16FromFloat(value);
    std::memcpy(block + index * 2, &half, sizeof(half));
  } else {
    std::memcpy(block + index * 4, &value, sizeof(value));
  }
}

// Writes one row of W into its lane of a zeroed panel.
class LaneWriter {
 public:
  LaneWriter(PackedForm form, int64_t cols)
      : form_(form), cols_(cols), steps_(PackedSteps(form.format, cols)) {
    row_.resize(static_cast<size_t>(cols));
  }

  void Write(TensorType type, const std::byte* row, std::byte* panel, int64_t lane) {
    const bool keeps_blocks = IsQuantized(form_.format) && Traits(type).block_size > 1;
    if (!keeps_blocks) DequantizeRow(type, row, row_);
    if (IsQuantized(form_.format)) {
      for (int64_t b = 0; b < steps_; ++b) {
        WriteBlock(keeps_blocks
                       ? ReadStoredBlock(type, row, b)
                       : EncodeQ8(row_.data() + 32 * b, std::min<int64_t>(32, cols_ - 32 * b)),
                   panel, b, lane);
      }
      return;
    }
    for (int64_t c = 0; c < cols_; ++c) {
      const float value = row_[static_cast<size_t>(c)];
      if (form_.format == PackedFormat::kF32) {
        std::memcpy(panel + (c * 16 + lane) * 4, &value, sizeof(value));
      } else {
        const uint16_t half = Bf16FromFloat(value);
        std::memcpy(panel + c / 2 * 64 + lane * 4 + c % 2 * 2, &half, sizeof(half));
      }
    }
  }

 private:
  void WriteBlock(const StoredBlock& block, std::byte* panel, int64_t b, int64_t lane) const {
    using Scales = PackedMatrix::Scales;
    std::byte* scales = panel + b * ScaleBytes(form_.scales);
    const bool is_f16 = form_.scales == Scales::kF16 || form_.scales == Scales::kF16Min;
    StoreScale(scales, is_f16, lane, block.scale);
    if (HasMinimum(form_.scales)) StoreScale(scales, is_f16, 16 + lane, block.minimum);
    const bool nibbles = form_.format == PackedFormat::kQ4;
    std::byte* quants = panel + QuantsOffset(form_.scales, steps_) + b * (nibbles ? 256 : 512);
    for (int64_t c = 0; c < (nibbles ? 16 : 32); ++c) {
      const int high = nibbles ? block.quants[c + 16] << 4 : 0;
      quants[QuantByte(lane, c)] = static_cast<std::byte>(block.quants[c] | high);
    }
  }

  PackedForm form_;
  int64_t cols_;
  int64_t steps_;
  std::vector<float> row_;
};

}  // namespace

void PackedMatrix::FreeAligned::operator()(std::byte* data) const { FreeHuge(data, bytes); }

const char* WeightModeName(WeightMode mode) {
  switch (mode) {
    case WeightMode::kStored:
      return "stored";
    case WeightMode::kBf16:
      return "bf16";
    case WeightMode::kF32:
      return "f32";
    case WeightMode::kQ8:
      return "q8";
  }
  CheckFailed("mode is an enumerator", __FILE__, __LINE__);
}

PackedMatrix PackedMatrix::Pack(std::span<const StoredRows> parts, WeightMode mode) {
  DSB_CHECK(!parts.empty());
  PackedMatrix out;
  const PackedForm form = CommonForm(parts, mode);
  out.cols_ = parts.front().cols;
  for (const StoredRows& part : parts) {
    DSB_CHECK(part.cols == out.cols_);
    out.rows_ += part.order.empty() ? part.rows : static_cast<int64_t>(part.order.size());
  }
  DSB_CHECK(out.cols_ > 0 && out.rows_ > 0);
  out.format_ = form.format;
  out.scales_ = form.scales;
  out.zero_point_ = form.zero_point;
  out.panel_bytes_ = PanelBytes(form.format, form.scales, out.cols_);
  out.bytes_ = out.num_panels() * out.panel_bytes_;
  out.data_ = {AllocateHuge(out.bytes_), FreeAligned{out.bytes_}};

  LaneWriter writer(form, out.cols_);
  int64_t to = 0;
  for (const StoredRows& part : parts) {
    const int64_t row_bytes = RowBytes(part.type, part.cols);
    const int64_t count = part.order.empty() ? part.rows : static_cast<int64_t>(part.order.size());
    for (int64_t i = 0; i < count; ++i, ++to) {
      const int64_t from = part.order.empty() ? i : part.order[static_cast<size_t>(i)];
      DSB_DCHECK(from >= 0 && from < part.rows);
      std::byte* panel = out.data_.get() + to / 16 * out.panel_bytes_;
      writer.Write(part.type, part.data + from * row_bytes, panel, to % 16);
    }
  }
  return out;
}

}  // namespace dsb
