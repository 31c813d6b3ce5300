#pragma once

#include "earshot/meaning/instruments.hpp"
#include "earshot/meaning/value_keeper.hpp"
#include "earshot/semantic/fitted_list.hpp"
#include "earshot/semantic/head_fitting.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::meaning {

/// Values that were asked for, as they come from another thread.
class Mailbox {
public:
    void put(std::vector<std::string> values) {
        const std::lock_guard lock(mutex_);
        values_ = std::move(values);
    }
    std::optional<std::vector<std::string>> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(values_, std::nullopt);
    }
    bool is_empty() const {
        const std::lock_guard lock(mutex_);
        return !values_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<std::vector<std::string>> values_;
};

/// Vectors of the background lines, made once for all lists. Of the thread that fits.
struct BackgroundVectors {
    std::vector<float> of_table;
    std::vector<float> of_model;  ///< empty: not made yet
};

/// One set of phrases on its way from texts to heads, in steps of some milliseconds. Of the thread that fits.
class Fit {
public:
    /// `instruments`, `background` and `keeper` (may be null) outlive the fit; `wake` is called, on any thread, when an
    /// answer of the keeper is there.
    Fit(const Instruments& instruments, BackgroundVectors& background, ValueKeeper* keeper,
        std::shared_ptr<const semantic::PhraseGroups> groups, std::function<void()> wake);

    /// The key of a set of phrases under `instruments`.
    static std::string key(const Instruments& instruments, const semantic::PhraseGroups& groups);

    enum class State : std::uint8_t {
        working,  ///< a step is due
        waiting,  ///< for the keeper
        done,
        failed,  ///< the model, or memory, did: the static stage stands, if it was there
        given_up,
    };

    /// Does the next piece of work, if one is due.
    State step();
    State state() const;

    /// Ends it. What was made of it is kept, so that whoever fits these phrases again goes on from there.
    void give_up();

    /// True as long as it only asks whether the phrases were fitted before.
    bool is_looking() const noexcept { return phase_ == Phase::kept; }

    const semantic::PhraseGroups& groups() const noexcept { return *groups_; }

    /// What there is so far; null: nothing. Another object each time that there is more.
    const std::shared_ptr<const semantic::FittedList>& fitted() const noexcept { return fitted_; }

    bool came_from_keeper() const noexcept { return came_from_keeper_; }

private:
    enum class Phase : std::uint8_t { kept, table, vectors, missing, model, done, failed, given_up };

    void do_step();
    void ask(std::vector<std::string> keys);
    void take_kept();
    void fit_table();
    void take_vectors();
    void encode_missing();
    void fit_model();
    void keep_vectors();
    void keep_result();
    std::string vector_key(std::string_view text) const;
    std::size_t dimensions() const noexcept { return instruments_.phrases->card().dimensions; }
    std::string_view text(std::size_t index) const;
    std::vector<float>& target(std::size_t index, std::size_t& row);

    const Instruments& instruments_;
    BackgroundVectors& background_;
    ValueKeeper* keeper_;
    std::shared_ptr<const semantic::PhraseGroups> groups_;
    std::function<void()> wake_;
    std::string key_;

    Phase phase_ = Phase::kept;
    bool has_asked_ = false;
    std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
    bool came_from_keeper_ = false;
    std::vector<float> table_vectors_;
    std::vector<float> model_vectors_;
    bool wants_background_ = false;      ///< its lines follow the phrases among the texts
    std::vector<float> own_background_;  ///< until they are all there
    std::vector<std::size_t> missing_;   ///< texts without a vector, the last one first
    std::vector<std::pair<std::string, std::string>> made_;
    std::optional<semantic::StageFit> stage_;
    std::optional<semantic::FittedStage> table_stage_;
    std::shared_ptr<const semantic::FittedList> fitted_;
};

}  // namespace earshot::meaning
