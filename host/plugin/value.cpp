#include "plugin/value.hpp"

#include "plugin/json.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::plugin {

davit_value borrow(const value &v) {
  davit_value out{};
  switch (v.index()) {
  case 1:
    out.type = DAVIT_TYPE_BOOL;
    out.as.boolean = std::get<bool>(v) ? 1 : 0;
    break;
  case 2:
    out.type = DAVIT_TYPE_I64;
    out.as.i64 = std::get<std::int64_t>(v);
    break;
  case 3:
    out.type = DAVIT_TYPE_F64;
    out.as.f64 = std::get<double>(v);
    break;
  case 4:
    out.type = DAVIT_TYPE_STR;
    out.as.str = to_abi(std::get<std::string>(v));
    break;
  case 5:
    out.type = DAVIT_TYPE_JSON;
    out.as.str = to_abi(std::get<json_text>(v).text);
    break;
  default: out.type = DAVIT_TYPE_NONE;
  }
  return out;
}

std::optional<value> copy(const davit_value &v) {
  if (v.reserved != 0) return std::nullopt; // may mean something one day
  switch (v.type) {
  case DAVIT_TYPE_NONE: return value{};
  case DAVIT_TYPE_BOOL:
    if (v.as.boolean > 1) return std::nullopt;
    return value{v.as.boolean == 1};
  case DAVIT_TYPE_I64: return value{v.as.i64};
  case DAVIT_TYPE_F64:
    if (!std::isfinite(v.as.f64)) return std::nullopt;
    return value{v.as.f64};
  case DAVIT_TYPE_STR:
  case DAVIT_TYPE_JSON: {
    if (!v.as.str.data && v.as.str.len) return std::nullopt;
    const std::string_view text = view(v.as.str);
    if (text.size() > longest_text || !is_text(text)) return std::nullopt;
    if (v.type == DAVIT_TYPE_STR) return value{std::string(text)};
    if (!is_json(text)) return std::nullopt;
    return value{json_text{std::string(text)}};
  }
  default: return std::nullopt;
  }
}

std::optional<std::string> to_parameter(const value &v) {
  switch (v.index()) {
  case 1: return std::get<bool>(v) ? "true" : "false";
  case 2: return std::to_string(std::get<std::int64_t>(v));
  case 3: return fmt::format("{}", std::get<double>(v));
  case 4: return std::get<std::string>(v);
  case 5: return std::get<json_text>(v).text;
  default: return std::nullopt;
  }
}

std::string to_json(const value &v) {
  switch (v.index()) {
  case 1:
  case 2: return *to_parameter(v);
  case 3: return nlohmann::json(std::get<double>(v)).dump();
  case 4:
    return nlohmann::json(std::get<std::string>(v)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  case 5: return std::get<json_text>(v).text;
  default: return "null";
  }
}

std::string_view type_name(std::uint32_t type) {
  switch (type) {
  case DAVIT_TYPE_NONE: return "none";
  case DAVIT_TYPE_BOOL: return "boolean";
  case DAVIT_TYPE_I64: return "integer";
  case DAVIT_TYPE_F64: return "float";
  case DAVIT_TYPE_STR: return "string";
  case DAVIT_TYPE_JSON: return "any";
  default: return "unknown";
  }
}

} // namespace davit::plugin
