// What a function of the host throws.
#pragma once

#include "base/error.hpp"

#include <doctest/doctest.h>

namespace davit::test {

// The davit::error that `work` throws; the test case fails if it throws nothing.
template <class F> error refusal(F &&work) {
  try {
    work();
  } catch (const error &problem) {
    return problem;
  }
  FAIL("was not refused");
  return {error_code::bug, ""};
}

inline bool has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

} // namespace davit::test
