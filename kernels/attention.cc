#include "kernels/attention.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/cpu/table.h"

namespace dsb {
namespace {

// Query rows of one sequence that one job takes, so that all threads have work.
int64_t RowsPerJob(const AttentionSequence& sequence, int64_t group) {
  const int64_t rows = std::max<int64_t>(1, cpu::kMaxQueries / group);
  return std::clamp<int64_t>((sequence.num_rows + 3) / 4, 1, rows);
}

int64_t NumJobs(const AttentionSequence& sequence, int64_t group) {
  const int64_t rows = RowsPerJob(sequence, group);
  return (sequence.num_rows + rows - 1) / rows * sequence.kv.num_kv_heads;
}

int64_t VisibleKeys(const AttentionSequence& sequence, int64_t row) {
  return sequence.first_position + (sequence.causal ? row + 1 : sequence.num_rows);
}

class AttentionJobs {
 public:
  AttentionJobs(const AttentionParams& params, float* scores, int64_t score_stride)
      : params_(params), scores_(scores), score_stride_(score_stride) {}

  // Job `job` of `sequence`: one kv head, some rows.
  void Run(const AttentionSequence& sequence, int64_t job, int worker) const {
    const KvLayer& kv = sequence.kv;
    const int64_t group = params_.num_heads / kv.num_kv_heads;
    const int64_t rows = RowsPerJob(sequence, group);
    const int64_t head = job % kv.num_kv_heads;
    const int64_t first_row = job / kv.num_kv_heads * rows;
    const int64_t last_row = std::min(first_row + rows, sequence.num_rows);
    const float* queries[cpu::kMaxQueries];
    float* outputs[cpu::kMaxQueries];
    int64_t visible[cpu::kMaxQueries];
    cpu::AttentionTask task{.keys = kv.keys + KeyIndex(kv, head, 0, 0),
                            .values = kv.values + ValueIndex(kv, head, 0, 0),
                            .head_dim = kv.head_dim,
                            .queries = queries,
                            .outputs = outputs,
                            .visible = visible,
                            .num_queries = 0,
                            .scale = params_.scale,
                            .scores = scores_ + worker * cpu::kMaxQueries * score_stride_,
                            .score_stride = score_stride_};
    const cpu::KernelTable& table = cpu::ActiveTable();
    for (int64_t row = first_row; row < last_row; ++row) {
      for (int64_t member = 0; member < group; ++member) {
        const int64_t column = (head * group + member) * kv.head_dim;
        const int64_t at = sequence.first_row + row;
        queries[task.num_queries] = params_.queries + at * params_.query_stride + column;
        outputs[task.num_queries] = params_.output + at * params_.output_stride + column;
        visible[task.num_queries] = VisibleKeys(sequence, row);
        if (++task.num_queries == cpu::kMaxQueries) {
          table.attention(task);
          task.num_queries = 0;
        }
      }
    }
    if (task.num_queries > 0) table.attention(task);
  }

 private:
  const AttentionParams& params_;
  float* scores_;
  int64_t score_stride_;
};

}  // namespace

void Attention(const AttentionParams& params, GemmScratch& scratch, ThreadPool& pool) {
  int64_t most_visible = 0;
  int64_t num_jobs = 0;
  for (const AttentionSequence& sequence : params.sequences) {
    DSB_DCHECK(params.num_heads % sequence.kv.num_kv_heads == 0);
    DSB_DCHECK(sequence.first_position + sequence.num_rows <= sequence.kv.capacity);
    most_visible = std::max(most_visible, sequence.first_position + sequence.num_rows);
    num_jobs += NumJobs(sequence, params.num_heads / sequence.kv.num_kv_heads);
  }
  const int64_t score_stride = (most_visible + 15) / 16 * 16;
  auto* scores = reinterpret_cast<float*>(
      scratch.Reserve(pool.num_threads() * cpu::kMaxQueries * score_stride * 4));
  const AttentionJobs attention(params, scores, score_stride);
  pool.ParallelFor(num_jobs, 1, [&](int64_t first, int64_t last, int worker) {
    int64_t job = first;
    int64_t before = 0;
    for (const AttentionSequence& sequence : params.sequences) {
      const int64_t count = NumJobs(sequence, params.num_heads / sequence.kv.num_kv_heads);
      for (; job < last && job - before < count; ++job)
        attention.Run(sequence, job - before, worker);
      before += count;
    }
  });
}

}  // namespace dsb
