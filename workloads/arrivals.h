// When requests come, drawn before the start: seed and process in, times out. Pure: the same
// arguments give the same times, so a stored schedule can be drawn again and compared. Knows no
// clock and no request.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dsb {

// Gaps between arrivals of an open loop (measurement.md 6), independent, of mean 1 / rate:
// Poisson's are exponential, Gamma's have shape 1 / cv^2 (cv 1 is Poisson's law, 0 a metronome).
// The draw is never rescaled to hit the rate. ns from the start, ascending, [count]; the first
// follows one gap. kBadInput if they reach beyond 104 days.
std::vector<int64_t> PoissonArrivals(double rate_per_s, int64_t count, uint64_t seed);
std::vector<int64_t> GammaArrivals(double rate_per_s, double cv, int64_t count, uint64_t seed);

// A trace's times, ascending, with their gaps divided by `rate_scale` > 0: from 0 on.
std::vector<int64_t> ScaledArrivals(std::span<const int64_t> times_ns, double rate_scale);

// How long a user thinks before the request with this index of its visit: exponential of this mean,
// in ns; 0 if the mean is.
int64_t ThinkTimeNs(int64_t mean_ns, uint32_t visit, uint32_t index, uint64_t seed);

// 0 .. count-1 in a drawn order, another for each `pass`.
std::vector<uint32_t> DrawnOrder(uint32_t count, uint32_t pass, uint64_t seed);

}  // namespace dsb
