// Moves finished requests and steps off the hot path: a queue, bounded in bytes, and one thread
// that owns all writes of a run. While another process holds the file locked the queue grows, until
// the store's longest wait is over.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "results/records.h"
#include "results/store/store.h"

namespace dsb {

class Recorder {
 public:
  struct Options {
    // Of what is added and not yet committed; beyond it the caller waits, and the time counts as
    // stall.
    int64_t capacity_bytes = int64_t{256} << 20;
    int64_t steps_per_batch = 256;  // or one second, whichever comes first
  };
  // `store` outlives the recorder; nobody else writes to it meanwhile.
  Recorder(Store& store, const Options& options);
  ~Recorder();  // Finish() without rethrowing

  // Hot path; never touches the disk. Throws kResource if the recorder thread has failed (disk
  // full, I/O error, locked for too long); the message says how many requests are not stored.
  void Add(RequestRecord record);
  void Add(StepRecord record);
  // All rows in one transaction.
  void Add(std::vector<KernelTimeRecord> records);
  // Returns once everything added so far is committed. Throws kResource if it could not be.
  void Flush();
  void Finish();             // Flush and end the thread
  int64_t stall_ns() const;  // time that callers waited for a full queue

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dsb
