// Just enough of JSON to look into what davit prints, by JSON pointer: "/migrations/0/version".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace davit::test {

// Every member throws std::runtime_error, which shows the document, if the pointer leads nowhere or the type is wrong.
class json {
public:
  explicit json(std::string_view text); // throws if it is not one valid document

  bool has(std::string_view pointer) const;
  std::string text(std::string_view pointer) const;
  std::int64_t integer(std::string_view pointer) const;
  double number(std::string_view pointer) const;
  bool boolean(std::string_view pointer) const;
  bool is_null(std::string_view pointer) const;
  std::size_t size(std::string_view pointer = "") const; // of an array or object
  json at(std::string_view pointer) const;
  std::string dump(std::string_view pointer = "") const; // compact

private:
  struct value;
  explicit json(std::shared_ptr<const value> v) : value_(std::move(v)) {}
  template <typename T> T get(std::string_view pointer, std::string_view wanted, bool (*fits)(const value &)) const;
  value find(std::string_view pointer) const;
  std::shared_ptr<const value> value_;
};

} // namespace davit::test
