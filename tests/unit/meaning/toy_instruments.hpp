#pragma once

#include "earshot/meaning/instruments.hpp"
#include "earshot/meaning/value_keeper.hpp"

#include "unit/semantic/toy_meaning.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace earshot::meaning::toy {

inline constexpr std::size_t k_table_dimensions = 24;
inline constexpr std::size_t k_model_dimensions = 32;

/// Words that trackers and talk of tests are made of.
inline const std::vector<std::string>& words() {
    static const std::vector<std::string> all{
        "price", "cost", "money",   "pay",    "cancel", "stop",  "end",   "contract", "the",  "of",   "this",  "please",
        "now",   "my",   "weather", "lovely", "dog",    "house", "green", "blue",     "walk", "talk", "river", "stone"};
    return all;
}

inline semantic::WordPieces pieces() {
    std::string lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
    for (const std::string& word : words()) lines += word + '\n';
    return semantic::WordPieces::parse(lines).value();
}

inline semantic::StaticTable table() {
    std::vector<float> rows;
    for (const std::string special : {"pad", "unk", "cls", "sep"}) {
        const auto row = semantic::toy::vector_of(special, k_table_dimensions);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    for (const std::string& word : words()) {
        const auto row = semantic::toy::vector_of(word, k_table_dimensions);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    return semantic::StaticTable::parse(semantic::StaticTable::serialise("toy", k_table_dimensions, rows)).value();
}

/// A model whose vectors are those of toy::vector_of. Counts what it is asked; may fail.
class ToyEncoder final : public semantic::TextEncoder {
public:
    const semantic::ModelCard& card() const noexcept override { return card_; }

    base::Result<void> encode(std::span<const std::string_view> texts, std::span<float> vectors) override {
        if (before_) before_();
        if (fails_) return base::Error{base::Errc::internal, "it fails", {}, {}};
        texts_ += texts.size();
        const std::vector<float> made = semantic::toy::vectors_of(texts, k_model_dimensions);
        std::copy(made.begin(), made.end(), vectors.begin());
        return {};
    }

    std::function<void()> before_;
    bool fails_ = false;
    std::size_t texts_ = 0;

private:
    semantic::ModelCard card_{"toy", "toy-1", k_model_dimensions};
};

/// Answers windows when it is told to.
class ToyWindows final : public semantic::WindowEncoder {
public:
    const semantic::ModelCard& card() const noexcept override { return card_; }
    double load() const noexcept override { return load_; }

    void submit(std::string_view text, Answer answer) override {
        const std::lock_guard lock(mutex_);
        waiting_.emplace_back(std::string(text), std::move(answer));
        if (on_submit_) on_submit_();
    }

    std::vector<std::pair<std::string, Answer>> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(waiting_, {});
    }

    /// Calls `then` at each window that is submitted.
    void on_submit(std::function<void()> then) {
        const std::lock_guard lock(mutex_);
        on_submit_ = std::move(then);
    }

    std::atomic<double> load_ = 0;

private:
    semantic::ModelCard card_{"toy", "toy-1", k_model_dimensions};
    std::mutex mutex_;
    std::function<void()> on_submit_;
    std::vector<std::pair<std::string, Answer>> waiting_;
};

/// Keeps in memory, and answers at once.
class ToyKeeper final : public ValueKeeper {
public:
    void get(std::vector<std::string> keys, std::function<void(std::vector<std::string>)> done) override {
        std::vector<std::string> values;
        {
            const std::lock_guard lock(mutex_);
            for (const std::string& key : keys) values.push_back(values_[key]);
        }
        done(std::move(values));
    }
    void put(std::vector<std::pair<std::string, std::string>> entries) override {
        const std::lock_guard lock(mutex_);
        for (auto& [key, value] : entries) values_[key] = std::move(value);
    }
    std::size_t values() {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(
            std::count_if(values_.begin(), values_.end(), [](const auto& entry) { return !entry.second.empty(); }));
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::string> values_;
};

inline std::shared_ptr<const detect::TrackerList> list_of(const semantic::toy::Vocabularies& vocabularies) {
    return semantic::toy::compile(semantic::toy::definition_of(vocabularies));
}

inline std::shared_ptr<const detect::TrackerList> money_and_end() {
    return list_of({{"the price of this", "pay money", "the cost"}, {"cancel my contract", "end this contract now"}});
}

}  // namespace earshot::meaning::toy
