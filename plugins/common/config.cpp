#include "common/config.hpp"

#include <algorithm>
#include <utility>

namespace common {

void refuse(std::string_view key, std::string_view text, std::int32_t status) {
  throw davit::error(std::string(key) + ": " + std::string(text), status);
}

std::size_t choice(const davit::setup &s, const std::string &key, std::initializer_list<std::string_view> choices,
                   std::optional<std::size_t> fallback) {
  const auto text = s.config<std::optional<std::string>>(key);
  if (!text && fallback) return *fallback;
  if (!text) refuse(key, "it has no value");
  const auto found = std::find(choices.begin(), choices.end(), *text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  std::string list;
  for (const std::string_view c : choices) list += (list.empty() ? "\"" : ", \"") + std::string(c) + '"';
  refuse(key, "\"" + *text + "\" is not one of " + list);
}

std::vector<std::string> narrowed_to(const davit::setup &s, const std::string &key) {
  auto texts = s.config<std::vector<std::string>>(key);
  if (texts.empty() && s.config<std::optional<davit::json>>(key))
    refuse(key, "it is empty, so nothing would ever be meant; name at least one, or leave the key out for all of them");
  return texts;
}

void on(davit::setup &s, const std::string &phase, const std::string &phase_key, const std::string &name,
        const std::string &name_key, davit::handler handler) {
  try {
    s.offer(name, std::move(handler));
  } catch (const davit::error &e) {
    refuse(name_key, e.what(), e.status());
  }
  try {
    s.bind(name, phase);
  } catch (const davit::error &e) {
    refuse(phase_key, e.what(), e.status());
  }
}

} // namespace common
