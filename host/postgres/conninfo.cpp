#include "postgres/conninfo.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string_view>

#include <libpq-fe.h>

namespace davit::postgres {
namespace {

std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

// An empty value says that there is none, whatever the environment says by then.
bool may_be_empty(std::string_view keyword) {
  constexpr std::array names{"hostaddr", "options", "password"};
  return std::find(names.begin(), names.end(), keyword) != names.end();
}

} // namespace

std::string conninfo_of(pg_conn *c) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all(PQconninfo(c), &PQconninfoFree);
  if (!all) throw std::bad_alloc();
  std::string out;
  for (const PQconninfoOption *o = all.get(); o->keyword; ++o) {
    const std::string_view keyword = o->keyword;
    std::string_view value = o->val ? o->val : "";
    if (keyword == "host" && value.empty() && PQhost(c)) value = PQhost(c); // the folder of sockets that is compiled in
    if (keyword == "service" || (value.empty() && !may_be_empty(keyword))) continue; // what it said is here
    out += (out.empty() ? "" : " ") + std::string(keyword) + '=' + quoted(value);
  }
  return out;
}

std::string options_in(const std::string &conninfo) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all(PQconninfoParse(conninfo.c_str(), nullptr),
                                                                         &PQconninfoFree);
  for (const PQconninfoOption *o = all.get(); o && o->keyword; ++o)
    if (std::string_view(o->keyword) == "options") return o->val ? o->val : "";
  return {};
}

} // namespace davit::postgres
