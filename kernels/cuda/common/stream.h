// A stream as plain C++ sees it: work given to one stream runs in the order given. Not a CUDA
// header: engines pass a Stream on and only kernels/cuda knows that it is a cudaStream_t.
// nullptr is the default stream. The runner in kernels/cudahost ignores it: there every launch has
// finished when it returns.
#pragma once

namespace dsb::cuda {

struct StreamTag;
using Stream = StreamTag*;

}  // namespace dsb::cuda
