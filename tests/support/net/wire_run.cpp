#include "support/net/wire_run.hpp"

#include "support/net/clients.hpp"
#include "support/net/heard_log.hpp"
#include "support/net/wire_model.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace earshot::testing {
namespace {

using Kind = WireStep::Kind;
constexpr std::uint64_t k_no_end = std::numeric_limits<std::uint64_t>::max();

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

/// A publisher while it plays its part.
struct Speaking {
    explicit Speaking(const WirePublisher& who) : part(who), log(who.revisions), trackers(who.list.trackers) {}

    const WirePublisher& part;
    std::optional<WsClient> client;
    HeardLog log;
    std::vector<detect::TrackerDefinition> trackers;
    std::vector<std::string> sent;  // frames; the first has the seq 1
    std::size_t changes = 0;
    bool has_begun = false;

    std::int64_t last_sent() const { return static_cast<std::int64_t>(sent.size()); }
};

struct Listening {
    explicit Listening(const WireStep& step) : log(step.revisions), revisions(step.revisions) {}

    std::optional<WsClient> client;
    HeardLog log;
    bool revisions;
    std::optional<std::uint64_t> from;  // what it must be told begins after this; none: with what it is told first
    bool heard_it_all = false;          // it came before the call began and was never lost
};

class WireRun {
public:
    WireRun(const WireCall& call, std::string id, WireHouse& house, WireSummary& summary)
        : call_(call), id_(std::move(id)), house_(house), summary_(summary) {
        for (const WirePublisher& publisher : call.publishers) speaking_.emplace_back(publisher);
    }

    void run() {
        for (std::size_t i = 0; i < call_.steps.size(); ++i) {
            doing("in step " + std::to_string(i), [&] { perform(call_.steps[i]); });
        }
        for (const std::size_t publisher : call_.stop_order) {
            doing("at the stop of publisher " + std::to_string(publisher), [&] { stop(publisher); });
        }
        for (std::size_t i = 0; i < listening_.size(); ++i) {
            doing("at the end of listener " + std::to_string(i), [&] { hear_the_end(*listening_[i]); });
        }
        compare();
    }

private:
    template <typename Act>
    static void doing(const std::string& what, const Act& act) {
        try {
            act();
        } catch (const std::exception& problem) {
            fail(what + ": " + problem.what());
        }
    }

    void perform(const WireStep& step) {
        switch (step.kind) {
            case Kind::begin:
                begin(step.who);
                break;
            case Kind::speak:
                speak(step.who, step.chunk);
                break;
            case Kind::read:
                read(speaking_[step.who]);
                break;
            case Kind::lose:
                lose(speaking_[step.who]);
                break;
            case Kind::overtake:
                overtake(step.who);
                break;
            case Kind::change:
                change(step);
                break;
            case Kind::listen:
                listen(step);
                break;
            case Kind::lose_listener:
                lose_listener(*listening_[step.who]);
                break;
        }
    }

    // ---- Publishers

    void begin(std::size_t publisher) {
        Speaking& speaking = speaking_[publisher];
        for (std::size_t i = 0; i < publisher; ++i) settle(i);
        if (!speaking.client) {
            const std::lock_guard lock(house_.door);
            // Its partner's connection is made at once, so that it lives on another thread, and waits until it begins.
            for (Speaking& one : speaking_) one.client.emplace(connect());
        }
        speaking.has_begun = true;
        if (is_running_) {  // whoever comes late wants to know what was heard before
            speaking.log.begin_socket(0);
            start(speaking, 0);
        } else {
            start(speaking, std::nullopt);
        }
        if (speaking.log.last_seq()) fail("a publisher that comes first is told of chunks");
        model_.bring(speaking.trackers, speaking.part.list.settings);
        is_running_ = true;
    }

    WsClient connect() const { return WsClient(house_.port, "/v1/streaming/" + id_); }

    static void start(Speaking& speaking, std::optional<std::uint64_t> resume_from) {
        speaking.client->send(start_frame(speaking.part, speaking.trackers, resume_from));
        read_until(*speaking.client, speaking.log, "message/recognition_started");
    }

    void come_back(Speaking& speaking) {
        {
            const std::lock_guard lock(house_.door);
            speaking.client.emplace(connect());
        }
        const std::uint64_t last = speaking.log.last_sequence();
        speaking.log.begin_socket(last);
        start(speaking, last);
        const std::int64_t taken = speaking.log.last_seq().value_or(0);
        if (taken > speaking.last_sent()) fail("the server has taken chunks that were not sent");
        // A client that is not sure sends more than is needed: what was taken is not taken twice.
        const std::int64_t surplus = std::min<std::int64_t>(taken, speaking.last_sent() % 3);
        for (std::int64_t seq = taken - surplus + 1; seq <= speaking.last_sent(); ++seq) {
            speaking.client->send(speaking.sent[static_cast<std::size_t>(seq - 1)]);
            if (seq > taken) ++summary_.sent_again;
        }
    }

