#include "sql/routine_body.hpp"

#include "sql/characters.hpp"

namespace davit::sql {

routine_body::keyword routine_body::keyword_of(std::string_view word) {
  if (equals_keyword(word, "create")) return keyword::create;
  if (equals_keyword(word, "or")) return keyword::or_;
  if (equals_keyword(word, "replace")) return keyword::replace;
  if (equals_keyword(word, "function") || equals_keyword(word, "procedure")) return keyword::routine;
  return keyword::other;
}

bool routine_body::creates_routine() const {
  if (first_[0] != keyword::create) return false;
  return first_[1] == keyword::routine ||
         (first_[1] == keyword::or_ && first_[2] == keyword::replace && first_[3] == keyword::routine);
}

void routine_body::take_word(std::string_view word, bool in_parentheses) {
  if (in_parentheses) return;
  if (count_ < first_.size()) first_[count_++] = keyword_of(word);
  if (!creates_routine()) return;
  if (equals_keyword(word, "begin") || (depth_ > 0 && equals_keyword(word, "case")))
    ++depth_;
  else if (depth_ > 0 && equals_keyword(word, "end"))
    --depth_;
}

} // namespace davit::sql
