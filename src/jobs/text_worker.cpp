#include "earshot/jobs/text_worker.hpp"

#include "earshot/detect/language_tools.hpp"
#include "earshot/session/finished_talk.hpp"
#include "earshot/session/stored_trackers.hpp"
#include "earshot/session/tracker_job.hpp"

#include "await.hpp"
#include "opinions.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace earshot::jobs {

using base::Error;
using base::Result;
using detect::ConversationChange;
using detect::MessageRecord;
using List = std::shared_ptr<const detect::TrackerList>;

namespace {

Error stopped() {
    return {base::Errc::draining, "the job was let go", {}, {}};
}

/// Of this much of a job's progress nothing is known but that it is not done: what was heard is still to be stored.
constexpr double k_heard_share = 0.99;

std::optional<detect::WallSpan> wall_span(const proto::SaidMessage& said, base::WallTime begin) {
    if (!said.time || !said.is_from_begin) return said.time;
    const auto from_begin = begin.time_since_epoch();
    return detect::WallSpan{said.time->start + from_begin, said.time->end + from_begin};
}

base::WallTime last_end(const std::vector<MessageRecord>& messages, base::WallTime last) {
    for (const MessageRecord& message : messages) {
        if (message.time) last = std::max(last, message.time->end);
    }
    return last;
}

}  // namespace

/// One job being done, on one thread.
class TextWorker::Hearing {
public:
    Hearing(const TextWorker& worker, const store::ClaimedJob& job, const Surroundings& surroundings)
        : sources_(worker.sources_),
          rules_(worker.rules_),
          options_(worker.hearing_),
          job_(job.job),
          around_(surroundings),
          on_missed_(worker.on_missed_),
          ids_(worker.make_ids_()) {}

    Result<std::vector<ConversationChange>> run(const std::string& request) {
        if (const auto read = read_request(request); !read) return read.error();
        if (const auto found = find_conversation(); !found) return found.error();
        const auto list = find_trackers();
        if (!list) return list.error();
        prepare(*list);
        if (around_.stop.stop_requested()) return stopped();
        session::HearingRules hearing;
        hearing.list = *list;
        hearing.language = request_.options.settings.language;
        hearing.begin = conversation_.started;
        hearing.has_scorer = sources_.scorer != nullptr;
        hearing.default_threshold = options_.default_threshold;
        hearing.utterance_bytes = options_.utterance_bytes;
        hearing.goes_on = [this] { return !around_.stop.stop_requested() && !problem(); };
        session::FinishedTalk talk(std::move(hearing), tools_, *ids_);
        talk_ = &talk;
        remember(talk);
        const bool is_heard = hear(talk);
        if (auto found = problem()) return std::move(*found);
        if (!is_heard) return stopped();
        tell_missed(talk);
        return changes(talk);
    }

private:
    Result<void> read_request(const std::string& text) {
        const proto::KeptRequest kept = proto::read_kept_request(text);
        auto request = proto::read_text_request(kept.query, kept.body, rules_);
        if (!request) return Error{base::Errc::invalid_value, request.error().list.front().message, {}, {}};
        request_ = std::move(*request);
        return {};
    }

    Result<void> find_conversation() {
        auto conversation = await<store::ConversationRecord>(
            [&](auto done) { sources_.conversations.get(job_.account, job_.conversation, std::move(done)); });
        if (!conversation) return conversation.error();
        conversation_ = std::move(*conversation);
        if (conversation_.members.empty()) return {};
        auto figures = await<std::vector<store::MemberFigures>>(
            [&](auto done) { sources_.conversations.figures(job_.account, job_.conversation, std::move(done)); });
        if (!figures) return figures.error();
        store::MessageQuery last;
        for (const store::MemberFigures& member : *figures) last.offset += member.messages;
        last.offset -= std::min(last.offset, options_.remembered);
        auto messages = await<std::vector<MessageRecord>>([&](auto done) {
            sources_.conversations.messages(job_.account, job_.conversation, last, std::move(done));
        });
        if (!messages) return messages.error();
        former_ = std::move(*messages);
        return {};
    }

    /// The list that is heard; null: no tracker.
    Result<List> find_trackers() {
        proto::ProcessOptions& options = request_.options;
        session::TrackerJob job;
        job.settings = options.settings;
        job.max_trackers = options_.trackers;
        job.max_phrases = options_.phrases;
        session::TrackerStep step{session::TrackerStep::Kind::start, {}, options.enable_all_trackers};
        step.change.replace = std::move(options.trackers);
        job.steps.push_back(std::move(step));

        std::optional<session::StoredTrackers> stored;
        if (job.needs_stored()) {
            auto records = await<std::vector<detect::TrackerRecord>>(
                [&](auto done) { sources_.trackers.list(job_.account, std::nullopt, std::move(done)); });
            if (!records) return records.error();
            std::vector<detect::TrackerDefinition> trackers;
            for (detect::TrackerRecord& record : *records) trackers.push_back(std::move(record.tracker));
            stored.emplace(std::move(trackers));
        }
        const auto compile = [&](detect::TrackerListDefinition definition) {
            return detect::TrackerList::compile(std::move(definition), options_.patterns, tools_.tokenizer(), sets_);
        };
        session::TrackerJobResult result = session::work_out(job, stored ? &*stored : nullptr, compile);
        if (result.outcomes.front().error) return std::move(*result.outcomes.front().error);
        return std::move(result.list);
    }

