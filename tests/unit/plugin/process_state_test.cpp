// What a plugin changed in the process, in words.
#include "plugin/process_state.hpp"

#include "without_rights.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <sys/resource.h>

using davit::plugin::describe_changes;
using davit::plugin::process_state;
using davit::test::holds_without_rights;

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

TEST_CASE("a limit that could not be put back is as it is from then on: nobody is told of it again") {
  const bool as_expected = holds_without_rights([] {
    process_state before;
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    const rlim_t soft = now.rlim_cur;
    now.rlim_max -= 1;
    now.rlim_cur = 5;
    ::setrlimit(RLIMIT_NOFILE, &now);
    const bool told = before.restore("a test").lost.size() == 1;
    ::getrlimit(RLIMIT_NOFILE, &now);
    const bool nearest = now.rlim_cur == std::min(soft, now.rlim_max);
    const bool silent = before.restore("a test").empty();
    now.rlim_cur = 5; // whoever changes it now is to be told of
    ::setrlimit(RLIMIT_NOFILE, &now);
    return told && nearest && silent && before.restore("a test").put_back.size() == 1;
  });
  CHECK(as_expected);
}
