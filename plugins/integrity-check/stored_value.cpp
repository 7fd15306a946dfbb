#include "stored_value.hpp"

#include <charconv>
#include <cstdint>

namespace integrity_check {

void store(const davit::context &cx, const std::string &key, const stored_value &value) {
  if (!value.text) return cx.set_stat(key, davit::json{"null"});
  const char *const end = value.text->data() + value.text->size();
  std::int64_t integer = 0;
  const auto [stop, failed] = std::from_chars(value.text->data(), end, integer);
  if (failed == std::errc() && stop == end) return cx.set_stat(key, integer);
  cx.set_stat(key, *value.text);
}

std::optional<stored_value> find_stored(const davit::context &cx, const std::string &key) {
  davit_value v{};
  // The wrapper reads a stat as one type; this one's type follows the value.
  if (cx.host()->stat_get(cx.get(), {key.data(), key.size()}, &v) < 0)
    throw davit::error(DAVIT_ERR, cx.host()->last_error(cx.get()), "reading a stat failed");
  switch (v.type) {
  case DAVIT_TYPE_NONE: return std::nullopt;
  case DAVIT_TYPE_I64: return stored_value{std::to_string(v.as.i64)};
  case DAVIT_TYPE_STR: return stored_value{std::string(v.as.str.data, v.as.str.len)};
  case DAVIT_TYPE_JSON: return stored_value{};
  default: throw davit::error("the stat '" + key + "' was overwritten with a value of another type", DAVIT_ERR_TYPE);
  }
}

} // namespace integrity_check
