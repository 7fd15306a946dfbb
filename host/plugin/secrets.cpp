#include "plugin/secrets.hpp"

#include <algorithm>

namespace davit::plugin {

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

} // namespace davit::plugin
