#include "cli/completion.hpp"
#include "cli/completion_walk.hpp"

#include <fmt/format.h>

namespace davit::cli {
namespace {

// In single quotes.
std::string quoted(const std::string &text) {
  std::string out;
  for (const char c : text) out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return "'" + out + "'";
}

// True where the words so far are this command's and none of its subcommands'.
std::string condition(const std::string &path, const command_node &node) {
  std::string out;
  for (std::string_view rest = path; !rest.empty();) {
    const auto blank = rest.find(' ');
    out += fmt::format("{}__fish_seen_subcommand_from {}", out.empty() ? "" : "; and ", rest.substr(0, blank));
    rest = blank == std::string_view::npos ? std::string_view{} : rest.substr(blank + 1);
  }
  if (path.empty()) return "__fish_use_subcommand";
  std::string subs;
  for (const auto &c : node.commands) subs += " " + c.name;
  return subs.empty() ? out : out + "; and not __fish_seen_subcommand_from" + subs;
}

std::string value_of(const option_node &o) {
  switch (o.value) {
  case value_kind::none: return "";
  case value_kind::text: return " -x";
  case value_kind::file: return " -r -F";
  case value_kind::folder: return " -x -a '(__fish_complete_directories)'";
  case value_kind::choice: break;
  }
  std::string all;
  for (const auto &c : o.choices) all += (all.empty() ? "" : " ") + c;
  return " -x -a " + quoted(all);
}

std::string option_line(const std::string &when, const option_node &o) {
  std::string out = "complete -c davit" + (when.empty() ? "" : " -n " + quoted(when));
  for (const auto &name : o.names) out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  return out + value_of(o) + " -d " + quoted(o.help) + "\n";
}

std::string argument_line(const std::string &when, const option_node &o) {
  if (o.value == value_kind::text) return {};
  const std::string what = o.value == value_kind::file ? " -F" : " " + value_of(o).substr(4);
  return "complete -c davit -n " + quoted(when) + what + "\n";
}

} // namespace

std::string fish_completion(const command_node &root) {
  std::string out = "# fish completion for davit: save it as davit.fish in ~/.config/fish/completions\n"
                    "complete -c davit -f\n";
  for (const auto &o : root.options) out += option_line("", o);
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    const auto when = condition(path, node);
    for (const auto &c : node.commands)
      out += fmt::format("complete -c davit -n {} -a {} -d {}\n", quoted(when), c.name, quoted(c.help));
    if (path.empty()) return;
    for (const auto &o : node.options) out += option_line(when, o);
    for (const auto &a : node.arguments) out += argument_line(when, a);
  });
  return out;
}

} // namespace davit::cli
