// Backslashes in '…', which are characters or escapes depending on standard_conforming_strings: where a session begins
// with that off, a file that has them is another file.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace davit::sql {

class plain_backslashes {
public:
  // To be shown the statements of a file one after another. Gives the place, in bytes, of the first string in
  // `statement` that has one, unless the file has set the setting itself before.
  std::optional<std::size_t> look(std::string_view statement);

private:
  bool set_by_file_ = false;
};

} // namespace davit::sql
