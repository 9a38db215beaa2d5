#include "kernels/cudahost/runner.h"

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kernels/cudahost/block.h"

namespace dsb::cudahost {
namespace {

thread_local Options active_options;
thread_local int64_t num_launches = 0;
// The last block of this OS thread: launches follow each other with the same size.
thread_local std::unique_ptr<Block> kept_block;

void CheckShape(const Shape& shape) {
  const dim3& block = shape.block;
  const uint64_t num_threads = uint64_t{block.x} * block.y * block.z;
  if (num_threads == 0 || num_threads > 1024 || block.z > 64) {
    throw KernelError("a block of " + std::to_string(block.x) + " x " + std::to_string(block.y) +
                      " x " + std::to_string(block.z) + " threads, expected 1 to 1024");
  }
  if (shape.shared_bytes > size_t{227} * 1024) {
    throw KernelError("a block with " + std::to_string(shape.shared_bytes) +
                      " bytes of dynamic shared memory, expected at most 227 KiB");
  }
  const dim3& grid = shape.grid;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 ||
      grid.z > 65535) {
    throw KernelError("a grid of " + std::to_string(grid.x) + " x " + std::to_string(grid.y) +
                      " x " + std::to_string(grid.z) + " blocks is out of CUDA's range");
  }
}

}  // namespace

void Run(const Shape& shape, const std::function<void()>& body) {
  CheckShape(shape);
  ++num_launches;
  const dim3 grid = shape.grid;
  const uint64_t num_blocks = uint64_t{grid.x} * grid.y * grid.z;
  const Options options = active_options;
  std::atomic<uint64_t> next{0};
  std::exception_ptr error;
  std::mutex error_mutex;
  const auto work = [&] {
    try {
      if (kept_block == nullptr || !kept_block->HasSize(shape.block)) {
        kept_block.reset();
        kept_block = std::make_unique<Block>(shape.block);
      }
      for (uint64_t i = next.fetch_add(1); i < num_blocks; i = next.fetch_add(1)) {
        const uint3 index{static_cast<unsigned>(i % grid.x),
                          static_cast<unsigned>(i / grid.x % grid.y),
                          static_cast<unsigned>(i / grid.x / grid.y)};
        kept_block->RunOne(index, grid, shape.shared_bytes, options, body);
      }
    } catch (...) {
      kept_block.reset();  // its threads stopped half-way
      const std::lock_guard lock(error_mutex);
      if (error == nullptr) error = std::current_exception();
      next = num_blocks;
    }
  };
  if (options.num_workers <= 1) {
    work();
  } else {
    std::vector<std::jthread> workers;
    for (int i = 0; i < options.num_workers; ++i) workers.emplace_back(work);
  }
  if (error != nullptr) std::rethrow_exception(error);
}

int64_t NumLaunches() { return num_launches; }

ScopedOptions::ScopedOptions(const Options& options) : before_(active_options) {
  active_options = options;
}
ScopedOptions::~ScopedOptions() { active_options = before_; }

}  // namespace dsb::cudahost
