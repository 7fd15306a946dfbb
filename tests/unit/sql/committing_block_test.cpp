#include "sql/committing_block.hpp"
#include "sql/outside_transaction.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::sql::is_committing_block;
using davit::sql::may_end_transactions;

TEST_CASE("a DO block that commits or rolls back is known by its body") {
  for (const std::string statement : {
           "do $$ begin commit; end $$",
           "DO $body$\nBEGIN\n  UPDATE t SET a = 1;\n  COMMIT ;\nEND\n$body$ LANGUAGE plpgsql",
           "do language plpgsql $$ begin rollback; end $$",
           "do language 'plpgsql' $$ begin rollback; end $$",
           "do $$ begin if true then commit; end if; end $$",
           "do $$ begin if false then null; else rollback; end if; end $$",
           "do $$ begin loop commit and chain; exit; end loop; end $$",
           "do $$ begin /* so far */ commit -- done\n; end $$",
           "do 'begin perform ''a;b''; commit; end'",
           "do E'begin commit; end'",
       }) {
    CAPTURE(statement);
    CHECK(is_committing_block(statement));
    CHECK(is_committing_block("-- a\n" + statement + ";"));
    CHECK(davit::sql::outside_transaction_name(statement) == "DO with COMMIT or ROLLBACK");
  }
}

TEST_CASE("the words alone do not make one") {
  for (const std::string statement : {
           "do $$ begin null; end $$",
           "do $$ begin -- commit;\n null; /* rollback; */ end $$",
           "do $$ begin raise notice 'begin; commit;'; end $$",
           "do $$ begin execute $x$; commit;$x$; end $$",
           "do 'begin perform ''; commit;''; end'",
           "do $$ declare commit int; begin select a as commit from t into commit; end $$",
           "do $$ begin update t set a = b.commit; end $$",
           "do $$ begin commits; end $$",
           "create procedure p() language plpgsql as $$ begin commit; end $$",
           "do",
           "do 1",
           "do language",
           "do ''",
           "do $$$$",
           "do $$",
           "do $a$b",
           "do '",
           "",
       }) {
    CAPTURE(statement);
    CHECK_FALSE(is_committing_block(statement));
  }
}

TEST_CASE("a DO block that calls a procedure, or whose language davit does not read, may end transactions") {
  for (const std::string statement : {
           "do $$ begin call p(); end $$",
           "do $$ begin commit; end $$",
           "do $$ begin if a then call s.p(1); end if; end $$ language plpgsql",
           "do $$ begin execute 'CALL p()'; end $$",
           "do $$ begin execute format($x$ call %I() $x$, a); end $$",
           "do 'begin call p(); end'",
           "do language plpython3u $$ plpy.commit() $$",
           "do $$ plpy.commit() $$ language 'plpython3u'",
       }) {
    CAPTURE(statement);
    CHECK(may_end_transactions(statement));
  }
  for (const std::string statement : {
           "do $$ begin null; -- call p()\n end $$",
           "do $$ begin raise notice 'no call'; end $$ language PLPGSQL",
           "do language \"plpgsql\" $$ begin perform recall(); end $$",
           "do $$ begin raise notice ''; end $$",
           "call p()",
           "do",
       }) {
    CAPTURE(statement);
    CHECK_FALSE(may_end_transactions(statement));
  }
}
