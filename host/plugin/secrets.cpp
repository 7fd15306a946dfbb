#include "plugin/secrets.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace davit::plugin {
namespace {

constexpr std::size_t longest_message = std::size_t{64} << 10; // bytes

} // namespace

void secrets::add(const std::vector<std::string> &texts) {
  for (const auto &t : texts)
    if (t.size() >= 4) texts_.push_back(t);
  std::sort(texts_.begin(), texts_.end(), [](const auto &a, const auto &b) { return a.size() > b.size(); });
}

std::string secrets::scrub(std::string_view text) const {
  std::string out(text);
  for (const auto &secret : texts_)
    for (std::size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += 3)
      out.replace(at, secret.size(), "***");
  return out;
}

std::string secrets::spoken(std::string_view text, std::string_view instead) const {
  // Scrubbed first: a cut secret would not be found.
  return is_utf8_text(text) ? cut_text(scrub(text), longest_message) : std::string(instead);
}

} // namespace davit::plugin
