#include "config/toml_reader.hpp"

#include <doctest/doctest.h>

using namespace davit::config;

namespace {

node parse(std::string_view text) { return parse_toml(text, "f.toml"); }

std::string position(const davit::place &where) {
  return std::to_string(where.line) + ":" + std::to_string(where.column);
}

} // namespace

TEST_CASE("every TOML type arrives, as itself and as JSON") {
  const struct {
    std::string toml, type, json;
  } rows[] = {{"true", "boolean", "true"},
              {"-7", "integer", "-7"},
              {"0x10", "integer", "16"},
              {"9223372036854775807", "integer", "9223372036854775807"},
              {"1.5", "float", "1.5"},
              {"1.0", "float", "1.0"},
              {"0.1", "float", "0.1"},
              {"inf", "float", "\"inf\""},
              {"-inf", "float", "\"-inf\""},
              {"nan", "float", "\"nan\""},
              {R"("a\"\u00e4\n\u0007")", "string", R"("a\"ä\n\u0007")"},
              {"'C:\\x'", "string", R"("C:\\x")"},
              {"1979-05-27", "string", "\"1979-05-27\""},
              {"07:32:00", "string", "\"07:32:00\""},
              {"1979-05-27T07:32:00Z", "string", "\"1979-05-27T07:32:00Z\""},
              {"[1, [\"x\"], {}]", "array", "[1,[\"x\"],{}]"},
              {"{ z = 1, a = { m = 2 } }", "table", "{\"z\":1,\"a\":{\"m\":2}}"}};
  for (const auto &row : rows) {
    CAPTURE(row.toml);
    const auto root = parse("v = " + row.toml);
    const auto *value = root.find("v");
    REQUIRE(value);
    CHECK(value->type_name() == row.type);
    CHECK(to_json(*value) == row.json);
  }
  CHECK(to_json(node{}) == "null");
  CHECK(node{}.type_name() == "nothing");
  CHECK(node{}.absent());
}

TEST_CASE("tables keep the order of the file, not that of the alphabet") {
  CHECK(to_json(parse("z = 1\na = 2\n[m]\ny = 1\nb = 2\n[c]\n")) == R"({"z":1,"a":2,"m":{"y":1,"b":2},"c":{}})");
}

TEST_CASE("values and keys know their places, columns counted in characters") {
  const auto root =
      parse("a = 1\n  \"ä\" = 'x'\n[t]\n\tk = [\n  10,\n  20]\nd.e = { f = true }\n[[l]]\n[[l]]\nn = 1\n[i.j]\n");
  CHECK(position(root.find("a")->key_where) == "1:1");
  CHECK(position(root.find("a")->where) == "1:5");
  CHECK(position(root.find("ä")->key_where) == "2:3");
  CHECK(position(root.find("ä")->where) == "2:9");
  const auto &t = *root.find("t");
  CHECK(position(t.where) == "3:1");
  CHECK(position(t.find("k")->key_where) == "4:2");
  const auto &elements = std::get<array>(t.find("k")->value);
  CHECK(position(elements[1].where) == "6:3");
  CHECK(position(t.find("d")->find("e")->find("f")->key_where) == "7:9");
  const auto &tables = std::get<array>(root.find("l")->value);
  CHECK(position(tables[1].where) == "9:1");
  CHECK(position(tables[1].find("n")->where) == "10:5");
  CHECK(root.find("i")->where.line == 11);
  CHECK(root.find("i")->key_where.line == 11);
  CHECK(root.find("a")->where.file == "f.toml");
  CHECK(root.find("b") == nullptr);
  CHECK(root.find("a")->find("x") == nullptr);
}

TEST_CASE("a byte-order mark and CRLF change nothing") {
  const auto root = parse("\xEF\xBB\xBF"
                          "a = 1\r\nb = 'x'\r\n");
  CHECK(to_json(root) == R"({"a":1,"b":"x"})");
  CHECK(position(root.find("a")->key_where) == "1:1");
  CHECK(position(root.find("b")->where) == "2:5");
}

TEST_CASE("an empty file is an empty table") { CHECK(to_json(parse("")) == "{}"); }

TEST_CASE("a key with more dots than the stack could take tables is refused where it stands") {
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  for (const auto &toml : {"x = 1\n[" + deep + "]\n", "x = 1\n" + deep + " = 1\n", "x = 1\n{" + deep + " = 1}\n"}) {
    try {
      parse(toml);
      FAIL("accepted");
    } catch (const davit::error &problem) {
      CHECK(davit::name_of(problem.code) == davit::name_of(davit::error_code::config_syntax));
      CHECK(problem.message == "a key has more than 200 dots");
      CHECK(position(problem.where) == "2:1");
    }
  }
  CHECK_NOTHROW(parse("a.b.c.d = 1\nversion = \"1.2.3\"\n"));
}

TEST_CASE("tables that are deeper than a plugin's JSON could be are refused where they stand") {
  std::string dotted = "a", arrays = "1";
  for (int i = 0; i < 99; ++i) {
    dotted += ".a";
    arrays = "[" + arrays + "]";
  }
  for (const auto &toml : {"x = 1\n" + dotted + " = 1\n", "x = 1\n[" + dotted + "]\n", "x = 1\ny = " + arrays + "\n"}) {
    CAPTURE(toml);
    try {
      parse(toml);
      FAIL("accepted");
    } catch (const davit::error &problem) {
      CHECK(problem.message == "tables and arrays are nested more than 64 levels deep");
      CHECK(problem.where.line == 2);
    }
  }
}

TEST_CASE("what is missing at the end of the file is said to be missing in its last line, not beyond it") {
  for (const auto &[toml, where] : {std::pair("a = \"\"\"\nxy", "2:3"), {"a = \"\"\"\nxy\n", "2:3"}}) {
    const std::string text(toml);
    CAPTURE(text);
    try {
      parse(text);
      FAIL("accepted");
    } catch (const davit::error &problem) {
      CHECK(position(problem.where) == where);
    }
  }
}
