#include "config/node.hpp"

namespace davit::config {

node::node() noexcept = default;

const node *node::find(std::string_view key) const {
  const auto *entries = std::get_if<table>(&value);
  if (!entries) return nullptr;
  for (const auto &[name, child] : *entries)
    if (name == key) return &child;
  return nullptr;
}

std::string_view node::type_name() const {
  constexpr std::string_view names[] = {"nothing", "boolean", "integer", "float", "string", "array", "table"};
  return names[value.index()];
}

} // namespace davit::config
