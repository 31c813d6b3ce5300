#include "earshot/encoder/batch_encoder.hpp"

#include "support/encoder/fake_model.hpp"
#include "support/encoder/small_vocabulary.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace earshot::encoder {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds k_endless = 1h;

/// What a window was answered, and how often.
struct Answers {
    explicit Answers(std::size_t count) : told(count), times(count), all(static_cast<std::ptrdiff_t>(count)) {}

    BatchEncoder::Done done(std::size_t i) {
        return [this, i](const Encoded& encoded) {
            {
                const std::lock_guard lock(mutex);
                told[i] = encoded;
                ++times[i];
            }
            all.count_down();
        };
    }
    std::size_t count(Outcome outcome) const {
        return static_cast<std::size_t>(std::ranges::count(told, outcome, &Encoded::outcome));
    }

    std::mutex mutex;
    std::vector<Encoded> told;
    std::vector<int> times;
    std::latch all;
};

/// A text of so many letters; different for different numbers.
std::string text_of(std::size_t number, std::size_t letters) {
    std::string text;
    for (std::size_t i = 0; i < letters; ++i, number /= 20)
        text += std::string(1, static_cast<char>('a' + number % 20)) + ' ';
    return text;
}

class BatchEncoderTest : public testing::Test {
protected:
    std::unique_ptr<BatchEncoder> start(const BatchOptions& options) {
        return BatchEncoder::start(model_, small_sequencer("", 200), options).value();
    }

    void expect_bounds() const {
        for (const FakeModel::Shape& shape : model_->shapes()) {
            EXPECT_GE(shape.rows, 1U);
            EXPECT_LE(shape.rows, BatchEncoder::k_max_rows);
            EXPECT_EQ(shape.length % BatchEncoder::k_length_step, 0U);
            if (shape.rows > 1) {
                EXPECT_LE(shape.rows * shape.length, BatchEncoder::k_max_tokens);
            }
        }
    }

    const std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
};

