// A gate's verdict as a reader wants it: the state first, then why, then every figure.
#pragma once

#include <vector>

#include "reports/document/document.h"
#include "reports/gate/rows.h"

namespace dsb {

Document MakeGateDocument(const GateVerdict& verdict);
// The records of a noise floor as a table.
Document MakeNoiseDocument(const std::vector<NoiseFloorRecord>& records);

}  // namespace dsb
