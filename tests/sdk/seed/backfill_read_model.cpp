#include <davit/plugin.hpp>

struct backfill_read_model {
  explicit backfill_read_model(davit::setup &s) { s.on(davit::phase::after_ddl, "BackfillReadModel", execute); }

  static void execute(davit::context &cx) {
    const auto result = cx.query(R"(
      INSERT INTO r_user_summary (user_id, order_count)
      SELECT u.id, COUNT(o.id)
      FROM users u LEFT JOIN orders o ON u.id = o.user_id
      GROUP BY u.id
      ON CONFLICT (user_id) DO UPDATE SET order_count = EXCLUDED.order_count
    )");
    cx.report(result.rows_affected());
  }
};

DAVIT_PLUGIN(backfill_read_model, "guide.backfill-read-model", "1.0.0", "Fills a read model", "db.write")
