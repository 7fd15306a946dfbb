// What the statements before a stop had made of their session, which is gone.
#pragma once

#include "migration/script.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace davit::migration {

struct session_effects {
  std::vector<std::size_t> repeatable; // places of statements: run again in this order they bring it back
  std::vector<bool> overtaken;     // those of them whose own part is undone by a later one, or behind: they may fail
  std::vector<std::size_t> lost;   // of statements that may have left what cannot be brought back
  std::vector<std::size_t> others; // whose own text leaves nothing: what they call may
};

// Of the first `count` statements; those of transactions that the file rolled back have none.
session_effects session_effects_of_first(const script &s, std::size_t count);

// The settings that the first statements behind those change, whatever they were before: nothing comes between.
std::set<std::string> set_anew_behind(const script &s, std::size_t count);

} // namespace davit::migration
