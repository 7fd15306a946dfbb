// What a plugin says of itself is checked before anything is believed.
#include "plugin/descriptor.hpp"

#include "refusal.hpp"

#include <functional>
#include <limits>
#include <string>

using davit::error_code;
using davit::plugin::read_descriptor;
using davit::test::has;
using davit::test::refusal;

namespace {

int32_t init(const davit_host *, davit_init *, void **) { return DAVIT_OK; }

// A good descriptor, to be broken in one place.
struct sample {
  davit_key key{sizeof(davit_key), DAVIT_TYPE_I64,       DAVIT_KEY_REQUIRED,     0,
                DAVIT_STR("max"),  DAVIT_STR("at most"), {DAVIT_TYPE_I64, 0, {}}};
  const davit_key *keys[1]{&key};
  davit_str capabilities[2]{DAVIT_STR("db.read"), DAVIT_STR("?net")};
  davit_plugin plugin{};

  sample() {
    key.default_value.as.i64 = 7;
    plugin.struct_size = sizeof(davit_plugin);
    plugin.abi_major = DAVIT_ABI_MAJOR;
    plugin.key_count = 1;
    plugin.capability_count = 2;
    plugin.id = DAVIT_STR("com.acme.guard");
    plugin.version = DAVIT_STR("1.2.0");
    plugin.summary = DAVIT_STR("guards");
    plugin.keys = keys;
    plugin.capabilities = capabilities;
    plugin.init = init;
  }
  sample(const sample &) = delete;
  sample &operator=(const sample &) = delete;
};

struct broken_row {
  std::function<void(sample &)> breaks;
  error_code code;
  std::string words;
};

} // namespace

TEST_CASE("a good descriptor is copied whole") {
  davit::plugin::descriptor d;
  {
    sample s;
    std::string id = "com.acme.guard";
    s.plugin.id = {id.data(), id.size()};
    d = read_descriptor(s.plugin);
    id.assign(id.size(), 'x'); // nothing later reads the plugin's memory
  }
  CHECK(d.id == "com.acme.guard");
  CHECK(d.version == "1.2.0");
  CHECK(d.summary == "guards");
  REQUIRE(d.keys.size() == 1);
  CHECK(d.keys[0].path == "max");
  CHECK(d.keys[0].doc == "at most");
  CHECK(d.keys[0].required);
  CHECK_FALSE(d.keys[0].secret);
  CHECK(d.keys[0].default_value == davit::plugin::value(std::int64_t{7}));
  REQUIRE(d.capabilities.size() == 2);
  CHECK(d.capabilities[0].name == "db.read");
  CHECK_FALSE(d.capabilities[0].optional);
  CHECK(d.capabilities[1].name == "net");
  CHECK(d.capabilities[1].optional);
}

TEST_CASE("what may be left out") {
  sample s;
  s.plugin.summary = {nullptr, 0};
  s.plugin.keys = nullptr;
  s.plugin.key_count = 0;
  s.plugin.capabilities = nullptr;
  s.plugin.capability_count = 0;
  const auto d = read_descriptor(s.plugin);
  CHECK(d.summary.empty());
  CHECK(d.keys.empty());
  CHECK(d.capabilities.empty());
}

TEST_CASE("a plugin of a later minor may know more members") {
  struct later {
    davit_plugin known;
    void *more;
  };
  const sample s;
  later l{s.plugin, nullptr};
  l.known.struct_size = sizeof(later);
  CHECK(read_descriptor(l.known).id == "com.acme.guard");
}

