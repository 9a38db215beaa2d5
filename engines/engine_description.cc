#include "engines/engine_description.h"

namespace dsb {

const char* ProvenanceName(const Provenance& provenance) {
  if (provenance.acceptance == Provenance::Acceptance::kSynthetic) return "synthetic";
  if (provenance.time == Provenance::Time::kModelled) return "modelled";
  const bool recorded = provenance.acceptance == Provenance::Acceptance::kRecorded;
  return recorded ? "recorded" : "measured";
}

}  // namespace dsb
