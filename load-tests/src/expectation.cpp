#include "expectation.hpp"

#include "earshot/base/hash.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/session/limits.hpp"
#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <deque>

namespace earshot::load {
namespace {

using detect::HitChange;
using detect::SpokenText;

/// Ids that are only told apart; nothing that is compared depends on them.
class CountingIds final : public base::IdSource {
public:
    std::string make_uuid() override { return std::to_string(++last_); }
    std::string make_digits() override { return std::to_string(++last_); }

private:
    std::uint64_t last_ = 0;
};

class Digest {
public:
    Digest& add(std::string_view bytes) {
        value_ = base::mix(value_, base::hash_bytes(bytes));
        return *this;
    }
    Digest& add(std::uint64_t number) {
        value_ = base::mix(value_, number);
        return *this;
    }
    std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0;
};

app::HeardHit as_heard(const detect::Hit& hit, const proto::Speaker& speaker) {
    app::HeardHit heard;
    heard.tracker = hit.list->tracker(hit.tracker).name;
    heard.phrase = hit.value();
    heard.tier = detect::tier_name(hit.tier);
    heard.speaker = speaker;
    for (const detect::HitPart& part : hit.parts) heard.parts.push_back({{}, part.text, part.begin, part.end});
    return heard;
}

std::uint64_t digest_of_messages(const std::vector<detect::Message>& messages, const proto::Speaker& speaker) {
    app::MessageEvent event{speaker, {}};
    for (const detect::Message& message : messages) event.messages.push_back({{}, message.text});
    return digest_of(event);
}

/// What was said in an open utterance: the words that stay, and the hypothesis behind them.
struct Words {
    std::string id;
    std::string committed;
    detect::TimeSpan time{detect::k_unknown_time, detect::k_unknown_time};
    bool has_hypothesis = false;
    std::string hypothesis;
    detect::TimeSpan hypothesis_time{};

    void commit(std::string_view text, detect::TimeSpan when) {
        const std::string_view bare = text::trim(text);
        if (!committed.empty() && !bare.empty()) committed += ' ';
        committed += bare;
        time = {time.start <= when.start ? time.start : when.start, time.end >= when.end ? time.end : when.end};
        has_hypothesis = false;
    }
};

struct Speaker {
    proto::Speaker who;
    detect::SpeakerWindow whole;  ///< hears utterances as they ended
    detect::SpeakerWindow live;   ///< hears chunks as they come
    std::vector<Words> open;
};

/// One way through a script.
class Walk {
public:
    Walk(const detect::ActiveLists& lists, detect::LanguageTools& tools, Oracle::Early early)
        : lists_(lists), tools_(tools), is_early_(early == Oracle::Early::wanted) {}

    void hear(const proto::TranscriptChunk& chunk, std::size_t line) {
        Speaker& speaker = speaker_of(chunk);
        if (is_early_) hear_early(speaker, chunk, line);
        Words& words = words_of(speaker, chunk.utterance_id);
        const detect::TimeSpan time{*chunk.start_time, *chunk.end_time};
        if (chunk.is_final) {
            words.commit(chunk.text, time);
        } else {
            words.has_hypothesis = true;
            words.hypothesis = chunk.text;
            words.hypothesis_time = time;
        }
        if (chunk.is_final && chunk.end_of_utterance) end(speaker, words, line);
    }

    void stop(std::size_t line) {
        for (Speaker& speaker : speakers_) {
            while (!speaker.open.empty()) {
                Words& words = speaker.open.front();
                if (words.has_hypothesis) words.commit(words.hypothesis, words.hypothesis_time);
                end(speaker, words, line);
            }
        }
    }

    Expectation take() { return std::move(expectation_); }

private:
    Speaker& speaker_of(const proto::TranscriptChunk& chunk) {
        const proto::Speaker who = chunk.speaker.value_or(proto::Speaker{});
        for (Speaker& speaker : speakers_) {
            if (app::speaker_key(speaker.who) != app::speaker_key(who)) continue;
            if (speaker.who.role.empty() && !who.role.empty()) {
                speaker.who.role = who.role;
                speaker.whole.set_role(who.role);
                speaker.live.set_role(who.role);
            }
            return speaker;
        }
        const std::string& language = lists_.list(0)->definition().settings.language;
        const detect::SpeakerTraits traits{who.user_id, who.role};
        speakers_.push_back({who,
                             detect::SpeakerWindow(lists_, traits, language, tools_, ids_),
                             detect::SpeakerWindow(lists_, traits, language, tools_, ids_),
                             {}});
        return speakers_.back();
    }

