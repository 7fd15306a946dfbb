#include "plugin/stat_store.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace davit::plugin {
namespace {

constexpr std::string_view closed_prefix = "migration/";

bool removed(const stat_entry &e) { return std::holds_alternative<std::monostate>(e.content); }

nlohmann::ordered_json to_node(const stat_entry &e) {
  return {{"value", nlohmann::ordered_json::parse(to_json(e.content))}, {"by", e.written_by}, {"phase", e.phase}};
}

} // namespace

bool is_stat_key(std::string_view key) {
  return !key.empty() && key.size() <= 255 && is_text(key) &&
         std::none_of(key.begin(), key.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void stat_store::revert(std::size_t to) {
  while (undo_.size() > to) {
    change &c = undo_.back();
    stat_layer *const layer = c.in_layer ? (layer_ ? &*layer_ : nullptr) : &run_;
    if (layer) {
      if (c.before)
        layer->insert_or_assign(c.key, std::move(*c.before));
      else
        layer->erase(c.key);
    }
    undo_.pop_back();
  }
}

void stat_store::open_layer(std::string version) {
  layer_.emplace();
  version_ = std::move(version);
}

void stat_store::close_layer() {
  if (!layer_) return;
  for (auto &[key, entry] : *layer_)
    if (!removed(entry)) run_.insert_or_assign(std::string(closed_prefix) + version_ + "/" + key, std::move(entry));
  layer_.reset();
  undo_.clear(); // marks do not reach across migrations
}

const stat_entry *stat_store::find(std::string_view key) const {
  if (layer_)
    if (const auto at = layer_->find(key); at != layer_->end()) return removed(at->second) ? nullptr : &at->second;
  const auto at = run_.find(key);
  return at == run_.end() || removed(at->second) ? nullptr : &at->second;
}

void stat_store::set(std::string_view key, stat_entry entry) {
  stat_layer &layer = layer_ ? *layer_ : run_;
  const auto at = layer.find(key);
  undo_.push_back({layer_.has_value(), std::string(key), at == layer.end() ? std::nullopt : std::optional(at->second)});
  layer.insert_or_assign(std::string(key), std::move(entry));
}

std::string stat_store::visible_as_json() const {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  stat_layer all = run_;
  if (layer_)
    for (const auto &[key, entry] : *layer_) all.insert_or_assign(key, entry);
  for (const auto &[key, entry] : all)
    if (!removed(entry)) out[key] = nlohmann::ordered_json::parse(plugin::to_json(entry.content));
  return out.dump();
}

std::string stat_store::to_json() const {
  nlohmann::ordered_json run = nlohmann::ordered_json::object();
  nlohmann::ordered_json migrations = nlohmann::ordered_json::object();
  for (const auto &[key, entry] : run_) {
    if (removed(entry)) continue;
    const auto slash = key.find('/', closed_prefix.size());
    if (key.starts_with(closed_prefix) && slash != std::string::npos)
      migrations[key.substr(closed_prefix.size(), slash - closed_prefix.size())][key.substr(slash + 1)] =
          to_node(entry);
    else
      run[key] = to_node(entry);
  }
  return nlohmann::ordered_json{{"run", run}, {"migrations", migrations}}.dump();
}

} // namespace davit::plugin
