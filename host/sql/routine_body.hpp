// Follows the words of a statement to know when it is inside the BEGIN ATOMIC … END body of a function or procedure,
// where semicolons end nothing. It is psql's own rule of thumb, so that both cut at the same places.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace davit::sql {

class routine_body {
public:
  // The next unquoted word of the statement. Words in parentheses are not looked at.
  void take_word(std::string_view word, bool in_parentheses);
  bool inside() const { return depth_ > 0; }

private:
  enum class keyword { other, create, or_, replace, routine };

  static keyword keyword_of(std::string_view word);
  bool creates_routine() const;

  std::array<keyword, 4> first_{};
  std::size_t count_ = 0;
  std::size_t depth_ = 0; // of BEGIN and, within it, of CASE: both close with END
};

} // namespace davit::sql
