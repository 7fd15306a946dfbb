// The tokens of SQL text, by the rules of psql 15: only what decides where a statement ends is told apart. Like psql it
// looks at one line at a time, which shows in a few corners: a string is never continued on the next line (the part
// there is a string of its own), while a lone carriage return, no line end for psql, does continue it.
#pragma once

#include <cstddef>
#include <string_view>

namespace davit::sql {

enum class token_kind {
  end,
  white_space,
  line_comment,  // "-- …", without the line end
  block_comment, // "/* … */", nested ones included
  word,          // keyword or unquoted name
  quoted_name,   // "…", U&"…"
  string,        // '…' with any prefix
  dollar_string, // $tag$ … $tag$
  number,
  open_parenthesis,
  close_parenthesis,
  semicolon,
  backslash, // outside of everything quoted
  symbol,    // any other character, or a few that belong together
};

struct token {
  token_kind kind;
  std::size_t begin; // offsets into the text
  std::size_t end;
  bool closed = true; // false: the text ends inside this comment or quoted thing
};

class lexer {
public:
  // `text` must outlive the lexer.
  explicit lexer(std::string_view text) : text_(text) {}

  token next();

  std::string_view text_of(const token &t) const { return text_.substr(t.begin, t.end - t.begin); }

  // Goes on at `offset`, and takes the text to end at `end`.
  void jump(std::size_t offset, std::size_t end);

  // Strings that begin at `offset` or later are read as with standard_conforming_strings = `on`. The setting in force
  // at the start is on.
  void set_standard_strings(bool on, std::size_t offset);

private:
  enum class quoting { plain, escapes, bits };

  bool at(std::size_t i, char c) const { return i < text_.size() && text_[i] == c; }
  bool finish(std::size_t position);
  bool line_comment();
  bool block_comment();
  bool string(quoting how);
  bool string_goes_on();
  bool quoted_name();
  token_kind dollar(bool &closed);
  void number();
  void junk();
  void name();
  token_kind word(bool &closed);
  token_kind punctuation();
  quoting plain_quoting();

  std::string_view text_; // up to the present end
  std::size_t position_ = 0;
  bool standard_strings_ = true;
  bool next_standard_strings_ = true;
  std::size_t next_standard_strings_from_ = 0;
};

} // namespace davit::sql
