// Lines of public prompt files that are read as they are: Spec-Bench's and SPEED-Bench's
// (question_id, category, turns), ShareGPT's (conversations of from and value) and lists of chat
// messages (messages of role and content). Only what users say is taken: a model's answers in a
// file are not played, since the model that is measured gives its own. Knows no file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "workloads/jsonl_line.h"

namespace dsb {

// None if `line`, a JSON object, is of none of these forms. kBadInput "PLACE: ..." if it is of one
// but holds what cannot be played as it stands: a system message, another key, nothing that a user
// says.
std::optional<JsonlLine> ReadKnownForm(std::string_view line, const std::string& place);

}  // namespace dsb
