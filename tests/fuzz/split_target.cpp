// sql::split: whatever the text, its statements are slices of it, in order, and nothing but space and comments is left.
#include "fuzz/target.hpp"
#include "sql/called_names.hpp"
#include "sql/changed_setting.hpp"
#include "sql/characters.hpp"
#include "sql/committing_block.hpp"
#include "sql/heading.hpp"
#include "sql/lexer.hpp"
#include "sql/outside_transaction.hpp"
#include "sql/plain_backslash.hpp"
#include "sql/split.hpp"

#include <algorithm>

using davit::fuzz::require;
using davit::sql::split_result;
using davit::sql::split_statement;
using davit::sql::statement_kind;

namespace {

// `word` in lower case.
bool contains(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return davit::sql::lower(a) == b; }) != text.end();
}

// Which bytes of a text were given out, and to whom.
class cover {
public:
  explicit cover(std::string_view text) : text_(text), taken_(text.size(), false) {}

  std::size_t offset_of(std::string_view slice) const {
    require(slice.data() >= text_.data() && slice.data() + slice.size() <= text_.data() + text_.size(),
            "a slice lies inside the text");
    return static_cast<std::size_t>(slice.data() - text_.data());
  }

  void take(std::string_view slice) {
    const auto begin = offset_of(slice);
    for (auto i = begin; i < begin + slice.size(); ++i) {
      require(!taken_[i], "statements and data do not overlap");
      taken_[i] = true;
    }
  }

  // Line comments may lie inside of a statement.
  void fill(std::string_view slice) {
    const auto begin = offset_of(slice);
    std::fill_n(taken_.begin() + static_cast<std::ptrdiff_t>(begin), slice.size(), true);
  }

  void fill_end_of_data(std::string_view data) {
    const auto end = offset_of(data) + data.size();
    if (text_.substr(end).starts_with("\\.")) fill(text_.substr(end, 2));
  }

  void require_only_space_left() const {
    for (std::size_t i = 0; i < text_.size(); ++i)
      require(taken_[i] || davit::sql::is_space(text_[i]), "all that is no space is in a statement, data or comment");
  }

private:
  std::string_view text_;
  std::vector<bool> taken_;
};

void check_statement(const split_statement &s) {
  require(!s.text.empty() && !davit::sql::is_space(s.text.front()), "a statement begins with what is no space");
  require(s.kind == davit::sql::classify(s.text), "a statement is of the kind that its text is");
  require(s.copy_data.empty() || s.kind == statement_kind::copy_from_stdin, "only COPY has data");
  if (s.kind == statement_kind::outside_transaction)
    require(!davit::sql::outside_transaction_name(s.text).empty(), "what must run outside of transactions has a name");
  if (davit::sql::is_committing_block(s.text))
    require(s.kind == statement_kind::outside_transaction && davit::sql::may_end_transactions(s.text),
            "a block that commits is run outside of transactions");
  for (const auto &name : davit::sql::called_names(s.text)) require(!name.empty(), "what is called has a name");
  if (const auto at = davit::sql::plain_backslashes().look(s.text))
    require(*at < s.text.size(), "a backslash stands in its statement");
  require(davit::sql::changed_setting(s.text).find('\'') == std::string::npos, "the name of a setting has no quotes");
  const auto heading = davit::sql::heading(s.text);
  require(heading.size() <= 50 + sizeof(" …") - 1 && heading.find('\n') == std::string::npos, "headings are short");
}

void check_cover(std::string_view text, const split_result &split) {
  cover c(text);
  std::size_t last = 0;
  for (const auto &s : split.statements) {
    require(c.offset_of(s.text) >= last, "statements are in order");
    last = c.offset_of(s.text) + s.text.size();
    c.take(s.text);
    check_statement(s);
    if (s.copy_data.data()) {
      c.take(s.copy_data);
      c.fill_end_of_data(s.copy_data);
    }
  }
  for (const auto comment : split.line_comments) {
    require(comment.starts_with("--") && comment.find('\n') == std::string_view::npos, "comments begin with --");
    c.fill(comment);
  }
  if (!split.first_problem) c.require_only_space_left();
}

// A statement is one for itself, too, unless it was read with another setting for its strings.
void check_alone(const split_statement &s) {
  const auto again = davit::sql::split(s.text);
  require(!again.first_problem && again.statements.size() == 1, "a statement alone is one statement");
  require(again.statements[0].text == s.text && again.statements[0].kind == s.kind, "a statement alone is the same");
}

// Whether nothing that follows can belong to the statement: a routine may be open after its last semicolon.
bool is_closed(std::string_view statement) {
  davit::sql::lexer tokens(statement);
  auto last = davit::sql::token_kind::end;
  for (auto t = tokens.next(); t.kind != davit::sql::token_kind::end; t = tokens.next()) last = t.kind;
  return last == davit::sql::token_kind::semicolon && !contains(statement, "begin");
}

// What stands after a text that is complete changes nothing in it.
void check_more(const std::string &text, const split_result &split) {
  for (const auto &s : split.statements)
    if (s.kind == statement_kind::copy_from_stdin || !is_closed(s.text)) return;
  const auto longer_text = text + "\nSELECT 'last';";
  const auto longer = davit::sql::split(longer_text);
  require(!longer.first_problem && longer.statements.size() == split.statements.size() + 1, "one more is one more");
  require(longer.statements.back().text == "SELECT 'last';", "one more is what was added");
  require(std::equal(split.statements.begin(), split.statements.end(), longer.statements.begin(),
                     [](const auto &a, const auto &b) { return a.text == b.text && a.kind == b.kind; }),
          "one more leaves the others as they were");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const auto text = davit::fuzz::text_of(data, size);
  const auto split = davit::sql::split(text);
  check_cover(text, split);
  if (split.first_problem) {
    require(split.first_problem->offset < text.size(), "a problem lies inside the text");
    require(!split.first_problem->message.empty() && !split.first_problem->hint.empty(), "a problem is explained");
  }
  if (contains(text, "standard_conforming_strings")) return 0;
  for (const auto &s : split.statements) check_alone(s);
  if (!split.first_problem) check_more(text, split);
  return 0;
}