TEST_F(BatchEncoderTest, AnswersEachWindowOnceWhoeverAskedAndEqualOnesEqually) {
    constexpr std::size_t k_threads = 4;
    constexpr std::size_t k_windows = 2'000;
    Answers answers(k_threads * k_windows);
    std::vector<std::string> texts(k_threads * k_windows);
    std::mt19937 random(1);
    for (std::string& text : texts) text = text_of(random() % 400, 1 + random() % (random() % 50 == 0 ? 180 : 20));
    const auto encoder = start({.threads = 2, .max_waiting = texts.size(), .cache_bytes = 20'000, .patience = 50us});

    {
        std::vector<std::jthread> threads;
        for (std::size_t thread = 0; thread < k_threads; ++thread) {
            threads.emplace_back([&, thread] {
                for (std::size_t i = thread * k_windows; i < (thread + 1) * k_windows; ++i) {
                    encoder->submit(texts[i], answers.done(i));
                }
            });
        }
    }
    answers.all.wait();

    const Sequencer sequencer = small_sequencer("", 200);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        ASSERT_EQ(answers.times[i], 1);
        ASSERT_EQ(answers.told[i].outcome, Outcome::encoded);
        EXPECT_EQ(*answers.told[i].vector, FakeModel::vector_of(sequencer.sequence(texts[i])));
    }
    expect_bounds();
    const BatchStats stats = encoder->stats();
    EXPECT_EQ(stats.encoded + stats.cache_hits + stats.joined, texts.size());
    EXPECT_EQ(stats.waiting, 0U);
    std::size_t tokens = 0;
    std::size_t padding = 0;
    for (const FakeModel::Shape& shape : model_->shapes()) {
        tokens += shape.tokens;
        padding += shape.rows * shape.length - shape.tokens;
    }
    EXPECT_EQ(stats.batches, model_->shapes().size());
    EXPECT_EQ(stats.tokens, tokens);
    EXPECT_EQ(stats.padding, padding);
}

TEST_F(BatchEncoderTest, AFullBatchWaitsForNothing) {
    const auto encoder = start({.patience = k_endless});
    Answers answers(BatchEncoder::k_max_rows);

    for (std::size_t i = 0; i < BatchEncoder::k_max_rows; ++i) encoder->submit(text_of(i, 3), answers.done(i));
    answers.all.wait();

    EXPECT_EQ(answers.count(Outcome::encoded), BatchEncoder::k_max_rows);
    EXPECT_EQ(model_->shapes().size(), 1U);
}

TEST_F(BatchEncoderTest, WhatIsAskedAgainIsRememberedByItsTokens) {
    const auto encoder = start({.patience = 0us});
    Answers answers(2);

    encoder->submit("a b c", [&](const Encoded& first) {
        answers.done(0)(first);
        encoder->submit("A  B c", answers.done(1));  // on the encoder's own thread: already known
    });
    answers.all.wait();

    EXPECT_EQ(answers.told[0].vector, answers.told[1].vector);
    EXPECT_EQ(encoder->stats().cache_hits, 1U);
    EXPECT_EQ(model_->shapes().size(), 1U);
}

TEST_F(BatchEncoderTest, WhatIsAskedTwiceAtATimeIsEncodedOnce) {
    const auto encoder = start({.patience = 0us});
    Answers answers(3);
    model_->hold();

    encoder->submit("a b", answers.done(0));
    model_->wait_for_runs(1);
    encoder->submit("a b", answers.done(1));  // while it is encoded
    encoder->submit("a b", answers.done(2));
    model_->release();
    answers.all.wait();

    EXPECT_EQ(answers.count(Outcome::encoded), 3U);
    EXPECT_EQ(model_->shapes().size(), 1U);
    EXPECT_EQ(encoder->stats().joined, 2U);
}

TEST_F(BatchEncoderTest, RefusesAtOnceWhatIsTooMuchAndTakesMoreAfterwards) {
    constexpr std::size_t k_room = 5;
    const auto encoder = start({.max_waiting = k_room, .patience = 0us});
    Answers answers(k_room + 2);
    model_->hold();

    for (std::size_t i = 0; i < k_room; ++i) encoder->submit(text_of(i, 3), answers.done(i));
    encoder->submit(text_of(k_room, 3), answers.done(k_room));
    encoder->submit(text_of(0, 3), answers.done(k_room + 1));  // one that is known to wait, but one more all the same

    EXPECT_EQ(answers.told[k_room].outcome, Outcome::refused);
    EXPECT_EQ(answers.told[k_room + 1].outcome, Outcome::refused);
    EXPECT_EQ(encoder->stats().waiting, k_room);
    model_->release();
    answers.all.wait();
    EXPECT_EQ(answers.count(Outcome::encoded), k_room);
    EXPECT_EQ(encoder->stats().refused, 2U);

    Answers later(1);
    encoder->submit(text_of(k_room, 3), later.done(0));
    later.all.wait();
    EXPECT_EQ(later.told[0].outcome, Outcome::encoded);
}

TEST_F(BatchEncoderTest, AFailureOfTheRuntimeIsAnAnswerThatIsNotRemembered) {
    const auto encoder = start({.patience = 0us});
    model_->fail_from_now_on();
    for (int time = 0; time < 2; ++time) {
        Answers answers(1);
        encoder->submit("a", answers.done(0));
        answers.all.wait();
        EXPECT_EQ(answers.told[0].outcome, Outcome::failed);
        EXPECT_EQ(answers.told[0].vector, nullptr);
    }
    EXPECT_EQ(encoder->stats().failed, 2U);
}

TEST_F(BatchEncoderTest, WhatWaitsAtTheStopIsToldAndWhatIsBeingEncodedFinished) {
    const auto encoder = start({.patience = 0us});
    Answers answers(5);
    model_->hold();
    encoder->submit(text_of(0, 3), answers.done(0));
    model_->wait_for_runs(1);
    encoder->submit(text_of(0, 3), answers.done(1));
    for (std::size_t i = 2; i < 5; ++i) encoder->submit(text_of(i, 3), answers.done(i));

    std::jthread stopping([&] { encoder->stop(); });
    while (encoder->stats().dropped < 3) std::this_thread::yield();
    model_->release();
    stopping.join();

    EXPECT_EQ(answers.times, std::vector<int>(5, 1));
    EXPECT_EQ(answers.count(Outcome::encoded), 2U);
    EXPECT_EQ(answers.count(Outcome::dropped), 3U);
    Answers late(1);
    encoder->submit("z", late.done(0));
    EXPECT_EQ(late.told[0].outcome, Outcome::refused);
}

TEST_F(BatchEncoderTest, StoppedInTheMiddleOfEverythingItAnswersEachWindowOnce) {
    for (int trial = 0; trial < 50; ++trial) {
        constexpr std::size_t k_threads = 3;
        constexpr std::size_t k_windows = 100;
        Answers answers(k_threads * k_windows);
        const auto encoder = start({.threads = 2, .max_waiting = 40, .patience = 20us});
        {
            std::vector<std::jthread> threads;
            for (std::size_t thread = 0; thread < k_threads; ++thread) {
                threads.emplace_back([&, thread] {
                    for (std::size_t i = 0; i < k_windows; ++i) {
                        encoder->submit(text_of(i * k_threads + thread, 4), answers.done(thread * k_windows + i));
                        if (thread == 0 && i == static_cast<std::size_t>(trial)) encoder->stop();
                    }
                });
            }
        }
        answers.all.wait();
        EXPECT_EQ(answers.times, std::vector<int>(answers.times.size(), 1));
        const BatchStats stats = encoder->stats();
        EXPECT_EQ(stats.encoded + stats.cache_hits + stats.joined + stats.refused + stats.dropped,
                  answers.times.size());
    }
}

}  // namespace
}  // namespace earshot::encoder
