#include "plugin/json.hpp"

#include <nlohmann/json.hpp>

namespace davit::plugin {
namespace {

using nlohmann::json; // not ordered_json, whose objects look at all their keys for each one that is added

constexpr int deepest = 100;

// Before anything recursive sees it.
bool is_shallow(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) return false;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

bool has_nul(const json &node) {
  if (node.is_string()) return node.get_ref<const std::string &>().find('\0') != std::string::npos;
  if (!node.is_structured()) return false;
  for (const auto &[key, child] : node.items())
    if ((node.is_object() && key.find('\0') != std::string::npos) || has_nul(child)) return true;
  return false;
}

json scrubbed(const json &node, const secrets &hidden) {
  if (node.is_string()) return hidden.scrub(node.get_ref<const std::string &>());
  if (node.is_number()) { // a password of digits can come back as a number
    const auto digits = node.dump();
    return hidden.scrub(digits) == digits ? node : json("***");
  }
  if (!node.is_structured()) return node;
  json out = node.is_object() ? json::object() : json::array();
  for (const auto &[key, child] : node.items()) {
    if (node.is_object())
      out[hidden.scrub(key)] = scrubbed(child, hidden);
    else
      out.push_back(scrubbed(child, hidden));
  }
  return out;
}

} // namespace

bool is_json(std::string_view text) {
  // The parser would take a NUL for the end, and pass over a byte order mark; the server does neither.
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF") || !is_shallow(text)) return false;
  const auto parsed = json::parse(text, nullptr, false);
  return !parsed.is_discarded() && !has_nul(parsed);
}

std::string scrub_json(std::string_view text, const secrets &hidden) {
  if (hidden.empty()) return std::string(text);
  return scrubbed(json::parse(text), hidden).dump();
}

} // namespace davit::plugin
