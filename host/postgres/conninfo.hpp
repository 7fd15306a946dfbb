// What a session was opened with, so that others can be opened in the same way.
#pragma once

#include <string>

struct pg_conn;

namespace davit::postgres {

// As key=value text, with the password. What libpq took from the environment or a service file is in it: either may be
// another by the time it is used, for plugins live in the same process.
std::string conninfo_of(pg_conn *c);

// Its keyword "options": what the server's command line would have for that session; empty if there is none.
std::string options_in(const std::string &conninfo);

} // namespace davit::postgres
