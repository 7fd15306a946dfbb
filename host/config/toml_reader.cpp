#include "config/toml_reader.hpp"

#include "config/complaint.hpp"
#include "config/mask.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <tuple>

namespace davit::config {
namespace {

constexpr std::size_t most_dots = 200;
constexpr std::size_t most_levels = 64; // plugins get theirs as JSON, of which less deep is read everywhere

// Where a key has so many dots that the tables it makes would exhaust the stack, here or in toml++, which limits other
// nesting itself. Strings are not told apart: such a row of dots, with nothing between them that ends a key, is in none
// that says anything.
std::size_t find_deep_key(std::string_view text) {
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string_view("=,[]{}#\n").find(text[i]) != std::string_view::npos) dots = 0;
    if (text[i] == '.' && ++dots > most_dots) return i;
  }
  return std::string_view::npos;
}

class converter {
public:
  converter(std::string_view text, const std::string &file) : text_(text), file_(file) {}

  node convert(const toml::node &source, std::size_t level = 0) const {
    node out;
    out.where = place_of(source.source());
    if (level > most_levels)
      fail(error_code::config_syntax, out.where,
           "tables and arrays are nested more than " + std::to_string(most_levels) + " levels deep",
           "davit.toml needs no tables that deep");
    switch (source.type()) {
    case toml::node_type::table: out.value = entries_of(*source.as_table(), level + 1); break;
    case toml::node_type::array: out.value = elements_of(*source.as_array(), level + 1); break;
    case toml::node_type::string: out.value = checked(source.as_string()->get(), out.where); break;
    case toml::node_type::integer: out.value = source.as_integer()->get(); break;
    case toml::node_type::floating_point: out.value = source.as_floating_point()->get(); break;
    case toml::node_type::boolean: out.value = source.as_boolean()->get(); break;
    case toml::node_type::date: out.value = printed(*source.as_date()); break;
    case toml::node_type::time: out.value = printed(*source.as_time()); break;
    case toml::node_type::date_time: out.value = printed(*source.as_date_time()); break;
    case toml::node_type::none: break;
    }
    return out;
  }

  [[noreturn]] void fail(error_code code, const place &where, std::string message, std::string hint) const {
    error problem(code, std::move(message), std::move(hint), where);
    problem.excerpt = excerpt(text_, where);
    throw problem;
  }

  void check_depth() const {
    const auto at = find_deep_key(text_);
    if (at == std::string_view::npos) return;
    const auto line = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    fail(error_code::config_syntax, {file_, static_cast<std::uint32_t>(line), 1},
         "a key has more than " + std::to_string(most_dots) + " dots", "davit.toml needs no tables that deep");
  }

  place place_of(const toml::source_region &region) const { return {file_, region.begin.line, region.begin.column}; }

private:
  table entries_of(const toml::table &source, std::size_t level) const {
    table out;
    for (const auto &[key, value] : source) {
      auto child = convert(value, level);
      child.key_where = place_of(key.source());
      if (child.where.line == 0) child.where = child.key_where;
      out.emplace_back(checked(std::string(key.str()), child.key_where), std::move(child));
    }
    // toml++ sorts tables by key.
    std::stable_sort(out.begin(), out.end(), [](const auto &a, const auto &b) {
      return std::tie(a.second.key_where.line, a.second.key_where.column) <
             std::tie(b.second.key_where.line, b.second.key_where.column);
    });
    return out;
  }

  array elements_of(const toml::array &source, std::size_t level) const {
    array out;
    out.reserve(source.size());
    for (const auto &element : source) out.push_back(convert(element, level));
    return out;
  }

  std::string checked(std::string text, const place &where) const {
    if (text.find('\0') != std::string::npos)
      fail(error_code::config_value, where, "a string holds a NUL character", "remove \\u0000 from it");
    return text;
  }

  template <class T> static std::string printed(const T &value) {
    std::ostringstream out;
    out << value;
    return out.str();
  }

  std::string_view text_;
  const std::string &file_;
};

} // namespace

node parse_toml(std::string_view text, const std::string &file) {
  const converter convert(text, file);
  convert.check_depth();
  try {
    return convert.convert(toml::parse(text));
  } catch (const toml::parse_error &problem) {
    auto reason = problem.description();
    if (constexpr std::string_view prefix = "Error "; reason.starts_with(prefix)) reason.remove_prefix(prefix.size());
    convert.fail(error_code::config_syntax, within_line(text, convert.place_of(problem.source())),
                 "this is not valid TOML: " + mask_secrets(reason).text,
                 "strings stand in double quotes, tables begin with [name] or [[name]]; see https://toml.io");
  }
}

} // namespace davit::config
