#include "cli/option_values.hpp"

#include <map>
#include <string_view>

namespace davit::cli {
namespace {

using takes_value = std::map<std::string, bool, std::less<>>;

void add(takes_value &all, const command_node &command) {
  for (const auto &option : command.options)
    for (const auto &name : option.names) all[name] |= option.value != value_kind::none;
  for (const auto &sub : command.commands) add(all, sub);
}

std::string needs_value(std::string_view option, const std::string &why) {
  return std::string(option) + " needs a value" + why;
}

} // namespace

std::string wrong_value(const command_node &root, std::span<const char *const> words) {
  takes_value known;
  add(known, root);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") break;
    if (word.size() < 2 || word[0] != '-') continue;
    const bool is_long = word[1] == '-';
    const auto equals = is_long ? word.find('=') : word.size() > 2 && word[2] == '=' ? 2 : std::string_view::npos;
    const std::string_view name = word.substr(0, equals);
    const auto at = known.find(name);
    if (at == known.end()) continue;
    if (equals != std::string_view::npos) {
      if (!at->second) return std::string(name) + " takes no value";
      if (equals + 1 == word.size()) return needs_value(name, ": there is nothing behind its '='");
      if (!is_long) return std::string(word) + ": the value of " + std::string(name) + " is the next word, without '='";
    } else if (at->second && i + 1 < words.size()) {
      const std::string_view value = words[++i];
      const bool is_number = value.find_first_not_of("0123456789", 1) == value.npos; // which is no option's name
      if (value.size() > 1 && value[0] == '-' && !is_number)
        return needs_value(name,
                           ", and the next word is " + std::string(value) +
                               (is_long ? "; where that is its value: " + std::string(name) + "=" + std::string(value)
                                        : std::string()));
    }
  }
  return {};
}

} // namespace davit::cli