    /// Waits until the list can be scored: who sends a call afterwards gets all that is to be heard in it.
    void prepare(const List& list) {
        if (!sources_.scorer || !list) return;
        sources_.scorer->prepare(list, [opinions = opinions_] { opinions->set_ready(); });
        opinions_->wait_until_ready(around_.stop, options_.fitting);
    }

    /// What makes the job fail for what was sent with it.
    std::optional<Error> problem() const {
        if (talk_->speakers() > options_.speakers) {
            return Error{base::Errc::too_many,
                         "a conversation has at most " + std::to_string(options_.speakers) + " speakers",
                         {},
                         {}};
        }
        if (talk_->hits() > options_.hits) {
            return Error{base::Errc::too_many,
                         "more than " + std::to_string(options_.hits) + " hits were found: send it in parts",
                         {},
                         {}};
        }
        return std::nullopt;
    }

    void tell_missed(const session::FinishedTalk& talk) const {
        if (!on_missed_) return;
        for (const auto& [what, windows] : talk.not_evaluated()) on_missed_(job_, what.first, what.second, windows);
    }

    void remember(session::FinishedTalk& talk) const {
        for (const detect::MemberRecord& member : conversation_.members) talk.know(member);
        const std::span<const MessageRecord> all = former_;
        for (std::size_t begin = 0; begin < all.size();) {
            std::size_t end = begin + 1;
            while (end < all.size() && all[end].member == all[begin].member &&
                   all[end].utterance == all[begin].utterance) {
                ++end;
            }
            talk.remember(all.subspan(begin, end - begin));
            begin = end;
        }
    }

    /// False: the job is to be let go.
    bool hear(session::FinishedTalk& talk) {
        std::size_t all_bytes = 1;
        for (const proto::SaidMessage& said : request_.messages) all_bytes += said.text.size();
        std::size_t heard_bytes = 0;
        for (const proto::SaidMessage& said : request_.messages) {
            talk.say(said.from.value_or(proto::Speaker()), said.text, wall_span(said, conversation_.started));
            heard_bytes += said.text.size();
            around_.on_progress(k_heard_share * static_cast<double>(heard_bytes) / static_cast<double>(all_bytes));
            ask(talk);
            if (problem() || !take_answers(talk, options_.open_questions)) return false;
        }
        return take_answers(talk, 0);
    }

    void ask(session::FinishedTalk& talk) {
        for (session::Score& question : talk.take_questions()) {
            question.is_patient = true;
            const std::uint64_t ticket = question.ticket;
            sources_.scorer->score(std::move(question), [opinions = opinions_, ticket](detect::Opinion opinion) {
                opinions->add(ticket, std::move(opinion));
            });
        }
    }

    /// Waits until no more than `at_most` questions are open. False: the job is to be let go.
    bool take_answers(session::FinishedTalk& talk, std::size_t at_most) {
        do {
            const bool waits = talk.outstanding() > at_most;
            for (Opinions::Answer& answer : opinions_->take(waits, around_.stop)) {
                talk.scored(answer.ticket, std::move(answer.opinion));
            }
            if (around_.stop.stop_requested()) return false;
        } while (talk.outstanding() > at_most);
        return true;
    }

    std::vector<ConversationChange> changes(session::FinishedTalk& talk) const {
        std::vector<ConversationChange> all{talk.take_change()};
        ConversationChange& change = all.front();
        change.account = job_.account;
        change.conversation = job_.conversation;
        // A call that goes on live ends by itself.
        if (conversation_.is_over || conversation_.source != detect::ConversationSource::stream) {
            change.ended = last_end(change.messages, conversation_.ended);
        }
        return all;
    }

    const Sources& sources_;
    const proto::ProcessRules& rules_;
    const HearingOptions& options_;
    const store::JobRecord& job_;
    const Surroundings& around_;
    const OnMissed& on_missed_;
    const std::unique_ptr<base::IdSource> ids_;
    detect::LanguageTools tools_;
    detect::PhraseSetSource sets_;
    proto::TextRequest request_;
    store::ConversationRecord conversation_;
    std::vector<MessageRecord> former_;
    const session::FinishedTalk* talk_ = nullptr;  // being heard
    const std::shared_ptr<Opinions> opinions_ = std::make_shared<Opinions>();
};

TextWorker::TextWorker(const Sources& sources, proto::ProcessRules rules, HearingOptions hearing, MakeIds make_ids,
                       OnMissed on_missed)
    : sources_(sources),
      rules_(std::move(rules)),
      hearing_(hearing),
      make_ids_(std::move(make_ids)),
      on_missed_(std::move(on_missed)) {}

TextWorker::~TextWorker() = default;

Result<std::vector<ConversationChange>> TextWorker::work(const store::ClaimedJob& job,
                                                         const Surroundings& surroundings) {
    return Hearing(*this, job, surroundings).run(job.request);
}

}  // namespace earshot::jobs
