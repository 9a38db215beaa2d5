// Which links a model's folder may have (docs/checkpoints.md, "Links"): into the folder itself, or
// as a hub client's cache has them, REPO/snapshots/REVISION/FILE -> REPO/blobs/HASH, where the blob
// may be a link to another file named by a hash in the same cache. Opens nothing.
#pragma once

#include <string>

namespace dsb {

// kBadInput "PLACE: found NAME, a link ..." if FOLDER/NAME leads elsewhere. What is no link, or
// leads to nothing, passes: opening it says what is wrong. `name` has no separator.
void CheckFolderLink(const std::string& folder, const std::string& name, const std::string& place);

}  // namespace dsb
