#include "support/json.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace davit::test {

using pointer_type = nlohmann::json::json_pointer;

struct json::value {
  nlohmann::json it;
};

json::json(std::string_view text) {
  try {
    value_ = std::make_shared<const value>(value{nlohmann::json::parse(text)});
  } catch (const nlohmann::json::exception &problem) {
    throw std::runtime_error(std::string(problem.what()) + " in:\n" + std::string(text));
  }
}

json::value json::find(std::string_view pointer) const {
  try {
    return {value_->it.at(pointer_type(std::string(pointer)))};
  } catch (const nlohmann::json::exception &problem) {
    throw std::runtime_error("'" + std::string(pointer) + "': " + problem.what() + " in:\n" + value_->it.dump(2));
  }
}

template <typename T>
T json::get(std::string_view pointer, std::string_view wanted, bool (*fits)(const value &)) const {
  const auto found = find(pointer);
  if (!fits(found))
    throw std::runtime_error("'" + std::string(pointer) + "' is no " + std::string(wanted) + " in:\n" +
                             value_->it.dump(2));
  return found.it.get<T>();
}

bool json::has(std::string_view pointer) const { return value_->it.contains(pointer_type(std::string(pointer))); }

std::string json::text(std::string_view pointer) const {
  return get<std::string>(pointer, "string", [](const value &v) { return v.it.is_string(); });
}
std::int64_t json::integer(std::string_view pointer) const {
  return get<std::int64_t>(pointer, "integer", [](const value &v) { return v.it.is_number_integer(); });
}
double json::number(std::string_view pointer) const {
  return get<double>(pointer, "number", [](const value &v) { return v.it.is_number(); });
}
bool json::boolean(std::string_view pointer) const {
  return get<bool>(pointer, "boolean", [](const value &v) { return v.it.is_boolean(); });
}
bool json::is_null(std::string_view pointer) const { return find(pointer).it.is_null(); }

std::size_t json::size(std::string_view pointer) const {
  const auto found = find(pointer);
  if (!found.it.is_structured()) throw std::runtime_error("'" + std::string(pointer) + "' has no size:\n" + dump());
  return found.it.size();
}

json json::at(std::string_view pointer) const { return json(std::make_shared<const value>(find(pointer))); }
std::string json::dump(std::string_view pointer) const { return find(pointer).it.dump(); }

} // namespace davit::test
