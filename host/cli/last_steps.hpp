// How the process ends once everything is said.
#pragma once

#include "cli/terminal.hpp"

namespace davit::cli {

// The status to end with: that of the command, unless its answers did not arrive.
int delivered(int status, terminal &t);

// Returns for main to return if no plugin has run here. Else ends the process, without what plugins have registered for
// that: destructors of static and thread-local objects and exit functions may hang, crash, or end it with a status of
// their own, and destroy was the place for what they had to do. What they left in buffers of stdio is written out.
int end_process(int status, terminal &t);

} // namespace davit::cli
