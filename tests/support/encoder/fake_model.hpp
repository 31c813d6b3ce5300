#pragma once

#include "earshot/encoder/sequence_model.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace earshot::encoder {

/// Vectors that tell the tokens they are made of, whatever the batch was; runs that can be held, and made to fail.
class FakeModel final : public SequenceModel {
public:
    static constexpr std::size_t k_dimensions = 2;

    struct Shape {
        std::size_t rows;
        std::size_t length;
        std::size_t tokens;
    };

    std::size_t dimensions() const noexcept override { return k_dimensions; }
    std::string_view precision() const noexcept override { return "f32"; }
    base::Result<std::unique_ptr<SequenceRunner>> make_runner() override { return std::make_unique<Runner>(*this); }

    static std::vector<float> vector_of(std::span<const std::int32_t> ids) {
        float sum = 0;
        float place = 1;
        for (const std::int32_t id : ids) sum += static_cast<float>(id) * place++;
        return {sum, static_cast<float>(ids.size())};
    }

    /// Runs wait, from the next one on.
    void hold() {
        const std::lock_guard lock(mutex_);
        is_held_ = true;
    }
    void release() {
        const std::lock_guard lock(mutex_);
        is_held_ = false;
        changed_.notify_all();
    }
    /// Returns when so many runs have begun since the start.
    void wait_for_runs(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return shapes_.size() >= count; });
    }
    void fail_from_now_on() { fails_ = true; }

    std::vector<Shape> shapes() const {
        const std::lock_guard lock(mutex_);
        return shapes_;
    }

private:
    class Runner final : public SequenceRunner {
    public:
        explicit Runner(FakeModel& model) : model_(model) {}
        base::Result<void> run(const TokenBatch& batch, std::span<float> vectors) override {
            model_.begin(batch);
            if (model_.fails_) return base::Error{base::Errc::internal, "it was told to fail", {}, {}};
            for (std::size_t row = 0; row < batch.rows; ++row) {
                const auto ids = std::span(batch.ids).subspan(row * batch.length, batch.length);
                const auto mask = std::span(batch.mask).subspan(row * batch.length, batch.length);
                const auto tokens = static_cast<std::size_t>(std::ranges::count(mask, 1.0F));
                std::ranges::copy(vector_of(ids.first(tokens)),
                                  vectors.begin() + static_cast<std::ptrdiff_t>(row * k_dimensions));
            }
            return {};
        }

    private:
        FakeModel& model_;
    };

    void begin(const TokenBatch& batch) {
        std::unique_lock lock(mutex_);
        shapes_.push_back({batch.rows, batch.length, static_cast<std::size_t>(std::ranges::count(batch.mask, 1.0F))});
        changed_.notify_all();
        changed_.wait(lock, [&] { return !is_held_; });
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_held_ = false;
    std::atomic<bool> fails_ = false;
    std::vector<Shape> shapes_;
};

}  // namespace earshot::encoder
