#include "config/complaint.hpp"
#include "config/mask.hpp"

#include "project_folder.hpp"

using davit::config::excerpt;
using davit::config::mask_secrets;

TEST_CASE("an excerpt is the line and a caret below the column") {
  const std::string source = "first\n\tkey = 1\r\näöü = 2\n\nlast";
  const auto at = [&](std::uint32_t line, std::uint32_t column) { return excerpt(source, {"f", line, column}); };
  CHECK(at(1, 1) == "first\n^");
  CHECK(at(2, 2) == "\tkey = 1\n\t^");
  CHECK(at(3, 5) == "äöü = 2\n    ^"); // columns are characters, not bytes
  CHECK(at(5, 4) == "last\n   ^");
  CHECK(at(5, 99) == "last\n    ^");
  CHECK(at(5, 0) == "last");
  CHECK(at(4, 1).empty());
  CHECK(at(6, 1).empty());
  CHECK(at(0, 0).empty());
  CHECK(excerpt("\xEF\xBB\xBFkey = 1", {"f", 1, 1}) == "key = 1\n^");
}

TEST_CASE("where a name may be misspelt, every value of the line is masked") {
  using davit::config::hide;
  const auto shown = [](std::string_view line) { return mask_secrets(line, 0, hide::all).text; };
  CHECK(shown(R"(config = { tokem = "s3=cret", max = '12' })") == "config = { tokem = ****, max = **** }");
  CHECK(shown(R"(tokem = { enw = "s3cret" } # see)") == "tokem = { enw = **** } # see");
  CHECK(shown(R"(tokem = ["s3cret", "x"])") == "tokem = ****");
  CHECK(shown(R"(tokem = "s3"cret")") == "tokem = ****");
  CHECK(shown("[plugins.config]") == "[plugins.config]");
}

TEST_CASE("secrets are masked, everything else stays") {
  const struct {
    std::string line, shown;
  } rows[] = {
      {R"(url = "postgresql://ann:s3cret@db/shop")", R"(url = "postgresql://ann:****@db/shop")"},
      {R"(url = "postgresql://:s3cret@db/shop")", R"(url = "postgresql://:****@db/shop")"},
      {R"(url = "postgresql://ann:s3/cr@et@db/shop")", R"(url = "postgresql://ann:****@db/shop")"},
      {R"(url = "postgresql://ann:s3"cret@db/shop")", R"(url = "postgresql://ann:****@db/shop")"},
      {R"(url = "postgresql://ann:s3cret")", R"(url = "postgresql://ann:****")"},
      {R"(url = "postgresql://ann:5s3cret/shop")", R"(url = "postgresql://ann:****")"},
      {R"(url = "postgresql://db/shop?user=ann&password=s3cret&sslmode=require")",
       R"(url = "postgresql://db/shop?user=ann&password=****&sslmode=require")"},
      {R"(url = "host=db password=s3cret user=ann")", R"(url = "host=db password=**** user=ann")"},
      {R"(url = "host=db password = s3cret")", R"(url = "host=db password = ****")"},
      {R"(url = "host=db password='s3 cr\'et' user=ann")", R"(url = "host=db password=**** user=ann")"},
      {R"(url = "host=db password=s3\\ cret user=ann")", R"(url = "host=db password=**** user=ann")"},
      {R"(url = 'host=db sslpassword=s3"cret')", R"(url = 'host=db sslpassword=****')"},
      {R"(PassWord = "s3cret" # see the vault)", R"(PassWord = **** # see the vault)"},
      {R"(password = "s3"cret")", "password = ****"},
      {R"("db password" = 's3cret')", R"("db password" = ****)"},
      {R"(config = { api_token = "s3cret", table = "t" })", R"(config = { api_token = ****, table = "t" })"},
      {R"(secrets = ["s3cret", "s3cret"])", "secrets = ****"},
      {R"(password = """s3cret""")", "password = ****"},
      {R"(url = "postgresql://localhost:5432/shop")", R"(url = "postgresql://localhost:5432/shop")"},
      {R"(url = "postgresql://a:5432,b:5433/shop")", R"(url = "postgresql://a:5432,b:5433/shop")"},
      {R"(url = "postgresql://ann@db:5432/shop")", R"(url = "postgresql://ann@db:5432/shop")"},
      {R"(password = { env = "PW" })", R"(password = { env = "PW" })"},
      {R"(table = "password_resets")", R"(table = "password_resets")"},
      {"", ""},
  };
  for (const auto &row : rows) {
    CAPTURE(row.line);
    const auto shown = mask_secrets(row.line).text;
    CHECK(shown == row.shown);
    CHECK(shown.find("s3") == std::string::npos);
    CHECK(shown.find("cret\"") == std::string::npos);
  }
}

TEST_CASE("a line that begins inside of a string is not shown: what is secret, an earlier line says") {
  const auto shown = [](std::string_view source, std::uint32_t line) { return excerpt(source, {"f", line, 0}); };
  for (const std::string quotes : {"\"\"\"", "'''"}) {
    CAPTURE(quotes);
    const auto source = "token = " + quotes + "\ns3cret \\\n# ] s3cret" + quotes + " x\nn = 1\n";
    CHECK(shown(source, 1) == "token = ****");
    CHECK(shown(source, 2).empty());
    CHECK(shown(source, 3).empty());
    CHECK(shown(source, 4) == "n = 1");
  }
  CHECK(shown("a = \"\"\"x\"\"\"\"\"\nn = 1", 2) == "n = 1"); // two of the quotes are the string's
  CHECK(shown("a = \"\"\"\\\"\"\"\ns3cret\"\"\"", 2).empty());
  CHECK(shown("a = '\\'\nn = 1", 2) == "n = 1");
  CHECK(shown("a = \"\"\nb = [] # \"\"\" [\nn = 1", 3) == "n = 1");
  CHECK(shown("[t]\n[[l]]\nn = 1", 3) == "n = 1");
}

TEST_CASE("nor are the further lines of an array or a table, if its name is a secret's or may be misspelt") {
  const auto shown = [](std::string_view source, davit::config::hide what = davit::config::hide::names) {
    return excerpt(source, {"f", 2, 0}, what);
  };
  CHECK(shown("tokens = [\n'a', \"s3cret\"\n]").empty());
  CHECK(shown("config = { tokens = [ {}, [\n's3cret' ] ] }").empty());
  CHECK(shown("environments = [\n'a', 5\n]") == "'a', 5");
  CHECK(shown("tokem = [\n's3cret' ]", davit::config::hide::all).empty());
}

TEST_CASE("the caret follows what it points at when a secret before it is masked") {
  const std::string line = R"(config = { token = "s3cret", tabel = "t" })";
  const auto column = static_cast<std::uint32_t>(line.find("tabel") + 1);
  const auto shown = excerpt(line, {"f", 1, column});
  const auto caret = shown.find('^') - shown.find('\n') - 1;
  CHECK(shown.substr(caret, 5) == "tabel");
}

TEST_CASE("a caret inside a secret points at the mask, and tells nothing of its length") {
  const std::string line = R"(token = "s3cret")";
  CHECK(excerpt(line, {"f", 1, 12}) == "token = ****\n        ^");
  CHECK(excerpt(line, {"f", 1, 15}) == "token = ****\n        ^");
}

TEST_CASE("a complaint about a file that has gone still says where") {
  const project_folder project;
  const auto problem = davit::config::complaint(
      davit::error_code::config_value, {(project.dir / "gone.toml").string(), 3, 4}, "it is wrong", "right it");
  CHECK(problem.where.line == 3);
  CHECK(problem.message == "it is wrong");
  CHECK(problem.excerpt.empty());
}
