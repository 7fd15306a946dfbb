// What davit asks the server about a session that waits, and what it makes of the answer.
#pragma once

#include "postgres/connection.hpp"

#include <optional>
#include <string>

namespace davit::lifecycle {

// Each row: who is in the way, what is waited for (null: nothing any more), the pid, whether it is a pinned page, not a
// lock, and whether it holds the lock ("holds"), waits for it ahead in the queue ("waits"), or is who those wait for
// ("before").
std::string in_the_way_sql(const std::string &waiter);

// The same for locks alone, of the server's memory alone: names stand in catalogs, and somebody has locked one of them.
std::string nameless_sql(const std::string &waiter);

struct in_the_way {
  std::string what; // "AccessExclusiveLock on public.t", "a page of public.t"
  bool is_page = false;
  // "pinned, as it seems, by pid 7 (…)", "held by pid 7 (…) and pid 8 (…)", "behind pid 7 (…), which waits for it, too,
  // held by pid 8 (…)"
  std::string who;
  std::string only_pid; // empty if they are several
};

// Nothing, where the session does not wait. A wait that ends in the midst of the look has holders, but no lock any
// more.
std::optional<in_the_way> read_in_the_way(const postgres::result &r);

// "AccessExclusiveLock on public.t, held by pid 7 (…)", the strongest first: who has locks on the tables that the
// session's last statement names. Which of them it had waited for, the server does not tell any more.
std::string held_now_sql(const std::string &waiter);

} // namespace davit::lifecycle
