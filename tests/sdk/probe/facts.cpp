#include "facts.hpp"

#include <sstream>

namespace probe {
namespace {

using davit::detail::view;

// name=value, blanks between, empty values left out.
class fields {
public:
  fields &add(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    if (!out_.empty()) out_ += ' ';
    out_ += std::string(name) + '=' + std::string(value);
    return *this;
  }
  fields &add(std::string_view name, std::int64_t value) { return add(name, std::to_string(value)); }
  std::string str() const { return out_; }

private:
  std::string out_;
};

std::string describe_run(const davit::run &r) {
  return fields()
      .add("command", r.command)
      .add("environment", r.environment)
      .add("database", r.database)
      .add("host", r.host)
      .add("user", r.user)
      .add("hint", r.hint)
      .add("owner", r.hint_owner)
      .add("token", r.hint_token)
      .add("id", r.id)
      .add("started_us", r.started_us)
      .add("dry", r.dry ? "yes" : "")
      .str();
}

std::string describe_migration(const davit::migration &m) {
  return fields()
      .add("version", m.version)
      .add("name", m.name)
      .add("direction", m.up ? "up" : "down")
      .add("mode", m.no_transaction ? "autocommit" : "transaction")
      .add("attempt", m.attempt)
      .add("checksum", m.checksum)
      .add("file", m.file)
      .str();
}

std::string describe_binding(const davit_binding &b) {
  constexpr std::string_view policies[] = {"abort", "warn", "ignore"};
  return fields()
      .add("id", view(b.id))
      .add("instance", view(b.instance))
      .add("handler", view(b.handler))
      .add("phase", view(b.phase))
      .add("priority", b.priority)
      .add("deadline_ms", b.deadline_ms)
      .add("on_failure", policies[b.on_failure])
      .add("args", view(b.args))
      .str();
}

std::string describe_error(const davit_error &e) {
  return fields()
      .add("status", name_of_status(e.status))
      .add("sqlstate", view(e.sqlstate))
      .add("line", e.line)
      .add("column", e.column)
      .add("instance", view(e.instance))
      .add("handler", view(e.handler))
      .add("phase", view(e.phase))
      .add("message", view(e.message))
      .add("detail", view(e.detail))
      .add("hint", view(e.hint))
      .add("file", view(e.file))
      .str();
}

} // namespace

std::string to_text(const davit_value &v) {
  switch (v.type) {
  case DAVIT_TYPE_NONE: return "none";
  case DAVIT_TYPE_BOOL: return v.as.boolean ? "true" : "false";
  case DAVIT_TYPE_I64: return std::to_string(v.as.i64);
  case DAVIT_TYPE_F64: {
    std::ostringstream out;
    out << v.as.f64;
    return out.str();
  }
  default: return davit::detail::text(v.as.str);
  }
}

std::string name_of_status(std::int32_t status) {
  switch (status) {
  case DAVIT_OK: return "OK";
  case DAVIT_VETO: return "VETO";
  case DAVIT_HANDLED: return "HANDLED";
  case DAVIT_ERR: return "ERR";
  case DAVIT_ERR_INVALID: return "INVALID";
  case DAVIT_ERR_DENIED: return "DENIED";
  case DAVIT_ERR_STATE: return "STATE";
  case DAVIT_ERR_THREAD: return "THREAD";
  case DAVIT_ERR_STALE: return "STALE";
  case DAVIT_ERR_SQL: return "SQL";
  case DAVIT_ERR_CANCELLED: return "CANCELLED";
  case DAVIT_ERR_CONNECTION: return "CONNECTION";
  case DAVIT_ERR_NOT_FOUND: return "NOT_FOUND";
  case DAVIT_ERR_TYPE: return "TYPE";
  case DAVIT_ERR_MEMORY: return "MEMORY";
  case DAVIT_ERR_UNSUPPORTED: return "UNSUPPORTED";
  case DAVIT_ERR_DEADLINE: return "DEADLINE";
  default: return std::to_string(status);
  }
}

std::string name_of_reason(std::int32_t cancel_reason) {
  switch (cancel_reason) {
  case DAVIT_CANCEL_NONE: return "none";
  case DAVIT_CANCEL_DEADLINE: return "deadline";
  case DAVIT_CANCEL_INTERRUPT: return "interrupt";
  case DAVIT_CANCEL_ABANDONED: return "abandoned";
  default: return std::to_string(cancel_reason);
  }
}

std::string describe(const davit::context &cx, std::string_view what) {
  if (what == "run") return describe_run(cx.run());
  if (what == "migration") return cx.in_migration() ? describe_migration(cx.migration()) : "none";
  if (what == "binding") return describe_binding(*cx.host()->binding(cx.get()));
  if (what == "error") return cx.failure() ? describe_error(*cx.failure()) : "none";
  throw davit::error("describe: run, migration, binding or error, not '" + std::string(what) + "'", DAVIT_ERR_INVALID);
}

} // namespace probe
