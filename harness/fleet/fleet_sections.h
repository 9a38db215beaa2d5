// The sections of a fleet's run that are done, kept in a file, so that a run that was killed goes
// on where it was and comes to the same sums.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "harness/fleet/fleet.h"
#include "harness/fleet/fleet_command.h"

namespace dsb {

inline constexpr const char* kFleetFormat = "dsbench fleet";

// What must be the same for sums to be added up: the options, the cost table's text, what the
// acceptance model (null: plain decoding) draws, and this program.
std::string FleetIdentity(const FleetCommandOptions& options, const std::string& table,
                          const AcceptanceModel* acceptance);

class FleetSections {
 public:
  // Those of options.output, if it says to go on with them: kBadInput if it is another run's file,
  // kResource if it is not there.
  // `options` outlive this.
  FleetSections(const FleetCommandOptions& options, std::string identity);
  std::vector<int64_t> Missing() const;
  // Any thread. Written now and then: the file is written whole, and grows with the run.
  void Finish(int64_t section, FleetSums sums);
  void Keep();              // what is done and not written yet; while nobody finishes any
  FleetSums Total() const;  // of all: none is missing

 private:
  void Write() const;
  void Read();

  const FleetCommandOptions& options_;
  const std::string identity_;
  const MonotonicClock clock_;
  std::mutex mutex_;
  std::vector<std::optional<FleetSums>> done_;
  bool written_ = true;
  int64_t next_write_ns_ = 0;
};

}  // namespace dsb
