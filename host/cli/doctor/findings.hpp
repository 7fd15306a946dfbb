// What `davit doctor` found: one line a check.
#pragma once

#include "base/error.hpp"

#include <functional>
#include <string>
#include <vector>

namespace davit::cli::doctor {

enum class level { ok, warn, fail };
std::string_view name_of(level l);

struct finding {
  std::string name; // "server settings"
  level how;
  std::string found, what_to_do;
  exit_code exit = exit_code::ok; // of a failure
};

class findings {
public:
  void ok(std::string name, std::string found, std::string what_to_do = {});
  void warn(std::string name, std::string found, std::string what_to_do);
  void fail(std::string name, std::string found, std::string what_to_do, exit_code exit);
  void fail(std::string name, const error &e);

  // Runs a check; what it throws is a failure of that name. Returns whether it came to its end.
  bool attempt(const std::string &name, const std::function<void()> &check);

  const std::vector<finding> &all() const { return all_; }
  std::size_t count(level l) const;
  // Of the first failure; ok if there is none.
  exit_code exit() const;

private:
  std::vector<finding> all_;
};

} // namespace davit::cli::doctor
