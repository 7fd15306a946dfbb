#include "parse_fixture.hpp"

#include "base/sha256.hpp"
#include "support/temp_folder.hpp"

using davit::sql::statement_kind;
using davit::test::temp_folder;
using strings = std::vector<std::string>;

TEST_CASE("statements know where they begin, columns counted in characters") {
  const auto s = parse("-- größe\nselect 'ä'; select 2;\r\n\n\tselect 3");
  REQUIRE(s.statements.size() == 3);
  CHECK(s.statements[0].line == 2);
  CHECK(s.statements[0].column == 1);
  CHECK(s.statements[1].line == 2);
  CHECK(s.statements[1].column == 13);
  CHECK(s.statements[2].line == 4);
  CHECK(s.statements[2].column == 2);
}

TEST_CASE("a byte-order mark is part of the file but of no statement and no column") {
  const std::string text = "\xEF\xBB\xBFselect 1;";
  const auto s = parse(text);
  CHECK(texts_of(s) == strings{"select 1;"});
  CHECK(s.statements[0].column == 1);
  CHECK(s.bytes == text);
  CHECK(s.checksum == davit::sha256_hex(text));
  CHECK(syntax_error_of("\xEF\xBB\xBF\\q").where.column == 1);
  CHECK(syntax_error_of("\xEF\xBB\xBF\\q").excerpt == "\\q\n^");
}

TEST_CASE("empty statements are left out; an empty file has none") {
  CHECK(texts_of(parse("")).empty());
  CHECK(texts_of(parse("\n-- nothing\n/* at all */\n;;")).empty());
  CHECK(texts_of(parse("select 1;; /* the end */")) == strings{"select 1;"});
  CHECK_FALSE(parse("").no_transaction);
  CHECK_FALSE(parse("").wrapped);
}

TEST_CASE("COPY has its data with it") {
  const auto s = parse("copy t from stdin;\n1\n2\n\\.\nselect 1;");
  REQUIRE(s.statements.size() == 2);
  CHECK(s.statements[0].kind == statement_kind::copy_from_stdin);
  CHECK(s.statements[0].copy_data == "1\n2\n");
  CHECK(s.statements[1].line == 5);
}

TEST_CASE("a script keeps its statements when it is moved, however short it is") {
  auto s = parse("select 1;");
  std::vector<davit::migration::script> all;
  for (int i = 0; i < 3; ++i) all.push_back(parse(std::to_string(i)));
  all.push_back(std::move(s));
  CHECK(texts_of(all[0]) == strings{"0"});
  CHECK(texts_of(all[3]) == strings{"select 1;"});
  CHECK(all[3].statements[0].text.data() == all[3].bytes.data());
}

TEST_CASE("an error of the text has file, line, column and an excerpt") {
  const auto e = syntax_error_of("select 1;\n  \\i other.sql\n");
  CHECK(to_string(e.where) == "dir/1_a.up.sql:2:3");
  CHECK(e.excerpt == "  \\i other.sql\n  ^");
  CHECK(contains(e.message, "\\i"));
  CHECK(contains(e.hint, "migration of its own"));
}

TEST_CASE("files are read as they are") {
  const temp_folder dir;
  const auto path = dir.write("1.sql", "select 1,\r\n2;\r\n");
  const auto s = davit::migration::read_script(path);
  CHECK(s.file == path);
  CHECK(s.bytes == "select 1,\r\n2;\r\n");
  CHECK(texts_of(s) == strings{"select 1,\r\n2;"});
}

TEST_CASE("a file that cannot be read is named, with the reason") {
  const temp_folder dir;
  try {
    davit::migration::read_script(dir.path() / "gone.sql");
    FAIL("no error");
  } catch (const davit::error &e) {
    CHECK(e.code == davit::error_code::migration_file);
    CHECK(contains(e.message, "gone.sql: No such file"));
    CHECK(e.where.file == (dir.path() / "gone.sql").string());
  }
}

TEST_CASE("a large file on one line is split in a moment") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "select 1; ";
  const auto s = parse(text);
  REQUIRE(s.statements.size() == 100'000);
  CHECK(s.statements.back().column == 999'991);
}
