// `dsbench probe`: what a server reveals, before anything is measured on it.
#pragma once

#include <string>

#include "base/error.h"
#include "harness/options/remote_options.h"

namespace dsb {

struct ProbeChoice {
  RemoteOptions remote;
  std::string target;  // for its tokenizer; empty: none
  std::string format;
};

// kResource if there is no server; else kDone, whatever it reveals.
ExitCode ExecuteProbe(const ProbeChoice& choice);

}  // namespace dsb
