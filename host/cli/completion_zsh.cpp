#include "cli/completion.hpp"
#include "cli/completion_walk.hpp"

#include <fmt/format.h>

namespace davit::cli {
namespace {

// {0}: options with a value, {1}: commands, {2}: their values, {3}: options of commands, {4}: arguments
constexpr const char *frame = R"(#compdef davit
# zsh completion for davit: save it as _davit in a folder of fpath, or source it after compinit
_davit() {{
  local command='' option='' word
  local -i given=0 i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    word=${{words[i]}}
    if [[ -n $option ]]; then
      option=''
      continue
    fi
    case "$command:$word" in
      {0}) option=$word ;;
      *:-*) ;;
{1}      *) given=$((given + 1)) ;;
    esac
  done
  if [[ -z $option && $PREFIX == --*=* ]]; then
    option=${{PREFIX%%=*}}
    compset -P '*='
  fi
  if [[ -n $option ]]; then
    case "$command:$option" in
{2}    esac
    return
  fi
  if [[ $PREFIX == -* ]]; then
    case "$command" in
{3}    esac
    _describe option found
    return
  fi
  case "$command:$given" in
{4}  esac
}}

if [[ $funcstack[1] == _davit ]]; then
  _davit "$@"
else
  compdef _davit davit
fi
)";

std::string quoted(const std::string &text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return "'" + out + "'";
}

// name:help for _describe; no name has a colon.
std::string described(const std::string &name, const std::string &help) { return quoted(name + ":" + help); }

std::string list(const std::vector<option_node> &options) {
  std::string out;
  for (const auto &o : options)
    for (const auto &name : o.names) out += " " + described(name, o.help);
  return out;
}

std::string answer(const option_node &o) {
  switch (o.value) {
  case value_kind::file: return "_files";
  case value_kind::folder: return "_files -/";
  case value_kind::choice: {
    std::string out = "compadd --";
    for (const auto &c : o.choices) out += " " + c;
    return out;
  }
  default: return "_message -r " + quoted(o.help);
  }
}

} // namespace

std::string zsh_completion(const command_node &root) {
  std::string options, commands;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    const std::string own = path.empty() ? "" : list(node.options);
    options += fmt::format("      \"{}\") found=({}) ;;\n", path, (own + list(root.options)).substr(1));
    std::string names;
    for (const auto &c : node.commands) names += " " + described(c.name, c.help);
    if (!names.empty())
      commands += fmt::format("    \"{}:0\") found=({}); _describe command found ;;\n", path, names.substr(1));
  });
  return fmt::format(fmt::runtime(frame), options_with_value(root), command_arms(root), value_arms(root, answer),
                     options, commands + argument_arms(root, answer));
}

} // namespace davit::cli