    void be_there(std::size_t publisher) {
        if (!speaking_[publisher].client) come_back(speaking_[publisher]);
    }

    /// Has all that the publisher sent taken: a start that is repeated is answered behind it, and changes nothing.
    void settle(std::size_t publisher) {
        Speaking& speaking = speaking_[publisher];
        if (!speaking.has_begun) return;
        be_there(publisher);
        start(speaking, std::nullopt);
        if (speaking.log.last_seq().value_or(0) != speaking.last_sent()) fail("a chunk was not taken");
        if (speaking.log.changes().size() != speaking.changes) fail("a change was answered twice");
    }

    void speak(std::size_t publisher, proto::TranscriptChunk chunk) {
        be_there(publisher);
        Speaking& speaking = speaking_[publisher];
        chunk.seq = speaking.last_sent() + 1;
        speaking.sent.push_back(chunk_frame(chunk));
        speaking.client->send(speaking.sent.back());
        const proto::Speaker& who = chunk.speaker ? *chunk.speaker : speaking.part.speaker;
        model_.speak(publisher, who, chunk);
        captions_[who.user_id.empty() ? who.name : who.user_id].emplace_back(chunk.text, chunk.is_final);
    }

    static void read(Speaking& speaking) {
        if (!speaking.client) return;
        while (const auto frame = speaking.client->receive_within()) speaking.log.take(*frame);
    }

    static void read_until(WsClient& client, HeardLog& log, std::string_view kind) {
        while (const auto frame = client.receive()) {
            if (log.take(*frame) == kind) return;
        }
        fail("closed with " + std::to_string(client.close_code()) + " before " + std::string(kind));
    }

    void lose(Speaking& speaking) {
        if (!speaking.client) return;
        speaking.client->drop();
        speaking.client.reset();
        ++summary_.losses;
    }

    /// The socket that was there before is closed with 1000; what it was told and nobody read is told again.
    void overtake(std::size_t publisher) {
        Speaking& speaking = speaking_[publisher];
        be_there(publisher);
        WsClient old = std::move(*speaking.client);
        speaking.client.reset();
        come_back(speaking);
        old.receive_all();
        if (old.close_code() != 1000) fail("an overtaken socket is closed with " + std::to_string(old.close_code()));
        ++summary_.losses;
    }

    /// The others' chunks before it are taken first, so that it is known which utterances began before it.
    void change(const WireStep& step) {
        for (std::size_t i = 0; i < speaking_.size(); ++i) settle(i);
        Speaking& speaking = speaking_[step.who];
        for (const std::string& gone : step.removed) {
            std::erase_if(speaking.trackers, [&](const auto& tracker) { return tracker.id == gone; });
        }
        speaking.trackers.insert(speaking.trackers.end(), step.added.begin(), step.added.end());
        const std::string id = "change " + std::to_string(++speaking.changes);
        speaking.client->send(change_frame(id, step, speaking.trackers));
        read_until(*speaking.client, speaking.log, "message/session_modified");
        if (speaking.log.changes().back() != id) fail("another change was answered");
        for (const std::string& gone : step.removed) model_.remove(gone);
        model_.bring(step.added, speaking.part.list.settings);
        ++summary_.changes;
    }

    void stop(std::size_t publisher) {
        Speaking& speaking = speaking_[publisher];
        if (!speaking.has_begun) return;
        be_there(publisher);
        model_.stop(publisher);
        speaking.client->send(R"({"type":"stop_request"})");
        read_until(*speaking.client, speaking.log, "message/recognition_stopped");
        speaking.client->close(1000);
    }

    // ---- Listeners

    void listen(const WireStep& step) {
        listening_.push_back(std::make_unique<Listening>(step));
        Listening& listener = *listening_.back();
        listener.heard_it_all = !is_running_;
        if (!is_running_) listener.from = 0;
        std::optional<std::uint64_t> resume;
        if (step.resume) {
            std::uint64_t told = 0;
            for (const Speaking& speaking : speaking_) told = std::max(told, speaking.log.last_sequence());
            resume = listener.from = told * *step.resume / 4;
        }
        subscribe(listener, resume);
    }

    void subscribe(Listening& listener, std::optional<std::uint64_t> resume) {
        std::string path = (listening_.size() % 2 == 0 ? "/v1/subscribe/" : "/session/subscribe/") + id_ +
                           "?revisions=" + (listener.revisions ? "true" : "false");
        if (resume) path += "&resumeFrom=" + std::to_string(*resume);
        listener.log.begin_socket(resume);
        {
            const std::lock_guard lock(house_.door);
            listener.client.emplace(house_.port, path);
        }
        // It is there when it has been answered: the call might be over before it is.
        if (is_running_) {
            read_until(*listener.client, listener.log, "message/subscription_started");
        } else {
            listener.client->send("__PING__");
            if (listener.client->receive() != "__PONG__") fail("a listener is told something before there is anything");
        }
    }

