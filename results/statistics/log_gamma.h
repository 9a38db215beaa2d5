// The logarithm of the gamma function. std::lgamma also writes the global signgam, which is a race
// between threads; this does not. Any thread.
#pragma once

#include <cmath>

namespace dsb {

// ln |gamma(x)|, x > 0.
inline double LogGamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

}  // namespace dsb
