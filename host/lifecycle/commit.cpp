#include "lifecycle/commit.hpp"

namespace davit::lifecycle {

commit_answer commit(postgres::connection &session, const std::function<commit_answer()> &if_lost) {
  try {
    if (session.exec("COMMIT").command() == "COMMIT") return commit_answer::committed;
  } catch (const error &e) {
    if (e.code != error_code::connection_lost) throw;
    return if_lost();
  }
  throw error(error_code::transaction_ended, "the server rolled the transaction back instead of committing it",
              "an error inside the transaction was hidden from davit");
}

} // namespace davit::lifecycle
