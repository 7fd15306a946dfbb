#include "cli/option_values.hpp"

#include <algorithm>
#include <map>
#include <optional>
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

struct given {
  std::string option;
  std::size_t behind; // where the word goes on; its end: the value would be the next word
};

// The option of a word that takes a value, or has one; `-qe` are two. Nothing, where it is for the parser to say.
std::optional<given> option_in(const takes_value &known, std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return std::nullopt;
  if (word[1] == '-') {
    const auto end = std::min(word.find('='), word.size());
    return given{std::string(word.substr(0, end)), end};
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    const std::string name{'-', word[i]};
    const auto at = known.find(name);
    if (at == known.end()) return std::nullopt;
    if (at->second || (i + 1 < word.size() && word[i + 1] == '=')) return given{name, i + 1};
  }
  return std::nullopt;
}

} // namespace

std::string wrong_value(const command_node &root, std::span<const char *const> words) {
  takes_value known;
  add(known, root);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") break;
    const auto one = option_in(known, word);
    const auto at = one ? known.find(one->option) : known.end();
    if (at == known.end()) continue;
    const bool is_long = word[1] == '-', has_equals = word.substr(one->behind).starts_with('=');
    const std::string &name = one->option;
    if (has_equals) {
      if (!at->second) return name + " takes no value";
      if (one->behind + 1 == word.size()) return needs_value(name, ": there is nothing behind its '='");
      if (!is_long) return std::string(word) + ": the value of " + name + " is the next word, without '='";
    } else if (at->second && one->behind == word.size() && i + 1 < words.size()) {
      const std::string value = words[++i];
      const bool is_number = value.find_first_not_of("0123456789", 1) == value.npos; // which is no option's name
      if (value.size() > 1 && value[0] == '-' && !is_number)
        return needs_value(name, ", and the next word is " + value +
                                     (is_long ? "; where that is its value: " + name + "=" + value : ""));
    }
  }
  return {};
}

} // namespace davit::cli
