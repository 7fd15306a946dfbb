// What is known so far of an answer that is read later.
#pragma once

#include "postgres/result.hpp"

namespace davit::postgres {

struct late_answer {
  result failed{nullptr};
  result last{nullptr}; // rows
  bool complete = false;
  void note(result r);
};

} // namespace davit::postgres
