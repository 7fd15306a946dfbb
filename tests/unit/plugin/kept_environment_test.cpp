// What of the environment is put back, and what is left to plugins.
#include "plugin/kept_environment.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>

using davit::plugin::kept_environment;

namespace {

std::optional<std::string> value(const char *name) {
  const char *text = std::getenv(name);
  return text ? std::optional<std::string>(text) : std::nullopt;
}

using names = std::set<std::string>;

} // namespace

TEST_CASE("what decides where to connect is put back: changed, removed or new") {
  ::setenv("PGDATABASE", "shop", 1);
  ::setenv("HOME", "/home/shop", 1);
  ::setenv("PGUSER", "", 1);
  ::unsetenv("PGOPTIONS");
  kept_environment kept;
  kept.put_back();
  CHECK(kept.changed().empty());

  ::setenv("PGDATABASE", "elsewhere", 1);
  ::unsetenv("HOME");
  ::unsetenv("PGUSER");
  ::setenv("PGOPTIONS", "-c search_path=pg_temp", 1);
  ::setenv("PGSSLROOTCERT", "/nowhere", 1);
  kept.put_back();
  CHECK(value("PGDATABASE") == "shop");
  CHECK(value("HOME") == "/home/shop");
  CHECK(value("PGUSER") == "");
  CHECK_FALSE(value("PGOPTIONS"));
  CHECK_FALSE(value("PGSSLROOTCERT"));
  kept.put_back();
  CHECK(kept.changed() == names{"HOME", "PGDATABASE", "PGOPTIONS", "PGSSLROOTCERT", "PGUSER"});
  CHECK(kept.changed().empty());
}

TEST_CASE("an environment that was thrown away as a whole is put back as well") {
  ::setenv("PGDATABASE", "shop", 1);
  kept_environment kept;
  ::clearenv();
  kept.put_back();
  CHECK(value("PGDATABASE") == "shop");
  CHECK(kept.changed().contains("PGDATABASE"));
}

TEST_CASE("other variables are the plugin's affair") {
  ::unsetenv("VILLAIN_REGION");
  kept_environment kept;
  ::setenv("VILLAIN_REGION", "eu", 1);
  kept.put_back();
  CHECK(value("VILLAIN_REGION") == "eu");
  CHECK(kept.changed().empty());
}
