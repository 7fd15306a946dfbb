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

// {0}: options with a value, {1}: commands
constexpr const char *frame = R"(# fish completion for davit: save it as davit.fish in ~/.config/fish/completions
# Whether the words before the cursor are those of the command $argv[1], with as many arguments as $argv[2] says, if it does.
function __davit_at
    set -l words (commandline -opc)
    while set -q words[1]; and string match -q '*=*' -- $words[1]
        set -e words[1]
    end
    set -l command ''
    set -l option ''
    set -l given 0
    for word in $words[2..-1]
        if test -n "$option"
            set option ''
            continue
        end
        switch "$command:$word"
            case {0}
                set option $word
            case '*:-*'
{1}            case '*'
                set given (math $given + 1)
        end
    end
    test "$command" = "$argv[1]"; and test "$given" = "$argv[2]" -o -z "$argv[2]"
end
complete -c davit -f
)";

std::string options_with_a_value(const command_node &root) {
  std::string out;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    for (const auto &o : node.options)
      for (const auto &name : o.names)
        if (o.value != value_kind::none)
          out += (out.empty() ? "" : " ") + quoted((path.empty() ? "*" : path) + ":" + name);
  });
  return out;
}

std::string cases_of_commands(const command_node &root) {
  std::string out;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    for (const auto &c : node.commands)
      out += fmt::format("            case {}\n                set command {}\n", quoted(path + ":" + c.name),
                         quoted(path.empty() ? c.name : path + " " + c.name));
  });
  return out;
}

std::string at(const std::string &path) { return "__davit_at \"" + path + "\""; }
std::string at(const std::string &path, std::size_t given) { return at(path) + " " + std::to_string(given); }

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
  std::string out = fmt::format(fmt::runtime(frame), options_with_a_value(root), cases_of_commands(root));
  for (const auto &o : root.options) out += option_line("", o);
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    for (const auto &c : node.commands)
      out += fmt::format("complete -c davit -n {} -a {} -d {}\n", quoted(at(path, 0)), c.name, quoted(c.help));
    if (path.empty()) return;
    for (const auto &o : node.options) out += option_line(at(path), o);
    for (std::size_t i = 0; i < node.arguments.size(); ++i) out += argument_line(at(path, i), node.arguments[i]);
  });
  return out;
}

} // namespace davit::cli
