// davit.audit-log: who applied what, when, and how it ended, as rows of a table.
#include "recorder.hpp"
#include "settings.hpp"

#include <davit/plugin.hpp>

namespace audit_log {
namespace {

class plugin {
public:
  static constexpr auto &keys = audit_log::keys;

  explicit plugin(davit::setup &s) : settings_(read_settings(s)), transaction_(settings_), side_(settings_) {
    using namespace davit;
    if (settings_.connection == session::transaction) {
      record(s, phase::cleanup, "record", [this](context &cx) { transaction_.done(cx); });
      record(s, phase::on_error, "record_failure", [this](context &cx) { transaction_.failed(cx); });
      return;
    }
    record(s, phase::pre_execute, "record_start", [this](context &cx) { side_.started(cx); });
    s.bind("record_start", phase::pre_rollback);
    record(s, phase::post_execute, "record", [this](context &cx) { side_.committed(cx); });
    s.bind("record", phase::post_rollback);
    record(s, phase::on_error, "record_failure", [this](context &cx) { side_.failed(cx); });
    record(s, phase::failure, "record_open_row", [this](context &cx) { side_.run_failed(cx); });
  }

private:
  void record(davit::setup &s, std::string_view phase, std::string_view name, davit::handler fn) const {
    s.on(phase, name, [this, fn = std::move(fn)](davit::context &cx) {
      if (!settings_.records(cx.environment())) return cx.report("this environment is not recorded");
      fn(cx);
    });
  }

  settings settings_;
  transaction_recorder transaction_;
  side_recorder side_;
};

} // namespace
} // namespace audit_log

DAVIT_PLUGIN(audit_log::plugin, "davit.audit-log", "0.1.0",
             "Keeps a table of who applied which migration, when, and how it ended", "db.write")
