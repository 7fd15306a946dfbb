#include "migration/text_position.hpp"

#include <algorithm>

namespace davit::migration {

text_position text_cursor::advance_to(std::size_t offset) {
  for (const auto end = std::min(offset, text_.size()); offset_ < end; ++offset_) {
    if (text_[offset_] == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if (!continues_character(text_[offset_])) {
      ++position_.column;
    }
  }
  return position_;
}

} // namespace davit::migration
