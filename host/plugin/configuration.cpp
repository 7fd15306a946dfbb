#include "plugin/configuration.hpp"

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "config/complaint.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <system_error>

namespace davit::plugin {
namespace {

using config::node;

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const auto dot = path.find('.');
    out.emplace_back(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return out;
}

std::string joined(const std::string &path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

bool fits(const node &n, std::uint32_t type) {
  switch (type) {
  case DAVIT_TYPE_BOOL: return std::holds_alternative<bool>(n.value);
  case DAVIT_TYPE_I64: return std::holds_alternative<std::int64_t>(n.value);
  case DAVIT_TYPE_F64: return std::holds_alternative<double>(n.value) || std::holds_alternative<std::int64_t>(n.value);
  case DAVIT_TYPE_STR: return std::holds_alternative<std::string>(n.value);
  default: return true;
  }
}

// Neither infinite nor "not a number", which JSON lacks, and nothing is equal to or compares with.
const node *not_finite(const node &n) {
  if (const auto *d = std::get_if<double>(&n.value)) return std::isfinite(*d) ? nullptr : &n;
  const node *found = nullptr;
  if (const auto *a = std::get_if<config::array>(&n.value))
    for (const node &child : *a)
      if (!found) found = not_finite(child);
  if (const auto *t = std::get_if<config::table>(&n.value))
    for (const auto &[key, child] : *t)
      if (!found) found = not_finite(child);
  return found;
}

std::string_view name_of_endless(const node &n) {
  const double d = std::get<double>(n.value);
  return std::isnan(d) ? "nan" : d > 0 ? "inf" : "-inf";
}

// A float has 53 bits for digits: a limit beyond them would silently be another one.
bool exact_as_float(const node &n) {
  const auto *i = std::get_if<std::int64_t>(&n.value);
  if (!i || *i == 0) return true;
  const auto bits = *i < 0 ? 0 - static_cast<std::uint64_t>(*i) : static_cast<std::uint64_t>(*i);
  return static_cast<int>(std::bit_width(bits)) - std::countr_zero(bits) <= std::numeric_limits<double>::digits;
}

value natural(const node &n) {
  switch (n.value.index()) {
  case 1: return std::get<bool>(n.value);
  case 2: return std::get<std::int64_t>(n.value);
  case 3: return std::get<double>(n.value);
  case 4: return std::get<std::string>(n.value);
  case 5:
  case 6: return json_text{to_json(n)};
  default: return {};
  }
}

std::optional<std::size_t> index_of(std::string_view segment) {
  std::size_t i = 0;
  const auto [end, bad] = std::from_chars(segment.data(), segment.data() + segment.size(), i);
  if (bad != std::errc() || end != segment.data() + segment.size()) return std::nullopt;
  return i;
}

// The public view: secrets out.
void strip(node &n, const configuration::schema &rule) {
  if (auto *t = std::get_if<config::table>(&n.value)) {
    std::erase_if(*t, [&](const auto &entry) {
      const auto child = rule.children.find(entry.first);
      return child != rule.children.end() && child->second.leaf && child->second.leaf->secret;
    });
    for (auto &[key, child] : *t)
      if (const auto r = rule.children.find(key); r != rule.children.end()) strip(child, r->second);
  } else if (auto *a = std::get_if<config::array>(&n.value); a && rule.element) {
    if (rule.element->leaf && rule.element->leaf->secret) a->clear();
    for (auto &child : *a) strip(child, *rule.element);
  }
}

} // namespace

configuration::configuration(node table, const std::vector<config_key> &keys, const place &where,
                             const std::string &base)
    : keys_(keys), table_(std::move(table)), where_(where) {
  for (const auto &key : keys_) add(root_, key);
  if (table_.absent()) table_.value = config::table{};
  if (!table_.where.line) table_.where = where_;
  validate(table_, root_, "", base);
  public_ = table_;
  strip(public_, root_);
}

void configuration::add(schema &root, const config_key &key) {
  schema *at = &root;
  for (std::string segment : segments_of(key.path)) {
    std::size_t arrays = 0;
    while (segment.ends_with("[]")) {
      segment.resize(segment.size() - 2);
      ++arrays;
    }
    at = &at->children[segment];
    for (; arrays > 0; --arrays) {
      if (!at->element) at->element = std::make_unique<schema>();
      at = at->element.get();
    }
  }
  at->leaf = &key;
}

// A key that is misspelt is none of those that are known to be secret: with one secret among the keys, no value of the
// line is shown.
error configuration::complaint(error_code code, const place &where, std::string_view message,
                               std::string_view hint) const {
  const bool secrets = std::any_of(keys_.begin(), keys_.end(), [](const config_key &k) { return k.secret; });
  return config::complaint(code, where, message, hint, secrets ? config::hide::all : config::hide::names);
}

void configuration::take_secret(node &n, const std::string &path, const std::string &base) {
  const auto *t = std::get_if<config::table>(&n.value);
  if (t) {
    const auto *source = t->size() == 1 ? std::get_if<std::string>(&t->front().second.value) : nullptr;
    if (!source || (t->front().first != "env" && t->front().first != "file"))
      throw complaint(error_code::config_value, n.where,
                      "'config." + path + "' must be a string, { env = \"NAME\" } or { file = \"path\" }", "");
    std::string text;
    if (t->front().first == "env") {
      const char *env = std::getenv(source->c_str());
      if (!env)
        throw complaint(error_code::config_value, n.where,
                        "'config." + path + "' names the environment variable " + *source + ", which is not set",
                        "set it, or change davit.toml");
      text = env;
    } else {
      try {
        text = read_file(std::filesystem::path(base) / *source);
      } catch (const std::system_error &e) {
        throw complaint(
            error_code::config_unreadable, n.where,
            "'config." + path + "' names the file " + *source + ", which cannot be read: " + e.code().message(), "");
      }
      while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    }
    n.value = text;
  }
  if (const auto *text = std::get_if<std::string>(&n.value); text && !text->empty()) secrets_.push_back(*text);
}

void configuration::validate(node &n, const schema &rule, const std::string &path, const std::string &base) {
  if (rule.leaf) {
    if (rule.leaf->secret) take_secret(n, path, base);
    if (!fits(n, rule.leaf->type))
      throw complaint(error_code::config_value, n.where,
                      "'config." + path + "' is " + std::string(n.type_name()) + ", it must be " +
                          std::string(type_name(rule.leaf->type)),
                      rule.leaf->doc);
    if (const node *number = not_finite(n))
      throw complaint(error_code::config_value, number->where,
                      "'config." + path + (number == &n ? "' is " : "' holds ") +
                          std::string(name_of_endless(*number)) + ", it must be a finite number",
                      rule.leaf->doc);
    if (rule.leaf->type == DAVIT_TYPE_F64 && !exact_as_float(n))
      throw complaint(error_code::config_value, n.where,
                      "'config." + path + "' is an integer with more digits than a float can hold: it would be rounded",
                      "write the nearest float, with a decimal point, if that will do");
    return;
  }
  if (rule.element) {
    auto *a = std::get_if<config::array>(&n.value);
    if (!a)
      throw complaint(error_code::config_value, n.where,
                      "'config." + path + "' is " + std::string(n.type_name()) + ", it must be an array", "");
    for (std::size_t i = 0; i < a->size(); ++i) validate((*a)[i], *rule.element, joined(path, std::to_string(i)), base);
    return;
  }
  auto *t = std::get_if<config::table>(&n.value);
  if (!t)
    throw complaint(error_code::config_value, n.where,
                    (path.empty() ? std::string("'config'") : "'config." + path + "'") + " is " +
                        std::string(n.type_name()) + ", it must be a table",
                    "");
  for (auto &[key, child] : *t) {
    const auto known = rule.children.find(key);
    if (known == rule.children.end()) {
      std::vector<std::string_view> names;
      for (const auto &[name, unused] : rule.children) names.push_back(name);
      throw complaint(error_code::config_unknown, child.key_where,
                      "the plugin has no configuration key '" + joined(path, key) + "'",
                      names.empty() ? "this plugin has no configuration" : did_you_mean(key, names));
    }
    validate(child, known->second, joined(path, key), base);
  }
  for (const auto &[name, child] : rule.children)
    if (child.leaf && child.leaf->required && !n.find(name))
      throw complaint(error_code::config_value, n.where.line ? n.where : where_,
                      "the plugin needs the configuration key '" + joined(path, name) + "'", child.leaf->doc);
  for (const auto &[name, child] : rule.children) { // keys that are needed inside of a table that is not there
    if (child.leaf || child.element || n.find(name)) continue;
    node absent;
    absent.value = config::table{};
    absent.where = n.where;
    validate(absent, child, joined(path, name), base);
  }
}

std::optional<configuration::found> configuration::find(std::string_view path) const {
  found at{&root_, &table_};
  for (const auto &segment : segments_of(path)) {
    const auto index = index_of(segment);
    if (!at.rule || at.rule->leaf) { // inside of a value that the plugin takes as it is
      if (at.rule && at.rule->leaf->type != DAVIT_TYPE_JSON) return std::nullopt;
      at.rule = nullptr;
    } else if (at.rule->element) {
      if (!index) return std::nullopt;
      at.rule = at.rule->element.get();
    } else {
      const auto child = at.rule->children.find(segment);
      if (child == at.rule->children.end()) return std::nullopt;
      at.rule = &child->second;
    }
    if (at.written) {
      const auto *a = std::get_if<config::array>(&at.written->value);
      at.written = a && index ? (*index < a->size() ? &(*a)[*index] : nullptr) : at.written->find(segment);
    }
  }
  return at;
}

std::optional<value> configuration::get(std::string_view path) const {
  if (path.empty()) return value{json_text{to_json(public_)}};
  const auto at = find(path);
  if (!at) return std::nullopt;
  const config_key *leaf = at->rule ? at->rule->leaf : nullptr;
  if (!at->written) return leaf ? leaf->default_value : value{};
  if (!leaf) {
    if (!at->rule) return natural(*at->written);
    node copy = *at->written;
    strip(copy, *at->rule);
    return natural(copy);
  }
  if (leaf->type == DAVIT_TYPE_JSON) return value{json_text{to_json(*at->written)}};
  if (leaf->type == DAVIT_TYPE_F64 && std::holds_alternative<std::int64_t>(at->written->value))
    return value{static_cast<double>(std::get<std::int64_t>(at->written->value))};
  return natural(*at->written);
}

std::optional<std::uint64_t> configuration::length(std::string_view path) const {
  const auto at = find(path);
  if (!at) return std::nullopt;
  if (!at->written) return 0;
  if (const auto *a = std::get_if<config::array>(&at->written->value)) return a->size();
  if (const auto *t = std::get_if<config::table>(&at->written->value)) return t->size();
  throw complaint(
      error_code::config_value, at->written->where,
      "'config." + std::string(path) + "' is " + std::string(at->written->type_name()) + ", not an array or table", "");
}

} // namespace davit::plugin
