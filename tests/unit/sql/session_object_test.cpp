#include "sql/session_object.hpp"

#include <doctest/doctest.h>

using davit::sql::session_object;
using davit::sql::session_object_of;

namespace {

bool is(const char *statement, session_object::verb what, const char *name) {
  const auto object = session_object_of(statement);
  return object.what == what && object.name == name;
}

} // namespace

TEST_CASE("names that a statement makes or takes away in its session are read as the server reads them") {
  using verb = session_object::verb;
  CHECK(is("-- a\nPREPARE Plan (int) AS SELECT $1", verb::prepare, "plan"));
  CHECK(is("prepare \"A \"\"b\"\"\" as select 1", verb::prepare, "A \"b\""));
  CHECK(is("DEALLOCATE prepare p;", verb::deallocate, "p"));
  CHECK(is("deallocate all", verb::deallocate, "*"));
  CHECK(is("discard all", verb::deallocate, "*"));
  CHECK(is("listen News", verb::listen, "news"));
  CHECK(is("unlisten *", verb::unlisten, "*"));
}

TEST_CASE("other statements make nothing of a name in their session") {
  using verb = session_object::verb;
  for (const char *statement : {"prepare transaction 'x'", "discard temp", "set a = b", "execute p", ""})
    CHECK(is(statement, verb::none, ""));
}
