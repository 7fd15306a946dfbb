#include "config/node.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace davit::config {
namespace {

using json = nlohmann::ordered_json;

struct converter {
  json operator()(std::monostate) const { return nullptr; }
  json operator()(bool flag) const { return flag; }
  json operator()(std::int64_t number) const { return number; }
  json operator()(double number) const {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
    return number;
  }
  json operator()(const std::string &text) const { return text; }
  json operator()(const array &elements) const {
    auto out = json::array();
    for (const auto &element : elements) out.push_back(std::visit(*this, element.value));
    return out;
  }
  json operator()(const table &entries) const {
    auto out = json::object();
    for (const auto &[key, child] : entries) out[key] = std::visit(*this, child.value);
    return out;
  }
};

} // namespace

std::string to_json(const node &n) { return std::visit(converter{}, n.value).dump(); }

} // namespace davit::config
