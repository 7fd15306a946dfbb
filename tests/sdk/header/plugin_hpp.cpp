// The C++ wrapper alone, with everything instantiated that a plugin commonly instantiates.
#include <davit/plugin.hpp>

namespace {
struct everything {
  static constexpr davit::key keys[] = {
      {"limit", 1'000'000, "an integer"},
      {"ratio", 0.5, "a number"},
      {"strict", true, "a boolean"},
      {"table", "users", "a text"},
      {"columns[]", davit::type::text, "an array"},
      {"url", davit::type::text, "a secret", davit::required | davit::secret},
  };

  explicit everything(davit::setup &s)
      : limit(s.config<std::int64_t>("limit")), columns(s.config<std::vector<std::string>>("columns")),
        url(s.config<std::optional<std::string>>("url")) {
    s.on(
        davit::phase::after_ddl, "check", [this](davit::context &cx) { check(cx); }, -1, DAVIT_HANDLER_DRY_RUN_SAFE);
  }

  void check(davit::context &cx) const {
    const auto rows = cx.query("SELECT $1, $2, $3", limit, columns.front(), nullptr);
    for (const davit::row row : rows) cx.add_stat("rows", row.get<std::int64_t>("rows"));
    cx.for_each("SELECT 1", [](const davit::row &row) { return row.is_null(0); });
    cx.side().query("SELECT $1", std::optional<bool>());
    cx.set_stat("summary", davit::json{"{}"});
    if (cx.find_stat<double>("ratio") > 1.0) throw davit::veto("too many");
    cx.report(rows.rows_affected(), cx.migration().name + cx.run().id + cx.binding().id);
  }

  std::int64_t limit;
  std::vector<std::string> columns;
  std::optional<std::string> url;
};
} // namespace

DAVIT_PLUGIN(everything, "org.davit.test.everything", "1.0.0", "Instantiates the wrapper", "db.read", "?net")
