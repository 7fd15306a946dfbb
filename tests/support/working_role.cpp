#include "support/working_role.hpp"

#include <doctest/doctest.h>

#include <exception>

namespace davit::test {

working_role::working_role(const project &p)
    : p_(p), login_("login_" + p.database().name()), owner_("owner_" + p.database().name()) {
  p_.database().sql("CREATE ROLE " + login_ + " LOGIN; CREATE ROLE " + owner_ + "; GRANT " + owner_ + " TO " + login_ +
                    "; ALTER ROLE " + login_ + " SET role = " + owner_ + "; ALTER DATABASE " + p_.database().name() +
                    " OWNER TO " + owner_ + "; ALTER SCHEMA public OWNER TO " + owner_);
}

working_role::~working_role() {
  try {
    p_.database().sql("ALTER DATABASE " + p_.database().name() + " OWNER TO CURRENT_USER; DROP OWNED BY " + owner_ +
                      " CASCADE; DROP ROLE " + login_ + "; DROP ROLE " + owner_);
  } catch (const std::exception &problem) {
    FAIL_CHECK(problem.what());
  }
}

environment working_role::as() const { return {{"DAVIT_DATABASE_URL", p_.database().url() + "&user=" + login_}}; }

} // namespace davit::test
