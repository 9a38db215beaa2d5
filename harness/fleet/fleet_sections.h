// The sums of a fleet's sections, kept in a file so that a stopped run goes on.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "harness/fleet/fleet.h"
#include "harness/fleet/fleet_command.h"

namespace dsb {

inline constexpr const char* kFleetFormat = "dsbench fleet";

class FleetSections {
 public:
  // Reads what an earlier run finished if options.resume: kResource if the file is not there,
  // kBadInput if it is another run's.
  FleetSections(const FleetCommandOptions& options, std::string identity);
  std::vector<int64_t> Missing() const;
  // Any thread. Writes the file, if there is to be one.
  void Finish(int64_t section, FleetSums sums);
  FleetSums Total() const;  // once none is missing

 private:
  void Write() const;
  void Read();

  const FleetCommandOptions& options_;
  const std::string identity_;
  std::mutex mutex_;
  std::vector<std::optional<FleetSums>> done_;
};

}  // namespace dsb
