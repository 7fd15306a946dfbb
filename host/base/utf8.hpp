// UTF-8: whether text is, and making it so.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace davit {

// Valid UTF-8 (RFC 3629) without NUL.
bool is_utf8_text(std::string_view s);

// `s` with every byte that is not part of a valid sequence, and every NUL, replaced by U+FFFD.
std::string to_utf8_text(std::string_view s);

// `s` with every control character written out: \x1b.
std::string visible(std::string_view s);

// `s`, or as much of its beginning as `most` bytes hold without cutting a character, and how long it was.
std::string cut_text(std::string_view s, std::size_t most);

} // namespace davit
