// Keeps secret configuration values out of everything that is printed or stored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

class secrets {
public:
  void add(const std::vector<std::string> &texts);
  // `text` with every secret replaced by "***". Secrets shorter than four bytes are left alone: replacing "1" or "on"
  // everywhere would hide what is no secret. Nor does it leave the beginning of one that a server has cut.
  std::string scrub(std::string_view text) const;

  // What a plugin says, fit to be shown and kept: without secrets, cut where it is too long, `instead` if it is no
  // text.
  std::string spoken(std::string_view text, std::string_view instead) const;

  bool empty() const { return texts_.empty(); }

private:
  std::vector<std::string> texts_; // longest first
};

} // namespace davit::plugin
