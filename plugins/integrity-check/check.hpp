// One SQL assertion: a query whose result must be as expected.
#pragma once

#include "expectation.hpp"

#include "common/missing.hpp"
#include "common/selection.hpp"

#include <davit/plugin.hpp>

#include <string>

namespace integrity_check {

class check {
public:
  // Reads `checks.INDEX`. Throws davit::error that names the key.
  check(const davit::setup &s, std::uint64_t index);

  // Declares its handler, named as the check is, and binds it to its phase. The check is copied.
  void declare(davit::setup &s) const;

  // Throws davit::error or davit::veto if the result is not as expected.
  void run(davit::context &cx) const;

private:
  std::string prefix_, name_, sql_, phase_, message_;
  expectation expectation_;
  common::selection selection_;
  common::if_missing if_missing_;
  bool veto_;
};

} // namespace integrity_check
