#include "plugin/kept_environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace davit::plugin {
namespace {

// Besides libpq's own: where it looks for passwords and keys, and what Kerberos, OpenSSL and the resolver of host names
// look at on its behalf. Others are the plugin's affair: its handlers may need what its init has set.
bool decides(std::string_view name) {
  constexpr std::array<std::string_view, 8> more{"HOME",         "KRB5CCNAME",  "KRB5_CLIENT_KTNAME", "KRB5_CONFIG",
                                                 "OPENSSL_CONF", "HOSTALIASES", "LOCALDOMAIN",        "RES_OPTIONS"};
  return name.starts_with("PG") || name.starts_with("DAVIT_") ||
         std::find(more.begin(), more.end(), name) != more.end();
}

// Calls `each` with the name and the value of those in the environment.
template <typename Each> void for_those(Each each) {
  for (char **entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const auto end = text.find('=');
    if (end == text.npos) continue;
    if (const auto name = text.substr(0, end); decides(name)) each(name, text.substr(end + 1));
  }
}

} // namespace

kept_environment::kept_environment() {
  for_those([this](std::string_view name, std::string_view value) { values_.emplace(name, value); });
}

void kept_environment::put_back() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> new_ones;
  for_those([&](std::string_view name, std::string_view) {
    if (std::string key(name); !values_.contains(key)) new_ones.push_back(std::move(key));
  });
  for (auto &name : new_ones) {
    ::unsetenv(name.c_str());
    changed_.insert(std::move(name));
  }
  for (const auto &[name, value] : values_) {
    const char *now = std::getenv(name.c_str());
    if (now && value == now) continue;
    if (::setenv(name.c_str(), value.c_str(), 1) != 0) throw std::bad_alloc();
    changed_.insert(name);
  }
}

std::set<std::string> kept_environment::changed() {
  const std::lock_guard lock(mutex_);
  return std::exchange(changed_, {});
}

} // namespace davit::plugin
