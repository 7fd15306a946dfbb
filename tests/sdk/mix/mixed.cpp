// One source, built in as many ways as vendors build. It leans on what differs between those ways: exceptions across
// library frames, strings and containers whose layout the flags change, streams, function-local statics, RTTI.
#include <davit/plugin.hpp>

#include <any>
#include <map>
#include <sstream>

namespace {

std::string build() {
  std::ostringstream out;
#if defined(__clang__)
  out << "clang";
#else
  out << "gcc";
#endif
#if defined(__OPTIMIZE__)
  out << " optimized";
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI
  out << " old-strings";
#endif
#if defined(_GLIBCXX_DEBUG)
  out << " debug-containers";
#endif
  return out.str();
}

struct mixed {
  static constexpr davit::key keys[] = {{"words[]", davit::type::text, "words to count"}};

  explicit mixed(davit::setup &s) : words(s.config<std::vector<std::string>>("words")) {
    s.on(davit::phase::before_ddl, "count", [this](davit::context &cx) { count(cx); });
  }

  void count(davit::context &cx) const {
    static const std::string description = build(); // longer than a string's inline buffer in most builds
    std::map<std::string, std::any> lengths;
    for (const std::string &word : words)
      lengths[word] = cx.query("SELECT length($1::text)", word).scalar<std::int64_t>();

    std::int64_t total = 0;
    for (const auto &[word, length] : lengths) total += std::any_cast<std::int64_t>(length);
    bool caught = false;
    try {
      cx.query("SELECT 1 / 0");
    } catch (const davit::error &e) {
      caught = e.sqlstate() == "22012";
      cx.undo();
    }
    if (!caught) throw davit::error("an exception was not caught as what was thrown");

    cx.add_stat("mix/instances", 1);
    cx.set_stat("mix/" + cx.binding().instance, total);
    cx.report(static_cast<std::uint64_t>(total), description);
    cx.log(description);
  }

  std::vector<std::string> words;
};

} // namespace

DAVIT_PLUGIN(mixed, "org.davit.test.mixed", "1.0.0", "Counts letters, built in many ways", "db.read")
