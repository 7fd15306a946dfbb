#include "script.hpp"

namespace probe {
namespace {

// Put together here, so that a test sees whether the secret gets out again.
std::string with_secret(std::string text, const std::string &secret) {
  constexpr std::string_view mark = "{secret}";
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += secret.size())
    text.replace(at, mark.size(), secret);
  return text;
}

action read_action(const davit::setup &s, const std::string &path, const std::string &secret) {
  const auto text = [&](const char *key) { return s.config<std::string>(path + key); };
  const auto spoken = [&](const char *key) { return with_secret(text(key), secret); };
  const auto number = [&](const char *key) { return s.config<std::int64_t>(path + key); };
  const auto flag = [&](const char *key) { return s.config<bool>(path + key); };
  const auto expected = s.config<std::optional<std::string>>(path + "expect");
  action a{text("handler"), text("phase"),         number("priority"), text("migration"), number("attempt"),
           text("do"),      spoken("sql"),         spoken("text"),     spoken("key"),     spoken("value"),
           text("type"),    expected.value_or(""), number("rows"),     flag("side"),      flag("raw"),
           flag("catch"),   expected.has_value()};
  if (a.handler.empty()) a.handler = a.phase;
  if (a.handler.empty()) throw davit::error(path + "do: an action needs a phase or a handler", DAVIT_ERR_INVALID);
  return a;
}

} // namespace

std::vector<action> read_actions(const davit::setup &s) {
  const auto secret = s.config<std::optional<std::string>>("secret").value_or("");
  std::vector<action> out;
  const auto n = s.config_length("actions");
  for (std::uint64_t i = 0; i < n; ++i) out.push_back(read_action(s, "actions." + std::to_string(i) + ".", secret));
  return out;
}

} // namespace probe
