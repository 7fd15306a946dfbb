// What davit tells a handler, as text that a test can compare.
#pragma once

#include <davit/plugin.hpp>

#include <string>
#include <string_view>

namespace probe {

std::string to_text(const davit_value &v); // "none", "true", "7", "0.5", a string or JSON as it is
std::string name_of_status(std::int32_t status);
std::string name_of_reason(std::int32_t cancel_reason);

// "name=value name=value …" of the run, the migration, the binding or the error; "none" if there is none.
std::string describe(const davit::context &cx, std::string_view what);

} // namespace probe
