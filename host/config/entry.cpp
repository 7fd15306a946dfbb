#include "config/entry.hpp"

#include "base/nearest.hpp"
#include "config/complaint.hpp"
#include "config/duration.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace davit::config {
namespace {

constexpr failure_policy policies[] = {failure_policy::abort, failure_policy::warn, failure_policy::ignore};

std::string with_article(std::string_view type) {
  const bool vowel = !type.empty() && std::string_view("aeiou").find(type.front()) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", type);
}

} // namespace

void entry::refuse(std::string_view message, std::string_view hint, hide what) const {
  throw complaint(error_code::config_value, where(), message, hint, what);
}

template <class T> const T &entry::get(std::string_view expected, hide what) const {
  if (const auto *value = std::get_if<T>(&value_.value)) return *value;
  refuse(fmt::format("'{}' must be {}, but is {}", key_, expected, with_article(value_.type_name())), {}, what);
}

const std::string &entry::text() const { return get<std::string>("a string"); }

const std::string &entry::non_empty_text() const {
  const auto &value = text();
  if (value.empty()) refuse(fmt::format("'{}' is empty", key_));
  return value;
}

bool entry::flag() const { return get<bool>("true or false"); }

std::vector<std::string> entry::texts() const {
  std::vector<std::string> out;
  for (const auto &element : get<array>("an array of strings")) out.push_back(entry(key_, element).non_empty_text());
  return out;
}

milliseconds entry::duration() const {
  if (const auto *number = std::get_if<std::int64_t>(&value_.value)) {
    if (*number == 0) return milliseconds{0};
    refuse(*number < 0 ? fmt::format("'{}' is negative", key_) : fmt::format("'{}' has no unit", key_),
           *number < 0 ? "write a duration like \"2s\", or \"0\""
                       : fmt::format("write \"{0}s\" or \"{0}ms\"", *number));
  }
  const auto &written = get<std::string>("a duration such as \"2s\"");
  try {
    return parse_duration(written);
  } catch (const error &problem) {
    refuse(fmt::format("'{}': {}", key_, problem.message), problem.hint);
  }
}

failure_policy entry::policy() const {
  const auto &written = text();
  std::vector<std::string_view> names;
  for (const auto policy : policies) {
    if (name_of(policy) == written) return policy;
    names.push_back(name_of(policy));
  }
  refuse(fmt::format("'{}' has no value '{}'", key_, written), did_you_mean(written, names));
}

const node &entry::as_table() const {
  get<table>("a table", hide::all); // a plugin's own: whatever else stands there may be a secret
  return value_;
}

std::int64_t entry::integer_within(std::int64_t least, std::int64_t most) const {
  const auto value = get<std::int64_t>("an integer");
  if (value < least || value > most) refuse(fmt::format("'{}' is out of range: {} to {}", key_, least, most));
  return value;
}

void read_table(const node &source, std::string_view title, std::initializer_list<field> fields) {
  const auto *entries = std::get_if<table>(&source.value);
  if (!entries)
    throw complaint(error_code::config_value, source.where,
                    fmt::format("{} must be a table, but is {}", title, with_article(source.type_name())));
  for (const auto &[key, value] : *entries) {
    const auto known =
        std::find_if(fields.begin(), fields.end(), [&name = key](const field &f) { return f.key == name; });
    if (known == fields.end()) {
      std::vector<std::string_view> names;
      for (const auto &f : fields) names.push_back(f.key);
      throw complaint(error_code::config_unknown, value.key_where, fmt::format("unknown key '{}' in {}", key, title),
                      did_you_mean(key, names));
    }
    known->read(entry(key, value));
  }
  for (const auto &f : fields)
    if (f.required && !source.find(f.key))
      throw complaint(error_code::config_value, source.where, fmt::format("{} lacks '{}'", title, f.key),
                      fmt::format("add {} = …", f.key));
}

const array &tables_of(const entry &source, std::string_view title) {
  const auto *elements = std::get_if<array>(&source.value().value);
  const bool all_tables = elements && std::all_of(elements->begin(), elements->end(), [](const node &element) {
                            return std::holds_alternative<table>(element.value);
                          });
  if (!all_tables)
    source.refuse(fmt::format("'{}' must be an array of tables", source.key()),
                  fmt::format("begin each one with {}", title));
  return *elements;
}

} // namespace davit::config
