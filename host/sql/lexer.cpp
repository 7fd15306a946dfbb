#include "sql/lexer.hpp"

#include "sql/characters.hpp"

#include <algorithm>

namespace davit::sql {

void lexer::jump(std::size_t offset, std::size_t end) {
  text_ = std::string_view(text_.data(), end); // the caller's text may end later than the present one
  position_ = offset;
}

void lexer::set_standard_strings(bool on, std::size_t offset) {
  plain_quoting(); // an earlier change may have come into force meanwhile
  next_standard_strings_ = on;
  next_standard_strings_from_ = offset;
}

lexer::quoting lexer::plain_quoting() {
  if (position_ >= next_standard_strings_from_) standard_strings_ = next_standard_strings_;
  return standard_strings_ ? quoting::plain : quoting::escapes;
}

token lexer::next() {
  token t{token_kind::end, position_, position_};
  if (position_ >= text_.size()) return t;
  const char c = text_[position_];
  if (is_space(c)) {
    t.kind = token_kind::white_space;
    while (position_ < text_.size() && is_space(text_[position_])) ++position_;
  } else if (c == '-' && at(position_ + 1, '-')) {
    t.kind = token_kind::line_comment;
    line_comment();
  } else if (c == '/' && at(position_ + 1, '*')) {
    t.kind = token_kind::block_comment;
    t.closed = block_comment();
  } else if (c == '\'') {
    t.kind = token_kind::string;
    t.closed = string(plain_quoting());
  } else if (c == '"') {
    t.kind = token_kind::quoted_name;
    t.closed = quoted_name();
  } else if (c == '$') {
    t.kind = dollar(t.closed);
  } else if (is_digit(c) || (c == '.' && position_ + 1 < text_.size() && is_digit(text_[position_ + 1]))) {
    t.kind = token_kind::number;
    number();
  } else if (is_name_start(c)) {
    t.kind = word(t.closed);
  } else {
    t.kind = punctuation();
  }
  t.end = position_;
  return t;
}

// Moves to `position`, or to the end of the text if that is npos; tells which.
bool lexer::finish(std::size_t position) {
  position_ = std::min(position, text_.size());
  return position != std::string_view::npos;
}

bool lexer::line_comment() { return finish(text_.find_first_of("\r\n", position_)); }

bool lexer::block_comment() {
  position_ += 2;
  for (std::size_t depth = 1; depth > 0;) {
    if (!finish(text_.find_first_of("*/", position_))) return false;
    if (text_[position_] == '*' && at(position_ + 1, '/')) {
      --depth;
      ++position_;
    } else if (text_[position_] == '/' && at(position_ + 1, '*')) {
      ++depth;
      ++position_;
    }
    ++position_;
  }
  return true;
}

// At the opening quote.
bool lexer::string(quoting how) {
  ++position_;
  for (;;) {
    if (!finish(text_.find_first_of(how == quoting::escapes ? "'\\" : "'", position_))) return false;
    if (text_[position_] == '\\') {
      position_ = std::min(position_ + 2, text_.size());
    } else if (how != quoting::bits && at(position_ + 1, '\'')) {
      position_ += 2;
    } else {
      ++position_;
      if (!string_goes_on()) return true;
    }
  }
}

// After a closing quote: whether the string is continued behind a line end, which for psql can only be a carriage
// return; if so moves behind the quote that opens the next part. psql passes over blank lines before it looks.
bool lexer::string_goes_on() {
  auto i = std::min(text_.find_first_not_of('\n', position_), text_.size());
  bool line_end_seen = false;
  for (; i < text_.size() && text_[i] != '\n'; ++i) {
    if (text_[i] == '-' && at(i + 1, '-')) {
      i = std::min(text_.find_first_of("\r\n", i), text_.size());
      if (!at(i, '\r')) return false;
    }
    if (text_[i] == '\'' && line_end_seen) {
      position_ = i + 1;
      return true;
    }
    if (!is_space(text_[i])) return false;
    line_end_seen = line_end_seen || text_[i] == '\r';
  }
  return false;
}

// At the opening quote.
bool lexer::quoted_name() {
  for (++position_;;) {
    if (!finish(text_.find('"', position_))) return false;
    ++position_;
    if (!at(position_, '"')) return true;
    ++position_;
  }
}

// A dollar-quoted string, a parameter such as $1, or a lone dollar.
token_kind lexer::dollar(bool &closed) {
  auto i = position_ + 1;
  if (i < text_.size() && is_digit(text_[i])) {
    while (i < text_.size() && is_digit(text_[i])) ++i;
    position_ = i;
    junk();
    return token_kind::symbol;
  }
  if (i < text_.size() && is_name_start(text_[i]))
    while (i < text_.size() && is_name_part(text_[i])) ++i;
  if (!at(i, '$')) {
    ++position_;
    return token_kind::symbol;
  }
  const auto tag = text_.substr(position_, i + 1 - position_);
  closed = finish(text_.find(tag, i + 1));
  if (closed) position_ += tag.size();
  return token_kind::dollar_string;
}

void lexer::number() {
  const auto digits = [this] {
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
  };
  digits();
  if (at(position_, '.') && !at(position_ + 1, '.')) {
    ++position_;
    digits();
  }
  if (at(position_, 'e') || at(position_, 'E')) {
    const auto sign = at(position_ + 1, '+') || at(position_ + 1, '-');
    if (sign || (position_ + 1 < text_.size() && is_digit(text_[position_ + 1]))) position_ += sign ? 2 : 1;
    digits();
  }
  junk();
}

// A name that sticks to a number is one token with it: in 1E'…' the string has no prefix.
void lexer::junk() {
  if (position_ < text_.size() && is_name_start(text_[position_])) name();
}

void lexer::name() {
  while (position_ < text_.size() && (is_name_part(text_[position_]) || text_[position_] == '$')) ++position_;
}

// A word, or a string or quoted name with a prefix.
token_kind lexer::word(bool &closed) {
  const char prefix = lower(text_[position_]);
  if (at(position_ + 1, '\'') && (prefix == 'e' || prefix == 'b' || prefix == 'x')) {
    ++position_;
    closed = string(prefix == 'e' ? quoting::escapes : quoting::bits);
    return token_kind::string;
  }
  if (at(position_ + 1, '\'') && prefix == 'n') { // what follows is a string like any other
    ++position_;
    return token_kind::symbol;
  }
  if (prefix == 'u' && at(position_ + 1, '&')) {
    if (at(position_ + 2, '\'')) {
      position_ += 2;
      closed = string(quoting::plain);
      return token_kind::string;
    }
    if (at(position_ + 2, '"')) {
      position_ += 2;
      closed = quoted_name();
      return token_kind::quoted_name;
    }
  }
  name();
  return token_kind::word;
}

token_kind lexer::punctuation() {
  const char c = text_[position_++];
  switch (c) {
  case '(': return token_kind::open_parenthesis;
  case ')': return token_kind::close_parenthesis;
  case ';': return token_kind::semicolon;
  case '\\': return token_kind::backslash;
  case ':':
    if (at(position_, ':') || at(position_, '='))
      ++position_;
    else // :name is one token, so that no prefix of a string and no BEGIN is seen in it
      while (position_ < text_.size() && is_name_part(text_[position_])) ++position_;
    return token_kind::symbol;
  default: return token_kind::symbol;
  }
}

} // namespace davit::sql
