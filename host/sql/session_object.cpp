#include "sql/session_object.hpp"

#include "sql/characters.hpp"
#include "sql/token_reader.hpp"

namespace davit::sql {
namespace {

constexpr const char *all = "*";

std::string name_at(const token_reader &reader) {
  std::string out;
  const auto text = reader.text();
  if (reader.kind() == token_kind::word)
    for (const char c : text) out += lower(c);
  if (reader.kind() != token_kind::quoted_name) return out.empty() ? std::string(text) : out;
  for (std::size_t i = text.find('"') + 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"') ++i; // a quote inside stands there twice
  }
  return out;
}

} // namespace

session_object session_object_of(std::string_view statement) {
  using verb = session_object::verb;
  token_reader reader(statement);
  if (reader.accept("prepare"))
    return reader.is("transaction") ? session_object{} : session_object{verb::prepare, name_at(reader)};
  if (reader.accept("deallocate")) {
    reader.accept("prepare");
    return {verb::deallocate, reader.is("all") ? all : name_at(reader)};
  }
  if (reader.accept({"discard", "all"})) return {verb::deallocate, all};
  if (reader.accept("listen")) return {verb::listen, name_at(reader)};
  if (reader.accept("unlisten")) return {verb::unlisten, name_at(reader)};
  return {};
}

} // namespace davit::sql
