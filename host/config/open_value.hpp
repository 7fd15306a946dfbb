// Values of davit.toml that reach over more than one line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace davit::config {

struct open_value {
  bool text;               // a string; else an array or a table
  std::uint32_t from_line; // where the outermost one began
};

// The value within which a line of the file begins, if there is one. Of a file with an error, for lines up to that.
std::optional<open_value> value_open_at(std::string_view source, std::uint32_t line);

} // namespace davit::config
