#include "lifecycle/identity.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <sodium.h>
#include <unistd.h>

namespace davit::lifecycle {

machine_identity identify_machine() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0'; // longer than names may be: left empty
  const passwd *user = ::getpwuid(::geteuid());
  return {host.data(), user ? user->pw_name : std::to_string(::geteuid()), DAVIT_VERSION};
}

std::string new_uuid() {
  std::array<unsigned char, 16> b{};
  randombytes_buf(b.data(), b.size());
  b[6] = static_cast<unsigned char>((b[6] & 0x0fU) | 0x40U);
  b[8] = static_cast<unsigned char>((b[8] & 0x3fU) | 0x80U);
  std::string out;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", b[i]);
  }
  return out;
}

std::string describe_plugins(const plugin::plugin_set &plugins) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto &i : plugins.instances())
    all.push_back({{"name", i->name()},
                   {"id", i->descriptor().id},
                   {"version", i->descriptor().version},
                   {"file", i->library().file.string()},
                   {"sha256", i->library().sha256},
                   {"capabilities", i->capabilities()}});
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace davit::lifecycle
