// Reads a statement token by token, past white space and comments, to tell what kind of statement it is.
#pragma once

#include "sql/lexer.hpp"

#include <initializer_list>
#include <string_view>

namespace davit::sql {

class token_reader {
public:
  // `statement` must outlive the reader; a semicolon ends it.
  explicit token_reader(std::string_view statement);

  bool at_end() const { return now_.kind == token_kind::end; }
  token_kind kind() const { return now_.kind; }
  std::string_view text() const { return lexer_.text_of(now_); }
  std::size_t offset() const { return now_.begin; } // of the token, in the statement
  bool is(std::string_view keyword) const;          // in lower case
  void advance();

  // Moves past the keyword if it stands here.
  bool accept(std::string_view keyword);
  // All of them one after another, or none.
  bool accept(std::initializer_list<std::string_view> keywords);
  // Moves past `(…)` if it stands here.
  bool accept_parentheses();
  // Moves past a name, qualified or not, if one stands here.
  bool accept_name();

private:
  lexer lexer_;
  token now_{token_kind::end, 0, 0};
};

// The value of a Boolean option such as `(concurrently off)`, where the reader stands behind the option's name; an
// option without a value is on.
bool option_is_on(token_reader &reader);

} // namespace davit::sql
