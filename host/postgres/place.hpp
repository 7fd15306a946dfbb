// Where a session is: which data of which server.
#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace davit::postgres {

// The server's identifier and the database's oid: "7300000000000000000/16384". A physical copy of the server has the
// same, a restored dump another. Where this role may not see the identifier: the names of database and host.
std::string place_of(connection &c);

// "database 'shop' at host 'db1'".
std::string name_of_place(const connection &c);

// Whether it is the former.
bool is_identifier(const std::string &place);

} // namespace davit::postgres
