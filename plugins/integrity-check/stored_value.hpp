// A captured value as a stat: an integer where it is one, else its text, and JSON null where there was nothing.
#pragma once

#include <davit/plugin.hpp>

#include <optional>
#include <string>

namespace integrity_check {

struct stored_value {
  std::optional<std::string> text; // empty: there was nothing to measure
};

void store(const davit::context &cx, const std::string &key, const stored_value &value);

// Empty if there is no such stat.
std::optional<stored_value> find_stored(const davit::context &cx, const std::string &key);

} // namespace integrity_check
