// Deeds that say what cannot be said.
#include "hostile.hpp"

#include <string>

namespace hostile {
namespace {

constexpr std::string_view not_utf8 = "caf\xe9";
constexpr std::string_view with_nul("a\0b", 3);
constexpr davit_str nowhere{nullptr, 1000};

std::string huge() { return "begin " + std::string(std::size_t{8} << 20, 'x') + " end"; }

std::int32_t log_all(const scene &s) {
  const std::string much = huge();
  for (const auto level : {-7, 0, 4711})
    for (const auto &line : {text(not_utf8), text(with_nul), nowhere, text(much), text("\x1b[2Jcleared\r\nlines")})
      s.host->log(s.host, level, line);
  return DAVIT_OK;
}

std::int32_t fail_not_utf8(const scene &s) { return s.host->fail(s.ctx, DAVIT_ERR, text(not_utf8)); }
std::int32_t fail_with_nul(const scene &s) { return s.host->fail(s.ctx, DAVIT_ERR, text(with_nul)); }
std::int32_t fail_nowhere(const scene &s) { return s.host->fail(s.ctx, DAVIT_ERR, nowhere); }
std::int32_t fail_huge(const scene &s) { return s.host->fail(s.ctx, DAVIT_ERR, text(huge())); }

std::int32_t report_all(const scene &s) {
  for (const auto &bad : {text(not_utf8), text(with_nul), nowhere})
    if (s.host->report(s.ctx, 0, bad) != DAVIT_ERR_INVALID) return DAVIT_ERR;
  return s.host->report(s.ctx, 0, text(huge()));
}

std::int32_t stat_keys(const scene &s) {
  davit_value v{};
  v.type = DAVIT_TYPE_I64;
  const std::string much = huge();
  for (const auto &bad : {text(not_utf8), text(with_nul), nowhere, text(much), text(""), text("a\nb")})
    if (s.host->stat_set(s.ctx, bad, &v) != DAVIT_ERR_INVALID || s.host->stat_add(s.ctx, bad, &v, nullptr) >= 0)
      return DAVIT_ERR;
  return DAVIT_OK;
}

std::int32_t statements(const scene &s) {
  for (const auto &bad : {text(not_utf8), text(with_nul), nowhere})
    if (s.host->query(s.ctx, DAVIT_CONN_MIGRATION, bad, nullptr, 0, nullptr) != DAVIT_ERR_INVALID) return DAVIT_ERR;
  return DAVIT_OK;
}

// More than a message, and more than one packet.
std::int32_t huge_result(const scene &s) {
  const davit_result *r = nullptr;
  const auto status =
      s.host->query(s.ctx, DAVIT_CONN_MIGRATION,
                    text("SELECT i, repeat('x', 1000) FROM generate_series(1, 50000) AS i"), nullptr, 0, &r);
  if (status != DAVIT_OK) return status;
  return r->row_count == 50000 && r->cells[99999].len == 1000 ? DAVIT_OK : DAVIT_ERR;
}

// What a server refuses to send, and davit could not hold.
std::int32_t too_huge_result(const scene &s) {
  const davit_result *r = nullptr;
  return s.host->query(s.ctx, DAVIT_CONN_MIGRATION, text("SELECT repeat('x', 1100000000)"), nullptr, 0, &r);
}

std::int32_t ask_deeply(const davit_host *host, int depth) {
  if (host->get_extension(host, text("com.acme.unknown/" + std::to_string(depth)))) return DAVIT_ERR;
  return depth == 0 ? DAVIT_OK : ask_deeply(host, depth - 1);
}
std::int32_t extensions(const scene &s) {
  if (s.host->get_extension(s.host, nowhere) || s.host->get_extension(s.host, text(huge()))) return DAVIT_ERR;
  return ask_deeply(s.host, 10'000);
}

// Any status, as it is.
std::int32_t status(const scene &s) { return std::stoi(std::string(s.more.data, s.more.len)); }

std::int32_t sql(const scene &s) { return s.host->query(s.ctx, DAVIT_CONN_MIGRATION, s.more, nullptr, 0, nullptr); }
// Whatever comes of it, the handler says that all is well.
std::int32_t sql_ok(const scene &s) {
  sql(s);
  return DAVIT_OK;
}

} // namespace

deeds text_deeds() {
  return {{"log", log_all},
          {"fail_not_utf8", fail_not_utf8},
          {"fail_with_nul", fail_with_nul},
          {"fail_nowhere", fail_nowhere},
          {"fail_huge", fail_huge},
          {"report", report_all},
          {"stat_keys", stat_keys},
          {"statements", statements},
          {"huge_result", huge_result},
          {"too_huge_result", too_huge_result},
          {"extensions", extensions},
          {"status", status},
          {"sql", sql},
          {"sql_ok", sql_ok}};
}

} // namespace hostile