TEST_CASE("a broken descriptor is refused, saying what is wrong with it") {
  const auto abi = error_code::plugin_abi;
  static const davit_str not_utf8{"\xff", 1};
  static const davit_str with_nul{"a\0b", 3};
  static const davit_str nowhere{nullptr, 5};
  const broken_row rows[] = {
      {[](sample &s) { s.plugin.struct_size = 0; }, abi, "0 bytes"},
      {[](sample &s) { s.plugin.struct_size = sizeof(davit_plugin) - 1; }, abi, "bytes"},
      {[](sample &s) { s.plugin.struct_size = 0xffffffff; }, abi, "bytes"},
      {[](sample &s) { s.plugin.abi_major = DAVIT_ABI_MAJOR + 1; }, abi, "speaks plugin ABI 2"},
      {[](sample &s) { s.plugin.abi_major = 0; }, abi, "speaks plugin ABI 0"},
      {[](sample &s) { s.plugin.min_minor = 99; }, abi, "needs plugin ABI 1.99"},
      {[](sample &s) { s.plugin.init = nullptr; }, abi, "no init"},
      {[](sample &s) {
         s.plugin.id = {nullptr, 0};
       },
       abi, "id is empty"},
      {[](sample &s) { s.plugin.id = nowhere; }, abi, "id is not text"},
      {[](sample &s) { s.plugin.id = not_utf8; }, abi, "id is not text"},
      {[](sample &s) { s.plugin.id = with_nul; }, abi, "id is not text"},
      {[](sample &s) {
         s.plugin.version = {"", 0};
       },
       abi, "version is empty"},
      {[](sample &s) { s.plugin.summary = not_utf8; }, abi, "summary is not text"},
      {[](sample &s) { s.plugin.summary.len = std::numeric_limits<std::size_t>::max(); }, abi, "summary is not text"},
      {[](sample &s) { s.plugin.keys = nullptr; }, abi, "keys are garbage"},
      {[](sample &s) { s.plugin.key_count = 0xffffffff; }, abi, "keys are garbage"},
      {[](sample &s) { s.plugin.capabilities = nullptr; }, abi, "capabilities are garbage"},
      {[](sample &s) { s.plugin.capability_count = 0xffffffff; }, abi, "capabilities are garbage"},
      {[](sample &s) { s.keys[0] = nullptr; }, abi, "size that cannot be"},
      {[](sample &s) { s.key.struct_size = 8; }, abi, "size that cannot be"},
      {[](sample &s) {
         s.key.name = {"", 0};
       },
       abi, "name is empty"},
      {[](sample &s) { s.key.name = not_utf8; }, abi, "name is not text"},
      {[](sample &s) { s.key.doc = nowhere; }, abi, "not text"},
      {[](sample &s) { s.key.type = DAVIT_TYPE_NONE; }, abi, "'max' has an unknown type"},
      {[](sample &s) { s.key.type = 77; }, abi, "'max' has an unknown type"},
      {[](sample &s) { s.key.flags = 1U << 31; }, abi, "flags"},
      {[](sample &s) { s.key.flags = DAVIT_KEY_SECRET; }, abi, "'max' is secret, but no string"},
      {[](sample &s) { s.key.default_value.type = DAVIT_TYPE_BOOL; }, abi, "default of its configuration key 'max'"},
      {[](sample &s) {
         s.key.type = s.key.default_value.type = DAVIT_TYPE_F64;
         s.key.default_value.as.f64 = std::numeric_limits<double>::quiet_NaN();
       },
       abi, "default of its configuration key 'max'"},
      {[](sample &s) {
         s.key.type = s.key.default_value.type = DAVIT_TYPE_STR;
         s.key.default_value.as.str = not_utf8;
       },
       abi, "default of its configuration key 'max'"},
      {[](sample &s) {
         s.key.type = s.key.default_value.type = DAVIT_TYPE_JSON;
         s.key.default_value.as.str = DAVIT_STR("{");
       },
       abi, "default of its configuration key 'max'"},
      {[](sample &s) { s.capabilities[0] = DAVIT_STR("db.everything"); }, error_code::plugin_capability,
       "'db.everything'"},
      {[](sample &s) {
         s.capabilities[0] = {nullptr, 0};
       },
       abi, "capability is empty"},
      {[](sample &s) { s.capabilities[1] = not_utf8; }, abi, "capability is not text"},
  };
  for (const auto &row : rows) {
    CAPTURE(row.words);
    sample s;
    row.breaks(s);
    const auto problem = refusal([&] { read_descriptor(s.plugin); });
    CAPTURE(problem.message);
    CHECK(davit::name_of(problem.code) == davit::name_of(row.code));
    CHECK(has(problem.message, row.words));
    CHECK_FALSE(problem.hint.empty());
  }
}
