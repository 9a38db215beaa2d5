#include <omp.h>

#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <vector>

#include "kernels/bench/machine.h"
#include "kernels/bench/onednn.h"

namespace dsb::bench {

using dnnl::memory;

struct OneDnnMatmul::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::matmul matmul;
  memory input;
  memory output;
  std::vector<memory> weights;
};

OneDnnMatmul::OneDnnMatmul(const Options& options) : impl_(std::make_unique<Impl>()) {
  omp_set_num_threads(NumThreads());
  const auto type = options.bf16 ? memory::data_type::bf16 : memory::data_type::f32;
  const memory::desc input({options.num_rows, options.cols}, type, memory::format_tag::ab);
  const memory::desc any({options.cols, options.rows}, type, memory::format_tag::any);
  const memory::desc output({options.num_rows, options.rows}, memory::data_type::f32,
                            memory::format_tag::ab);
  const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(input, any, output),
                                                 impl_->engine);
  impl_->matmul = dnnl::matmul(description);
  impl_->input = memory(input, impl_->engine);
  impl_->output = memory(output, impl_->engine);
  for (int copy = 0; copy < options.copies; ++copy) {
    impl_->weights.emplace_back(description.weights_desc(), impl_->engine);
    // 0x3C3C is about 0.01 as bf16 and as the upper half of a float.
    std::memset(impl_->weights.back().get_data_handle(), 0x3C,
                impl_->weights.back().get_desc().get_size());
  }
  std::memset(impl_->input.get_data_handle(), 0x3C, input.get_size());
}

OneDnnMatmul::~OneDnnMatmul() = default;

void OneDnnMatmul::Run(int copy) {
  impl_->matmul.execute(impl_->stream,
                        {{DNNL_ARG_SRC, impl_->input},
                         {DNNL_ARG_WEIGHTS, impl_->weights[static_cast<size_t>(copy)]},
                         {DNNL_ARG_DST, impl_->output}});
  impl_->stream.wait();
}

}  // namespace dsb::bench
