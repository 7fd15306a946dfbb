#include "history.hpp"

#include "traits.hpp"

#include <string_view>

namespace davit::test {
namespace {

constexpr int rounds = 6;

std::vector<trait> all_traits() {
  std::vector<trait> all;
  for (auto some : {text_traits, object_traits, transaction_traits, session_traits})
    for (auto &one : some()) all.push_back(std::move(one));
  return all;
}

std::string in_round(std::string text, int round) {
  constexpr std::string_view placeholder = "{n}";
  for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at))
    text.replace(at, placeholder.size(), std::to_string(round));
  return text;
}

std::string version(std::size_t number, int round) {
  auto digits = std::to_string(number);
  if (round < 1) return digits;
  const std::size_t width = round < 3 ? 4 : 6;
  digits.insert(0, width - digits.size(), '0');
  return round < 3 ? digits : "20240229" + digits;
}

} // namespace

std::vector<history_entry> make_history() {
  const auto traits = all_traits();
  std::vector<history_entry> history;
  for (int round = 0; round < rounds; ++round)
    for (const auto &one : traits)
      history.push_back(
          {version(history.size() + 1, round) + "_" + one.name, in_round(one.up, round), in_round(one.down, round)});
  return history;
}

} // namespace davit::test
