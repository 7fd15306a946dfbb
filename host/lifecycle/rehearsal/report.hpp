// What a rehearsal found out, beyond whether all went well.
#pragma once

#include "base/error.hpp"
#include "migration/files.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace davit::lifecycle {

// A migration that one transaction cannot show, or that comes after one.
struct not_tried {
  migration::version id;
  std::string name;
  bool up = true;
  std::string reason;
  place where; // of what makes it so, if there is such a place
};

// What a rollback does not take back.
struct sequence_trace {
  std::string name; // qualified, quoted where it has to be
  std::string before, after;
};
struct outside_trace {
  std::string what; // "COPY to a file or program"
  place where;
};

struct rehearsal_report {
  std::vector<lifecycle::not_tried> not_tried;
  std::vector<sequence_trace> sequences;
  std::vector<outside_trace> outside;
  std::chrono::microseconds held{0}; // how long the transaction, and so its locks, lasted
};

// What state a dry run that has failed leaves things in.
inline std::string state_after_rehearsal(error_code why, const rehearsal_report &report) {
  if (why == error_code::transaction_ended)
    return "this was a dry run, but davit cannot tell whether all of it is rolled back";
  return std::string("this was a dry run: nothing of it stays in the database") +
         (report.outside.empty() ? "" : " but what statements may have done outside of its transaction");
}

} // namespace davit::lifecycle
