#include "support/project.hpp"

#include "support/paths.hpp"

#include <stdexcept>

#include <unistd.h>

namespace davit::test {

namespace fs = std::filesystem;

namespace {

// What the caller's shell says about davit or PostgreSQL is none of the tests' business, but for the server's place.
environment without_callers_settings() {
  environment out;
  for (char **entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if ((name.starts_with("DAVIT_") && name != "DAVIT_POSTGRES_BIN") || name.starts_with("PG")) out[name] = {};
  }
  return out;
}

} // namespace

project::project(std::string_view toml) {
  configure(toml);
  fs::create_directory(folder() / "migrations");
}

void project::configure(std::string_view toml) const { write("davit.toml", toml); }

fs::path project::write(const fs::path &name, std::string_view text) const { return folder_.write(name, text); }

fs::path project::migration(std::string_view file, std::string_view sql) const {
  return write(fs::path("migrations") / file, sql);
}

void project::copy_migrations(const fs::path &from) const {
  fs::copy(from, folder() / "migrations", fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

program project::command(std::vector<std::string> arguments, const environment &extra) const {
  program out{.argv = {davit_program().string(), "--config", (folder() / "davit.toml").string()},
              .environment = without_callers_settings(),
              .cwd = folder()};
  out.argv.insert(out.argv.end(), arguments.begin(), arguments.end());
  out.environment["DAVIT_DATABASE_URL"] = database_.url();
  for (const auto &[name, value] : extra) out.environment[name] = value;
  return out;
}

outcome project::davit(std::vector<std::string> arguments, const environment &extra) const {
  return run(command(std::move(arguments), extra));
}

json project::davit_json(std::vector<std::string> arguments, const environment &extra) const {
  arguments.emplace_back("--json");
  const auto result = davit(std::move(arguments), extra);
  try {
    return json(result.out);
  } catch (const std::runtime_error &problem) {
    throw std::runtime_error(std::string(problem.what()) + "\nstderr:\n" + result.err);
  }
}

} // namespace davit::test
