// Errors about a place in a configuration file, with the line they are about.
#pragma once

#include "base/error.hpp"
#include "config/mask.hpp"

#include <string>
#include <string_view>

namespace davit::config {

// The source line of `where` and a caret line below it, tabs kept aligned and secrets masked; empty if there is no such
// line, or if it is the further line of a value that may be secret.
std::string excerpt(std::string_view source, const place &where, hide what = hide::names);

// `where` with its column brought back to just behind the end of its line: toml++ counts the line end at the end of the
// file as a character.
place within_line(std::string_view source, place where);

// An error about `where`, with the excerpt as far as the file can still be read. Message and hint may quote values:
// secrets in them are masked too.
error complaint(error_code code, const place &where, std::string_view message, std::string_view hint = {},
                hide what = hide::names);

} // namespace davit::config
