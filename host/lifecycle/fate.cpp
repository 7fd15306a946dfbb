#include "lifecycle/fate.hpp"

namespace davit::lifecycle {

std::string ending::describe(const std::string &title) const {
  const std::string as_before = up ? "nothing of " + title + " is in the database" : title + " is still applied";
  switch (fate) {
  case fate::untouched: return as_before + (up ? ": it was not started" : ": reverting it was not started");
  case fate::undone:
    if (!has_transaction) return as_before + ": none of its statements was completed";
    return session_lost ? as_before + ": the server rolls back what a lost session had begun" : as_before;
  case fate::partial: {
    std::string text = title + " has no transaction: ";
    if (statements_done == 0)
      text += statements == 1 ? "its only statement is not completed"
                              : "none of its " + std::to_string(statements) + " statements is completed";
    else if (statements == 1)
      text += "its only statement is in the database";
    else if (statements_done == 1)
      text += "the first of its " + std::to_string(statements) + " statements is in the database";
    else if (statements_done == statements)
      text += "all of its " + std::to_string(statements) + " statements are in the database";
    else
      text += "its first " + std::to_string(statements_done) + " of " + std::to_string(statements) +
              " statements are in the database";
    text += up ? "; " : " (those of its down file); ";
    if (next_unsure) text += "the statement that ran when the session was lost may have been completed, too; ";
    if (next_in_part)
      text += "the statement that failed had ended transactions of its own before: what they did stays; ";
    if (next_acted_outside) text += "what the statement that failed may have done outside of the database stays; ";
    return text + "davit repair says how to go on";
  }
  case fate::committed: return title + " is " + (up ? "applied" : "reverted") + " and stays so";
  case fate::unknown:
    if (row_unsure)
      return "every statement of " + title + (up ? "" : "'s down file") + " is done; whether the ledger has it as " +
             (up ? "applied" : "reverted") + " could not be found out: davit status shows that";
    break;
  }
  return "davit cannot tell how much of " + title +
         " is in the database: look at it before anything else, then say with davit repair what is true";
}

std::string_view ending::state() const {
  switch (fate) {
  case fate::partial: return "partial";
  case fate::committed: return up ? "applied" : "reverted";
  default: return "pending";
  }
}

std::string_view ending::outcome() const {
  switch (fate) {
  case fate::partial: return "partial";
  case fate::committed: return up ? "applied" : "reverted";
  case fate::unknown: return "unknown";
  default: return "failed";
  }
}

} // namespace davit::lifecycle
