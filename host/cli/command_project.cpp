// davit init, davit new
#include "cli/commands.hpp"
#include "cli/project_files.hpp"
#include "cli/report.hpp"
#include "cli/workspace.hpp"

#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

int print_created(const options &o, terminal &t, const std::vector<std::filesystem::path> &files) {
  if (o.json) {
    auto j = json_answer(name_of(o.what));
    j["created"] = nlohmann::ordered_json::array();
    for (const auto &f : files) j["created"].push_back(f.string());
    print_json(t, j);
  } else {
    for (const auto &f : files) t.out("created " + f.string());
  }
  return 0;
}

} // namespace

int command_init(const options &o, terminal &t) {
  return print_created(o, t, create_project(o.argument.empty() ? "." : o.argument));
}

int command_new(const options &o, terminal &t) {
  const workspace w(o, t);
  const auto how = o.timestamp ? numbering::timestamp : o.sequential ? numbering::sequential : numbering::automatic;
  return print_created(o, t, create_migration(w.settings, o.argument, how, !o.no_down, o.verify_file));
}

} // namespace davit::cli
