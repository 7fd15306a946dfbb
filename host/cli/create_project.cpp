#include "cli/new_files.hpp"
#include "cli/project_files.hpp"

namespace davit::cli {
namespace {

constexpr std::string_view configuration = R"(# How davit migrates the database of this project.

# Which deployment this is: plugins can be limited to some. DAVIT_ENVIRONMENT takes precedence.
environment = "development"

[database]
# DAVIT_DATABASE_URL takes precedence. With neither, libpq's own PGHOST, PGDATABASE, ... and service files count.
# Better no password here: ~/.pgpass and PGPASSWORD are read.
# url = "postgresql://localhost/shop"
# lock_timeout = "2s"        # how long a statement waits for a lock before it gives way to the application
# lock_retries = 5           # how often the migration is tried again after that
# statement_timeout = "0"    # 0: none
# run_lock_timeout = "1m"    # how long to wait for another davit at work on the same database

[migrations]
dir = "migrations" # relative to this file; `davit new NAME` adds to it

# A plugin is a shared library whose handlers are called while migrations run. `davit phases` says when they can be.
# [[plugins]]
# name = "audit"
# path = "libdavit_audit_log.so"         # without a slash: davit's own plugins, then DAVIT_PLUGIN_PATH
# environments = ["production"]          # left out: all
# deadline = "10s"                       # "0", the default: none
# on_failure = "abort"                   # or "warn", "ignore"
# config = { table = "audit_migrations" }

# A plugin binds its handlers to phases itself. An entry like this binds one by name, or changes how it runs:
# [[hooks.post_execute]]
# plugin = "audit"
# handler = "NAME"                       # `davit plugin inspect` lists them
# on_failure = "warn"
)";

} // namespace

std::vector<std::filesystem::path> create_project(const std::filesystem::path &dir) {
  new_files files;
  files.add_folder(dir.empty() ? "." : dir);
  files.add_file(dir / "davit.toml", configuration);
  files.add_folder(dir / "migrations");
  return files.keep();
}

} // namespace davit::cli
