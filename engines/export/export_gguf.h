// llama.cpp's forms (remote_servers.md 9.4). Internal to export_model.h.
#pragma once

#include <string>

#include "engines/export/drafter_source.h"
#include "engines/export/gguf_builder.h"

namespace dsb {

// Of dspark and dflash: architecture dflash, which runs both as draft-dspark; dflash with a Markov
// head of zeros. kBadInput on the others.
GgufBuilder DrafterGguf(const DrafterSource& source);
// Every tensor as float32 of bf16 values: what --weights bf16 computes with.
GgufBuilder TargetGguf(const GgufFile& target);

}  // namespace dsb