    static Words& words_of(Speaker& speaker, const std::string& id) {
        const auto found =
            std::find_if(speaker.open.begin(), speaker.open.end(), [&](const auto& w) { return w.id == id; });
        if (found != speaker.open.end()) return *found;
        speaker.open.emplace_back().id = id;
        return speaker.open.back();
    }

    void end(Speaker& speaker, const Words& words, std::size_t line) {
        const std::size_t limit = session::ConversationLimits().utterance_bytes;
        speaker.whole.commit({}, {words.committed, words.time, {}}, nullptr);
        while (speaker.whole.committed_bytes({}) > limit) {
            expect(speaker, speaker.whole.cut({}, limit, nullptr), line);
        }
        expect(speaker, speaker.whole.end({}, nullptr), line);
        std::erase_if(speaker.open, [&](const Words& open) { return &open == &words; });
    }

    void expect(Speaker& speaker, const detect::EndedUtterance& ended, std::size_t line) {
        if (ended.needs_verdict) speaker.whole.judge(ended.number, {}, 1);
        if (ended.messages.empty()) return;
        ExpectedUtterance utterance{digest_of_messages(ended.messages, speaker.who), line, {}};
        for (const detect::Hit& hit : ended.confirmed) utterance.hits.push_back(digest_of(as_heard(hit, speaker.who)));
        expectation_.hits += utterance.hits.size();
        expectation_.utterances.push_back(std::move(utterance));
    }

    void hear_early(Speaker& speaker, const proto::TranscriptChunk& chunk, std::size_t line) {
        changes_.clear();
        const SpokenText spoken{chunk.text, {*chunk.start_time, *chunk.end_time}, {}};
        const bool ends = chunk.is_final && chunk.end_of_utterance;
        if (!chunk.is_final) {
            speaker.live.hypothesize(chunk.utterance_id, spoken, &changes_);
        } else {
            speaker.live.commit(chunk.utterance_id, spoken, ends ? nullptr : &changes_);
        }
        if (ends) {
            const auto ended = speaker.live.end(chunk.utterance_id, &changes_);
            if (ended.needs_verdict) speaker.live.judge(ended.number, {}, 1);
        }
        for (const HitChange& change : changes_) {
            if (change.state != detect::HitState::created) continue;
            expectation_.early.push_back({digest_of(as_heard(change.hit, speaker.who)), line});
        }
    }

    const detect::ActiveLists& lists_;
    detect::LanguageTools& tools_;
    bool is_early_;
    CountingIds ids_;
    std::deque<Speaker> speakers_;  // in the order in which they first spoke, which is that of their ends at a stop
    std::vector<HitChange> changes_;
    Expectation expectation_;
};

}  // namespace

std::uint64_t digest_of(const app::HeardHit& hit) {
    Digest digest;
    digest.add(hit.tracker).add(hit.phrase).add(hit.tier).add(app::speaker_key(hit.speaker));
    for (const app::HeardPart& part : hit.parts) digest.add(part.text).add(part.begin).add(part.end);
    return digest.value();
}

std::uint64_t digest_of(const app::MessageEvent& utterance) {
    Digest digest;
    digest.add(app::speaker_key(utterance.speaker));
    for (const app::HeardMessage& message : utterance.messages) digest.add(message.text);
    return digest.value();
}

bool is_foretold(const std::string& tier) noexcept {
    const auto known = detect::find_tier(tier);
    return known && detect::is_immediate(*known);
}

Expectation Oracle::foretell(const Script& script, std::size_t lines, Early early) {
    detect::ActiveLists lists;
    lists.put(0, list_);
    Walk walk(lists, tools_, early);
    for (std::size_t i = 0; i < lines; ++i) walk.hear(script[i].chunk, i);
    walk.stop(lines);
    return walk.take();
}

}  // namespace earshot::load
