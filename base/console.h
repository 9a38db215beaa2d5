// The process's standard streams: what a command prints, and one-line messages beside it. Nothing
// printed is lost in silence. Any thread for messages, one for output.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// Writes `text` to standard output as it is, and at once. kResource if it cannot be written. A
// reader that has gone (a closed pipe) is no error: this and what follows is dropped.
void WriteOutput(std::string_view text);
bool OutputHasReader();  // false once a closed pipe was found
// kResource if something was printed past WriteOutput and lost.
void CheckOutput();

// "dsbench: KIND: TEXT" on standard error, made one line that hides nothing (quoted.h).
void Say(std::string_view kind, std::string_view text);  // error, warning, note
// The same without a kind.
void Say(std::string_view text);

// Standard streams that are closed are opened so that writing to them fails: else the next file
// that is opened would take their place, and be written into. Before anything else.
void KeepStandardStreams();

}  // namespace dsb
