// Deeds that leave davit no place for its answer, or hand it things that it did not hand out.
#include "hostile.hpp"

#include <string>

namespace hostile {
namespace {

// Reports what davit said of each call, so that a test can read it.
class answers {
public:
  explicit answers(const scene &s) : s_(s) {}
  answers &operator+=(std::int32_t status) {
    const davit_error *e = s_.host->last_error(s_.ctx);
    const bool said = status < 0 && e && e->status == status;
    text_ += (text_.empty() ? "" : "; ") + std::to_string(status) +
             (said ? " " + std::string(e->message.data, e->message.len) : std::string());
    return *this;
  }
  std::int32_t report() const { return s_.host->report(s_.ctx, 0, text(text_)); }

private:
  const scene &s_;
  std::string text_;
};

std::int32_t no_place(const scene &s) {
  davit_value wrong{};
  wrong.type = 4711;
  const auto key = text("key");
  answers out(s);
  out += s.host->info(s.ctx, text("stats"), nullptr);
  out += s.host->stat_get(s.ctx, key, nullptr);
  out += s.host->stat_set(s.ctx, key, nullptr);
  out += s.host->stat_set(s.ctx, key, &wrong);
  out += s.host->stat_add(s.ctx, key, nullptr, nullptr);
  return out.report();
}

std::int32_t parameters(const scene &s) {
  davit_value wrong{};
  wrong.type = 4711;
  const auto sql = text("SELECT $1");
  answers out(s);
  out += s.host->query(s.ctx, DAVIT_CONN_MIGRATION, sql, nullptr, 1, nullptr);
  out += s.host->query(s.ctx, DAVIT_CONN_MIGRATION, sql, &wrong, 65'536, nullptr);
  out += s.host->query(s.ctx, DAVIT_CONN_MIGRATION, sql, &wrong, 1, nullptr);
  out += s.host->query(s.ctx, 4711, text("SELECT 1"), nullptr, 0, nullptr);
  return out.report();
}

std::int32_t released_twice(const scene &s) {
  const davit_result *r = nullptr;
  const davit_result foreign{};
  answers out(s);
  out += s.host->query(s.ctx, DAVIT_CONN_MIGRATION, text("SELECT 1"), nullptr, 0, &r);
  out += s.host->release(s.ctx, r);
  out += s.host->release(s.ctx, r);
  out += s.host->release(s.ctx, &foreign);
  return out.report();
}

std::int32_t streams(const scene &s) {
  const auto *rows = static_cast<const davit_ext_rows_v1 *>(s.host->get_extension(s.host, text(DAVIT_EXT_ROWS)));
  if (!rows) return DAVIT_ERR_UNSUPPORTED;
  const auto one = text("SELECT 1");
  davit_rows *stream = nullptr;
  const davit_cell *cells = nullptr;
  std::uint32_t count = 0;
  answers out(s);
  out += rows->open(s.ctx, DAVIT_CONN_MIGRATION, one, nullptr, 0, nullptr);
  out += rows->open(s.ctx, DAVIT_CONN_MIGRATION, one, nullptr, 0, &stream);
  out += rows->columns(s.ctx, stream, nullptr, &count);
  out += rows->next(s.ctx, stream, nullptr);
  out += s.host->query(s.ctx, DAVIT_CONN_MIGRATION, one, nullptr, 0, nullptr);
  out += s.host->undo(s.ctx);
  out += rows->next(s.ctx, stream, &cells); // undo has closed it
  out += rows->next(s.ctx, nullptr, &cells);
  return out.report();
}

} // namespace

deeds place_deeds() {
  return {{"no_place", no_place}, {"parameters", parameters}, {"released_twice", released_twice}, {"streams", streams}};
}

} // namespace hostile