    void lose_listener(Listening& listener) {
        while (const auto frame = listener.client->receive_within()) listener.log.take(*frame);
        listener.client->drop();
        listener.heard_it_all = false;
        ++summary_.losses;
        // One that was told nothing knows no number to go on from, unless it wants all.
        const std::uint64_t last = listener.log.last_sequence();
        const auto resume = last > 0 ? std::optional(last) : listener.from;
        subscribe(listener, resume);
    }

    static void hear_the_end(Listening& listener) {
        std::string last;
        while (const auto frame = listener.client->receive()) last = listener.log.take(*frame);
        if (listener.client->close_code() != 1000) {
            fail("a listener is closed with " + std::to_string(listener.client->close_code()));
        }
        if (last != "message/conversation_completed") fail("a listener is told " + last + " last");
    }

    // ---- What all were told

    void compare() {
        const Speaking& last = speaking_[call_.stop_order.back()];
        const Speaking& complete = last.has_begun ? last : speaking_.front();
        // A publisher that stops last was told all, unless something was no longer kept after a loss.
        const auto& finals = call_.has_witness ? listening_.front()->log.finals() : complete.log.finals();
        summary_.hits += model_.check(finals);
        summary_.responses += finals.size();
        for (const Speaking& speaking : speaking_) {
            if (!speaking.has_begun) continue;
            const bool is_last = &speaking == &complete;
            // One that stops before the others is told no more.
            hold_to(finals, speaking.log, 0, is_last ? k_no_end : speaking.log.last_sequence(), "a publisher");
            if (speaking.part.interim_results) summary_.early_hits += speaking.log.early_hits();
            if (is_last && !house_.may_miss && !speaking.log.open_hits().empty()) fail("a hit stays open");
        }
        for (const auto& listener : listening_) {
            const std::uint64_t from = listener->from.value_or(std::max<std::uint64_t>(first_of(*listener), 1) - 1);
            hold_to(finals, listener->log, from, k_no_end, "a listener");
            if (!house_.may_miss && !listener->log.open_hits().empty()) fail("a hit stays open for a listener");
            if (listener->heard_it_all && !house_.may_miss && listener->log.captions() != captions_)
                fail("the captions are not the chunks");
        }
    }

    static std::uint64_t first_of(const Listening& listener) {
        const std::uint64_t first = listener.log.first_sequence();
        return first == 0 ? k_no_end : first;
    }

    /// What a client was told is all that there was, from where it began.
    void hold_to(const std::map<std::uint64_t, std::string>& finals, const HeardLog& log, std::uint64_t from,
                 std::uint64_t until, const std::string& who) {
        for (const HeardLog::Gap& gap : log.gaps()) {
            const auto lost = finals.upper_bound(gap.after);
            if (lost == finals.end() || lost->first >= gap.first_kept) fail(who + " was told of a gap that is none");
            ++summary_.gaps;
        }
        const auto is_in_gap = [&](std::uint64_t sequence) {
            return std::any_of(log.gaps().begin(), log.gaps().end(), [&](const HeardLog::Gap& gap) {
                return gap.after < sequence && sequence < gap.first_kept;
            });
        };
        auto told = log.finals().begin();
        for (auto due = finals.upper_bound(from); due != finals.end() && due->first <= until; ++due) {
            if (is_in_gap(due->first)) continue;
            if (told == log.finals().end()) fail(who + " was not told " + due->second);
            if (told->first != due->first || told->second != due->second) {
                fail(who + " was told " + told->second + " instead of " + due->second);
            }
            ++told;
        }
        if (told != log.finals().end()) fail(who + " alone was told " + told->second);
    }

    const WireCall& call_;
    const std::string id_;
    WireHouse& house_;
    WireSummary& summary_;
    WireModel model_;
    std::vector<Speaking> speaking_;
    std::vector<std::unique_ptr<Listening>> listening_;
    std::map<std::string, std::vector<HeardLog::Caption>> captions_;
    bool is_running_ = false;
};

}  // namespace

WireSummary& WireSummary::operator+=(const WireSummary& other) noexcept {
    hits += other.hits;
    early_hits += other.early_hits;
    responses += other.responses;
    losses += other.losses;
    sent_again += other.sent_again;
    changes += other.changes;
    gaps += other.gaps;
    return *this;
}

std::string run_wire_call(const WireCall& call, const std::string& connection_id, WireHouse& house,
                          WireSummary& summary) {
    try {
        WireRun(call, connection_id, house, summary).run();
        return {};
    } catch (const std::exception& problem) {
        return problem.what();
    }
}

}  // namespace earshot::testing
