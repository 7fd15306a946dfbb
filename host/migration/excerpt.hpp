// A line of source with a caret below it, made fit for a terminal and for JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace davit::migration {

// `column` counts characters from 1; 0 gives no caret line. Of a long line the characters around the column are shown.
// What is no printable UTF-8 is shown as U+FFFD.
std::string excerpt_of_line(std::string_view line, std::uint32_t column);

} // namespace davit::migration
