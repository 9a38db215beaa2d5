// How far each op may be from its double oracle: |got - want| <= absolute + relative * magnitude,
// where magnitude is the oracle's own scale for that output (the sum of |terms| for products,
// |want| for elementwise ops).
#pragma once

namespace dsb::testing {

struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

constexpr double kFloatEpsilon = 0x1p-24;
constexpr double kBf16Epsilon = 0x1p-8;

// Products of K columns: `relative` is per unit of sum |w * x|.
constexpr Tolerance kGemmF32{1e-30, 16 * kFloatEpsilon};
// Two bf16 roundings never happen: weights are bf16 already, the input is rounded once.
constexpr Tolerance kGemmBf16{1e-30, kBf16Epsilon + 16 * kFloatEpsilon};
// Input to int8 blocks: half a step of max|x| / 127 against a typical |x| of about max|x| / 2.5.
constexpr Tolerance kGemmQuantized{1e-30, 0.01};
constexpr Tolerance kRmsNorm{1e-30, 32 * kFloatEpsilon};
constexpr Tolerance kSiluMul{1e-30, 16 * kFloatEpsilon};
constexpr Tolerance kRope{1e-7, 4 * kFloatEpsilon};
constexpr Tolerance kAttention{1e-6, 64 * kFloatEpsilon};
// Header: relative error of a softmax weight below 4e-7 (plus the argument's own rounding, |x| *
// epsilon).
constexpr Tolerance kSoftmax{0x1p-126, 4e-7};

}  // namespace dsb::testing
