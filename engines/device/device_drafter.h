// A drafter on the device, behind the device engine: the twin of engines/drafter.h with arrays on
// the device in place of vectors, so that nothing waits between drafting and verification. Made
// from the weights that the CPU's drafter loads. One thread, one stream at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engines/device/device_plan.h"
#include "engines/device/device_target.h"
#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/common/row_info.h"

namespace dsb {

// What an engine will ask for at most.
struct DeviceDrafterSizes {
  int32_t num_slots = 1;
  int32_t context_tokens = 0;  // positions per slot, the block's own rows included
  int32_t draft_length = 0;    // drafts per request and round, 1 .. the drafter's own
  int32_t max_requests = 1;
  int64_t max_committed_rows = 0;  // of one Advance
};

// One round's drafting. Row (r, k) of a [requests, draft_length] array is r * draft_length + k.
struct DeviceDraftCall {
  int32_t num_requests = 0;  // padding included
  const cuda::RoundRequest* requests = nullptr;
  // What FillRound wrote for these requests.
  const cuda::RowInfo* rows = nullptr;
  const int32_t* tokens = nullptr;
  const int32_t* slots = nullptr;  // [requests], negative: padding
  cuda::DraftRows drafts;          // block = draft_length
  float* confidence = nullptr;     // [requests, draft_length]
};

// Rows of a target pass that the drafter takes in. Rows after the last accepted draft may be among
// them: their positions are written again before anything sees them.
struct DeviceCommittedRows {
  int64_t num_rows = 0;
  const cuda::RowInfo* rows = nullptr;
  const float* features = nullptr;       // [num_rows, feature layers * hidden]
  const int32_t* next_tokens = nullptr;  // [num_rows]: the token after each row
  int32_t num_requests = 0;
  const int32_t* last_rows = nullptr;  // [num_requests]: the last committed row; negative: none
  const int32_t* slots = nullptr;      // [num_requests]
};

class DeviceDrafter {
 public:
  virtual ~DeviceDrafter() = default;
  virtual std::string Name() const = 0;
  virtual int32_t draft_length() const = 0;
  virtual std::span<const int32_t> feature_layers() const = 0;
  virtual std::span<const int32_t> target_ids() const = 0;
  virtual int64_t draft_vocab_size() const = 0;
  virtual bool has_confidence() const { return false; }
  // True: a block ends after a stop token (drafters.md 3.3).
  virtual bool ends_at_stops() const { return false; }
  virtual int64_t bytes_per_draft() const = 0;
  virtual int64_t flops_per_draft() const = 0;

  // Asks for all memory. Once, before anything below.
  virtual void Plan(const DeviceDrafterSizes& sizes, DevicePlan& plan) = 0;
  // Rows of a round that the host describes, per request.
  virtual int32_t rows_per_request() const = 0;
  // Host arrays of rows_per_request() * requests.size() entries.
  virtual void FillRound(std::span<const cuda::RoundRequest> requests,
                         std::span<cuda::RowInfo> rows, std::span<int32_t> tokens) const = 0;

  // All asynchronous.
  virtual void Advance(const DeviceCommittedRows& committed, cuda::Stream stream) = 0;
  virtual void Draft(const DeviceDraftCall& call, cuda::Stream stream) = 0;
  virtual void Confidence(const DeviceDraftCall& /*call*/, cuda::Stream /*stream*/) {}
};

}  // namespace dsb
