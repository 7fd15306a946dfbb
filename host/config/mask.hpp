// Keeps secrets out of messages that quote a configuration file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace davit::config {

struct masked_text {
  std::string text;
  std::size_t offset; // where the byte at the given offset is now; the mask's begin if it was secret
};

// names: of whatever is called password, secret, token and the like. all: where the name itself may be wrong.
enum class hide { names, all };

// The line with everything that may be secret replaced by "****": the password of a URL, and the value of whatever is
// called password, secret, token and the like, in TOML and in libpq's conninfo strings alike. In doubt, as in a line
// with a syntax error, more is hidden rather than less. With hide::all the value of every key but a table.
masked_text mask_secrets(std::string_view line, std::size_t offset = 0, hide what = hide::names);

} // namespace davit::config
