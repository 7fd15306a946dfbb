// davit completion
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/report.hpp"

#include <nlohmann/json.hpp>

namespace davit::cli {

int command_completion(const options &o, terminal &t) {
  std::string script = completion_script(o.argument, option_tree());
  if (o.json) {
    auto j = json_answer(name_of(o.what));
    j["shell"] = o.argument;
    j["script"] = script;
    print_json(t, j);
    return 0;
  }
  script.pop_back(); // out() ends the line
  t.out(script);
  return 0;
}

} // namespace davit::cli
