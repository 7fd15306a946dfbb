#include "rule.hpp"

#include "decimal.hpp"

namespace integrity_check {

std::string_view describe(rule r) {
  switch (r) {
  case rule::not_decreased: return "must not decrease";
  case rule::not_increased: return "must not increase";
  case rule::equal: break;
  }
  return "must stay the same";
}

bool can_judge(rule r, const std::string &value) { return r == rule::equal || decimal::parse(value).has_value(); }

bool is_kept(rule r, const std::string &before, const std::string &after) {
  const auto a = decimal::parse(before);
  const auto b = decimal::parse(after);
  if (!a || !b) return r == rule::equal && before == after;
  const int change = b->compare(*a);
  if (r == rule::equal) return change == 0;
  return r == rule::not_decreased ? change >= 0 : change <= 0;
}

} // namespace integrity_check
