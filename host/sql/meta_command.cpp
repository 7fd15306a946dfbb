#include "sql/meta_command.hpp"

#include "sql/characters.hpp"

#include <algorithm>

namespace davit::sql {
namespace {

struct advice {
  std::string_view commands; // each with a space behind it
  std::string_view hint;
};

constexpr advice advices[] = {
    {"\\restrict \\unrestrict ", "delete the line: pg_dump writes it for psql alone"},
    {"\\. ", "delete the line: it ends the data of COPY … FROM stdin, and there is no such COPY before it"},
    {"\\; \\: ", "write the character without the backslash"},
    {"\\copy ", "use COPY … FROM stdin; with the data in the lines below it, ended by a line \\."},
    {"\\i \\ir \\include \\include_relative ", "put the SQL of that file here, or make it a migration of its own"},
    {"\\c \\connect ", "delete the line: a migration stays in the database that davit is connected to"},
    {"\\set \\unset \\getenv \\prompt \\gset ", "write the value itself: davit has no variables of psql"},
    {"\\if \\elif \\else \\endif ", "put the condition into a DO block: IF … THEN … END IF"},
    {"\\gexec ", "run the generated statements with EXECUTE in a DO block"},
    {"\\g \\gx \\gdesc \\crosstabview \\watch ", "end the statement with a semicolon"},
    {"\\bind \\parse \\close_prepared ", "write the parameters into the statement"},
    {"\\echo \\qecho \\warn ", "delete the line, or use RAISE NOTICE in a DO block"},
    {"\\encoding ", "delete the line, and save the file as UTF-8"},
};

} // namespace

std::string_view meta_command_at(std::string_view text) {
  std::size_t end = std::min<std::size_t>(1, text.size());
  while (end < text.size() && (is_name_part(text[end]))) ++end;
  if (end == 1 && text.size() > 1 && !is_space(text[1])) end = 2; // a command that is a sign: \. \? \!
  return text.substr(0, end);
}

std::string_view meta_command_hint(std::string_view command) {
  const std::string wanted = std::string(command) + ' ';
  for (const auto &[commands, hint] : advices)
    for (auto at = commands.find(wanted); at != std::string_view::npos; at = commands.find(wanted, at + 1))
      if (at == 0 || commands[at - 1] == ' ') return hint;
  return "delete it: davit sends SQL to the server and runs no commands of psql";
}

} // namespace davit::sql
