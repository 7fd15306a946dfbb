#include "lifecycle/commit.hpp"

namespace davit::lifecycle {

commit_end commit(postgres::connection &session, postgres::batch before, std::string_view after,
                  const std::function<commit_answer()> &if_lost) {
  bool committed = false;
  bool rolled_back = false;
  before.add("COMMIT", {}, [&](const postgres::result &r) {
    committed = r.command() == "COMMIT";
    rolled_back = !committed;
  });
  before.add(after);
  try {
    session.run_as_one(before);
  } catch (const error &e) {
    if (committed) return {commit_answer::committed, false};
    if (e.code != error_code::connection_lost) throw;
    const commit_answer answer = if_lost();
    if (answer == commit_answer::rolled_back) throw;
    return {answer, false};
  }
  if (rolled_back || !committed)
    throw error(error_code::transaction_ended, "the server rolled the transaction back instead of committing it",
                "an error inside the transaction was hidden from davit");
  return {commit_answer::committed, true};
}

} // namespace davit::lifecycle
