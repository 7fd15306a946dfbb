// A migration that stopped in building an index.
#pragma once

#include "half_way.hpp"

#include <string>
#include <string_view>

namespace davit::test {

// public.t and s2.t, each with two rows that a unique index cannot have.
struct two_tables : project {
  explicit two_tables(std::string_view toml = "environment = \"test\"\n");

  // Runs `statement`, which is to build a unique index of public.t, until that fails at the twins; then there are none.
  finished_run stop_in(std::string_view statement) const;
  // Every index of both tables: "public.i f, s2.i t".
  std::string indexes() const;
};

} // namespace davit::test
