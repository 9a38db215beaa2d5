// Writes a file whole or not at all: whoever reads it finds the old content or the new one, also
// after a crash. Not for files that grow.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace dsb {

// Replaces `path` (or makes it) by what `write` puts into the stream. If anything fails or `write`
// throws, `path` stays as it was; kResource if it was the disk, or if `path` is no regular file. A
// writer that is killed leaves `path`.part-PID; the next one removes it.
void WriteWholeFile(const std::string& path, const std::function<void(std::ostream&)>& write);
void WriteWholeFile(const std::string& path, std::string_view text);

// Waits until the disk has the file's bytes. kResource on failure.
void SyncFile(const std::string& path);
// Makes the names in the folder that holds `path` last: a file made or renamed there survives a
// crash. kResource on failure.
void SyncFolderOf(const std::string& path);

}  // namespace dsb
