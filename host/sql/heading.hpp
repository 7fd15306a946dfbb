// A statement in a few words, for messages: "CREATE TABLE shop.customer".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace davit::sql {

// The tokens at the start of `statement`, past comments, as they are spelled and one space apart where there was any
// space between them: as many as fit into `limit` bytes, and "…" if that is not all.
std::string heading(std::string_view statement, std::size_t limit = 50);

} // namespace davit::sql
