#include "lifecycle/commit.hpp"

namespace davit::lifecycle {

commit_end commit(postgres::connection &session, const company &with, const std::function<commit_answer()> &if_lost) {
  bool committed = false;
  bool rolled_back = false;
  try {
    session.exec(with.before + "COMMIT; " + with.after, [&](const postgres::result &r) {
      committed = committed || r.command() == "COMMIT";
      rolled_back = rolled_back || r.command() == "ROLLBACK";
    });
  } catch (const error &e) {
    if (committed) return {commit_answer::committed, false};
    if (e.code != error_code::connection_lost) throw;
    return {if_lost(), false};
  }
  if (rolled_back || !committed)
    throw error(error_code::transaction_ended, "the server rolled the transaction back instead of committing it",
                "an error inside the transaction was hidden from davit");
  return {commit_answer::committed, true};
}

} // namespace davit::lifecycle
