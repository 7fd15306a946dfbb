// What plugins have printed through stdio and stdio still holds back. Where davit ends without going back through their
// code, nobody else writes it out.
#pragma once

#include <chrono>

namespace davit::plugin {

// False if not all of it could be written in that time: a plugin's stream may have functions of its own behind it, or
// be locked by a thread that does not go on. In a child; where none can be had, and `here_if_need_be`, it is
// done here: what does not return within that time is then the end of the process, with the status that is decided. Any
// thread, but not a signal handler.
bool write_out_streams(std::chrono::milliseconds patience, bool here_if_need_be);

// The same for where davit leaves at once: within half a second, with a warning on standard error if it is read. Does
// nothing if no plugin's code has run.
void write_out_streams_or_warn();

} // namespace davit::plugin
