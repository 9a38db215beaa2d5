// The hash chain over a run's requests: d_0 stands for what is run, d_i for d_(i-1) and every row
// of request i, in the order of finishing. Pure functions on records: the store writes the chain,
// an audit computes it again. It finds accidents and later edits; whoever forges rows can forge it
// too.
#pragma once

#include <map>
#include <string>

#include "results/records.h"

namespace dsb {

// SHA-256 over the run's config_sha256 and chain_nonce, the build's fingerprint and the SHA-256 of
// the artifacts by role.
std::string ChainStart(const RunRecord& run, const std::map<std::string, ArtifactRecord>& artifacts,
                       const BuildRecord& build);

// SHA-256 over `previous` and the canonical rows of prompt, request, bursts and rounds: the values
// of schema version 2's columns in their described order, without row ids. A number is decimal, a
// text or blob its length, a colon and its bytes, an absent value "-"; "," ends a value, "\n" a
// row.
std::string ChainNext(const std::string& previous, const PromptRecord& prompt,
                      const RequestRecord& request);

}  // namespace dsb
