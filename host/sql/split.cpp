#include "sql/split.hpp"

#include "base/utf8.hpp"
#include "sql/lexer.hpp"
#include "sql/meta_command.hpp"
#include "sql/routine_body.hpp"
#include "sql/standard_strings.hpp"

#include <algorithm>

namespace davit::sql {
namespace {

constexpr auto npos = std::string_view::npos;

// psql knows the client encoding, in some of which a character ends in a byte that is a backslash elsewhere.
bool may_end_characters_in_backslashes(std::string_view text) {
  if (is_utf8_text(text)) return false;
  for (auto at = text.find('\\'); at != npos; at = text.find('\\', at + 1))
    if (at > 0 && static_cast<unsigned char>(text[at - 1]) > 0x80) return true;
  return false;
}

class splitter {
public:
  explicit splitter(std::string_view text) : text_(text), lexer_(text) {}

  split_result run() {
    if (const auto nul = text_.find('\0'); nul != npos) {
      fail(nul, "the file is not text: it has a NUL byte", "save it as UTF-8; a binary dump is for pg_restore");
      return std::move(result_);
    }
    while (!result_.first_problem && step()) {
    }
    return std::move(result_);
  }

private:
  bool step();
  void take(const token &t);
  bool end_of_text(std::size_t end);
  void end_statement(std::size_t end);
  void take_copy_data(split_statement &copy, std::size_t copy_end);
  bool more_after_copy_data() const { return after_copy_data_ < text_.size(); }
  void fail(std::size_t offset, std::string message, std::string hint) {
    result_.first_problem = problem{offset, std::move(message), std::move(hint)};
  }
  void fail_unclosed(const token &t);
  void fail_across_copy_data();
  std::size_t line_end_after(std::size_t offset) const { return std::min(text_.find('\n', offset), text_.size()); }

  std::string_view text_;
  lexer lexer_;
  split_result result_;
  routine_body body_;
  standard_strings_setting standard_strings_;
  std::size_t begin_ = npos;             // of the statement being read
  std::vector<std::size_t> parentheses_; // the open ones in it
  std::size_t after_copy_data_ = npos;   // while the rest of a line with COPY is read: where to go on then
};

// Reads a token; false at the end of the text.
bool splitter::step() {
  const token t = lexer_.next();
  if (t.kind == token_kind::end) return end_of_text(t.end);
  if (t.kind == token_kind::line_comment) {
    result_.line_comments.push_back(lexer_.text_of(t));
    return true;
  }
  if (t.kind == token_kind::white_space) return true;
  if (t.kind != token_kind::block_comment && result_.first_token == npos) result_.first_token = t.begin;
  if (t.kind != token_kind::backslash && begin_ == npos) begin_ = t.begin;
  take(t);
  return true;
}

void splitter::take(const token &t) {
  if (!t.closed) return more_after_copy_data() ? fail_across_copy_data() : fail_unclosed(t);
  switch (t.kind) {
  case token_kind::open_parenthesis: parentheses_.push_back(t.begin); break;
  case token_kind::close_parenthesis:
    if (!parentheses_.empty()) parentheses_.pop_back();
    break;
  case token_kind::word: body_.take_word(lexer_.text_of(t), !parentheses_.empty()); break;
  case token_kind::semicolon:
    if (parentheses_.empty() && !body_.inside()) end_statement(t.end);
    break;
  case token_kind::backslash: {
    const auto command = meta_command_at(text_.substr(t.begin));
    fail(t.begin, "psql's meta-command " + std::string(command) + " is no SQL",
         std::string(meta_command_hint(command)));
    break;
  }
  default: break;
  }
}

bool splitter::end_of_text(std::size_t end) {
  if (more_after_copy_data()) {
    if (begin_ != npos) {
      fail_across_copy_data();
      return false;
    }
    lexer_.jump(after_copy_data_, text_.size());
    after_copy_data_ = npos;
    return true;
  }
  if (begin_ == npos) return false;
  if (!parentheses_.empty()) {
    fail(parentheses_.front(), "the parenthesis that opens here is not closed", "add the missing )");
    return false;
  }
  while (end > begin_ && text_[end - 1] == '\n') --end; // psql sends no line ends there
  end_statement(end);
  return false;
}

void splitter::end_statement(std::size_t end) {
  const auto text = text_.substr(begin_, end - begin_);
  auto &statement = result_.statements.emplace_back(split_statement{text, {}, classify(text)});
  begin_ = npos;
  body_ = {};
  // psql asks the server for the setting at each line that it reads.
  if (standard_strings_.follow(text)) lexer_.set_standard_strings(standard_strings_.on(), line_end_after(end));
  if (statement.kind == statement_kind::copy_from_stdin && text.ends_with(';')) take_copy_data(statement, end);
}

// The data begins on the next line; the rest of this one is read afterwards, and may hold another COPY, whose data
// follows that of the first. A `\.` that lacks its line end, at the end of the file, is taken for what it means; psql
// sends it as data, which the server then refuses.
void splitter::take_copy_data(split_statement &copy, std::size_t copy_end) {
  const auto line_end = line_end_after(copy_end);
  const auto begin = after_copy_data_ == npos ? std::min(line_end + 1, text_.size()) : after_copy_data_;
  auto end = begin;
  for (after_copy_data_ = begin; after_copy_data_ < text_.size(); end = after_copy_data_) {
    const auto stop = line_end_after(end);
    auto line = text_.substr(end, stop - end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    after_copy_data_ = std::min(stop + 1, text_.size());
    if (line == "\\.") break;
  }
  copy.copy_data = text_.substr(begin, end - begin);
  lexer_.jump(copy_end, line_end);
}

void splitter::fail_across_copy_data() {
  fail(begin_, "the statement that begins here is cut in two by the data of the COPY before it",
       "begin it on a line of its own, below the data");
}

void splitter::fail_unclosed(const token &t) {
  switch (t.kind) {
  case token_kind::block_comment:
    return fail(t.begin, "the comment that begins here is not closed", "comments nest: each /* needs its own */");
  case token_kind::quoted_name:
    return fail(t.begin, "the quoted name that begins here is not closed", "add the missing \"");
  case token_kind::dollar_string: {
    const auto text = lexer_.text_of(t);
    const std::string tag(text.substr(0, text.find('$', 1) + 1));
    return fail(t.begin, "the string that begins here with " + tag + " is not closed", "end it with " + tag);
  }
  default:
    return fail(
        t.begin, "the string that begins here is not closed",
        may_end_characters_in_backslashes(text_)
            ? "add the missing ', or, if the file is in SJIS, BIG5, GBK or the like, convert it to UTF-8, or write "
              "its E'…' as '…': in E'…' a character whose last byte is a backslash is taken for an escape"
            : "add the missing '");
  }
}

} // namespace

split_result split(std::string_view text) { return splitter(text).run(); }

} // namespace davit::sql
