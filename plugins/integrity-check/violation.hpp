// How a violated check or capture ends its handler.
#pragma once

#include <davit/plugin.hpp>

#include <string>

namespace integrity_check {

// Reads PREFIX.veto, and refuses it with a phase where a veto has no meaning.
bool read_veto(const davit::setup &s, const std::string &prefix, const std::string &phase);

// Throws "MESSAGE (NAME: FINDING)", without a message "NAME: FINDING", as davit::veto or as davit::error.
[[noreturn]] void violate(bool veto, const std::string &message, const std::string &name, const std::string &finding);

} // namespace integrity_check
