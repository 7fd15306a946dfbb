#include "cli/completion.hpp"
#include "cli/completion_walk.hpp"

#include <fmt/format.h>

namespace davit::cli {
namespace {

// {0}: options with a value, {1}: commands, {2}: their values, {3}: options of commands, {4}: arguments
constexpr const char *frame =
    R"(# bash completion for davit: source it, or save it as davit in bash-completion's folder of completions
_davit() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} command='' option='' given=0 word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    if [[ $option ]]; then
      [[ $word == '=' ]] || option=''
      continue
    fi
    case "$command:$word" in
      {0}) option=$word ;;
      *:-*) ;;
{1}      *) given=$((given + 1)) ;;
    esac
  done
  [[ $cur == '=' ]] && cur=''
  COMPREPLY=()
  if [[ $option ]]; then
    case "$command:$option" in
{2}    esac
    return
  fi
  if [[ $cur == -* ]]; then
    case "$command" in
{3}    esac
    return
  fi
  case "$command:$given" in
{4}  esac
}}

_davit_words() {{
  local IFS=$' \t\n'
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}}

_davit_paths() {{
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}}

complete -F _davit davit
)";

std::string joined(const std::vector<std::string> &words) {
  std::string out;
  for (const auto &w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

std::string names_of(const std::vector<option_node> &options) {
  std::string out;
  for (const auto &o : options) out += (out.empty() ? "" : " ") + joined(o.names);
  return out;
}

std::string words(const std::string &all) { return fmt::format("_davit_words '{}' \"$cur\"", all); }

std::string answer(const option_node &o) {
  switch (o.value) {
  case value_kind::file: return "_davit_paths -f \"$cur\"";
  case value_kind::folder: return "_davit_paths -d \"$cur\"";
  case value_kind::choice: return words(joined(o.choices));
  default: return ":";
  }
}

} // namespace

std::string bash_completion(const command_node &root) {
  std::string options, commands;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    const std::string own = path.empty() ? "" : names_of(node.options) + " ";
    options += fmt::format("      \"{}\") {} ;;\n", path, words(own + names_of(root.options)));
    std::vector<std::string> names;
    for (const auto &c : node.commands) names.push_back(c.name);
    if (!names.empty()) commands += fmt::format("    \"{}:0\") {} ;;\n", path, words(joined(names)));
  });
  return fmt::format(fmt::runtime(frame), options_with_value(root), command_arms(root), value_arms(root, answer),
                     options, commands + argument_arms(root, answer));
}

} // namespace davit::cli
