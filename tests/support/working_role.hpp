// A role that logs in, and whose sessions begin as another one, which owns the database.
#pragma once

#include "support/project.hpp"

#include <string>

namespace davit::test {

class working_role {
public:
  explicit working_role(const project &p);
  ~working_role(); // with all that belongs to them
  working_role(const working_role &) = delete;
  working_role &operator=(const working_role &) = delete;

  environment as() const; // davit's
  const std::string &login() const { return login_; }
  const std::string &owner() const { return owner_; }

private:
  const project &p_;
  const std::string login_, owner_;
};

} // namespace davit::test
