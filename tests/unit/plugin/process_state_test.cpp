// What a plugin changed in the process, in words.
#include "plugin/process_state.hpp"

#include <doctest/doctest.h>

using davit::plugin::describe_changes;
using davit::plugin::process_state;

TEST_CASE("what was put back is told apart from what could not be") {
  process_state::changes found;
  CHECK(found.empty());
  found.add("the locale");
  CHECK(describe_changes(found) == "it changed the locale, which davit has put back");
  found.add("the umask");
  CHECK(describe_changes(found) == "it changed the locale and the umask, which davit has put back");
  found.add("the limit for memory", false);
  CHECK(describe_changes(found) == "it changed the locale and the umask, which davit has put back, and the limit for "
                                   "memory, which could not be put back");
  process_state::changes lost;
  lost.add("the limit for files", false);
  CHECK_FALSE(lost.empty());
  CHECK(describe_changes(lost) == "it changed the limit for files, which could not be put back");
}
