#include "cli/completion_walk.hpp"

#include <fmt/format.h>

namespace davit::cli {
namespace {

using visitor = std::function<void(const std::string &, const command_node &)>;

void walk(const std::string &path, const command_node &node, const visitor &visit) {
  visit(path, node);
  for (const auto &c : node.commands) walk(path.empty() ? c.name : path + " " + c.name, c, visit);
}

// A pattern for the names of an option; those of the root are valid in every command.
std::string pattern(const std::string &path, const option_node &o) {
  std::string out;
  for (const auto &name : o.names)
    out += fmt::format("{}{}:{}", out.empty() ? "" : " | ", path.empty() ? "*" : "\"" + path + "\"", name);
  return out;
}

} // namespace

void for_each_command(const command_node &root, const visitor &visit) { walk("", root, visit); }

std::string options_with_value(const command_node &root) {
  std::string out;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    for (const auto &o : node.options)
      if (o.value != value_kind::none) out += (out.empty() ? "" : " | ") + pattern(path, o);
  });
  return out;
}

std::string command_arms(const command_node &root) {
  std::string out;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    for (const auto &c : node.commands)
      out += fmt::format("      \"{}:{}\") command=\"{}\" ;;\n", path, c.name,
                         path.empty() ? c.name : path + " " + c.name);
  });
  return out;
}

std::string value_arms(const command_node &root, const std::function<std::string(const option_node &)> &answer) {
  std::string out;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    for (const auto &o : node.options)
      if (o.value != value_kind::none) out += fmt::format("    {}) {} ;;\n", pattern(path, o), answer(o));
  });
  return out;
}

std::string argument_arms(const command_node &root, const std::function<std::string(const option_node &)> &answer) {
  std::string out;
  for_each_command(root, [&](const std::string &path, const command_node &node) {
    for (std::size_t i = 0; i < node.arguments.size(); ++i)
      out += fmt::format("    \"{}:{}\") {} ;;\n", path, i, answer(node.arguments[i]));
  });
  return out;
}

} // namespace davit::cli
