#include "jobs.hpp"
#include "support/environment.hpp"
#include "support/store/job_trial.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace earshot::store {
namespace {

using namespace std::string_literals;
using base::Errc;
using testing::ElementsAre;
using testing::IsEmpty;

EARSHOT_FOR_BOTH_BACKENDS(JobStoreTest);

TEST_P(JobStoreTest, equals_a_plain_model_and_keeps_the_laws_of_jobs_after_any_operations) {
    const std::uint64_t first = support::from_environment("EARSHOT_STORE_SEED", 1);
    const std::uint64_t trials = support::from_environment("EARSHOT_STORE_TRIALS", 6);
    std::size_t completed = 0;
    std::size_t expired = 0;
    for (std::uint64_t seed = first; seed < first + trials; ++seed) {
        SCOPED_TRACE("EARSHOT_STORE_SEED=" + std::to_string(seed));
        place_ = support::TestDatabase::make(GetParam());
        options_.url = place_->url();
        auto database = open();
        support::JobTrial trial(seed);
        trial.open(*database);

        for (int step = 0; step < 120; ++step) {
            if (step % 40 == 39) {
                database.reset();
                database = open();
                trial.open(*database);
            }
            ASSERT_EQ(trial.step(), std::nullopt) << "step " << step;
            if (step % 20 == 19) {
                ASSERT_EQ(trial.compare(), std::nullopt) << "step " << step;
            }
        }
        ASSERT_EQ(trial.drain(), std::nullopt);
        ASSERT_EQ(trial.compare(), std::nullopt);
        completed += trial.completed();
        expired += trial.expired();
    }
    EXPECT_GE(completed, trials * 4) << "otherwise it says little";
    EXPECT_GE(expired, trials);
}

TEST_P(JobStoreTest, a_job_is_asked_for_claimed_and_completed) {
    const JobRecord created = jobs_->create(job_of("j1"), at(5)).value();
    EXPECT_EQ(created.state, JobState::scheduled);
    EXPECT_EQ(created.created_on, at(5));
    EXPECT_EQ(store_->get("ann", "c1").value().source, detect::ConversationSource::text);

    const auto claimed = jobs_->claim(lease_of("server"), at(6)).value();
    ASSERT_TRUE(claimed.has_value());
    EXPECT_EQ(claimed->request, job_of("j1").request);
    EXPECT_EQ(claimed->job.state, JobState::in_progress);
    EXPECT_EQ(claimed->job.attempts, 1);
    EXPECT_EQ(claim(), "");

    EXPECT_TRUE(jobs_->renew("j1", lease_of("server", 2000), 0.25).value());
    EXPECT_EQ(jobs_->get("ann", "j1").value().progress, 0.25);
    EXPECT_TRUE(jobs_->finish("j1", "server", outcome_of({"a", "b"}), at(7)).value());
    EXPECT_FALSE(jobs_->finish("j1", "server", outcome_of({"c"}), at(8)).value());

    const JobRecord done = jobs_->get("ann", "j1").value();
    EXPECT_EQ(done.state, JobState::completed);
    EXPECT_EQ(done.progress, 1);
    EXPECT_EQ(done.created_on, at(5));
    EXPECT_EQ(done.updated_on, at(7));
    EXPECT_THAT(ids_of(store_->messages("ann", "c1")), ElementsAre("a", "b"));
    EXPECT_THAT(told(),
                ElementsAre(R"({"jobId":"j1","status":"in_progress"})", R"({"jobId":"j1","status":"completed"})"));
}

TEST_P(JobStoreTest, what_is_changed_of_its_conversation_is_in_force_with_the_job_or_not_at_all) {
    ASSERT_TRUE(jobs_->create(job_of("j1")));
    NewJob more = job_of("j2");
    more.begin.reset();
    more.edit = {"Named anew", R"({"queue":"sales"})"};
    EXPECT_EQ(jobs_->create(more, at(0), 1).error().code, base::Errc::too_many);
    EXPECT_EQ(store_->get("ann", "c1").value().name, "c1");
    ASSERT_TRUE(jobs_->create(more, at(0), 2));
    EXPECT_EQ(store_->get("ann", "c1").value().name, "Named anew");
    EXPECT_EQ(store_->get("ann", "c1").value().metadata, R"({"queue":"sales"})");
}

TEST_P(JobStoreTest, a_job_that_fails_leaves_no_results) {
    ASSERT_TRUE(jobs_->create(job_of("j1")));
    claim();
    JobOutcome outcome = outcome_of({"a"});
    outcome.state = JobState::failed;
    outcome.error = "It could not be read.";

    EXPECT_TRUE(jobs_->finish("j1", "server", outcome).value());

    EXPECT_EQ(jobs_->get("ann", "j1").value().error, "It could not be read.");
    EXPECT_THAT(ids_of(store_->messages("ann", "c1")), IsEmpty());
    EXPECT_THAT(told(), testing::Contains(R"({"jobId":"j1","status":"failed"})"));
}

TEST_P(JobStoreTest, who_creates_and_claims_at_once_waits_for_jobs_before_it) {
    EXPECT_EQ(jobs_->create(job_of("j1"), at(0), 10, lease_of("server")).value().state, JobState::in_progress);
    EXPECT_EQ(jobs_->create(job_of("j2"), at(0), 10, lease_of("server")).value().state, JobState::scheduled);
    EXPECT_EQ(claim(), "");
    ASSERT_TRUE(jobs_->finish("j1", "server", {}).value());
    EXPECT_EQ(claim(), "j2");
    EXPECT_EQ(told().size(), 3U);
}

TEST_P(JobStoreTest, whoever_asks_again_is_given_the_same_job) {
    const NewJob job = job_of("j1");
    ASSERT_TRUE(jobs_->create(job, at(1), 1));
    EXPECT_EQ(jobs_->create(job, at(2), 1).value().created_on, at(1));

    const auto of_other = jobs_->create(job_of("j1", "c2", "bob"), at(3));
    expect_error(of_other, Errc::invalid_value);
    expect_error(store_->get("bob", "c2"), Errc::unknown_conversation);
}

TEST_P(JobStoreTest, refuses_what_it_cannot_keep) {
    ASSERT_TRUE(jobs_->create(job_of("j1")));
    expect_error(jobs_->create(job_of("j2", "c2"), at(0), 1), Errc::too_many);
    expect_error(store_->get("ann", "c2"), Errc::unknown_conversation);
    EXPECT_TRUE(jobs_->create(job_of("j3", "c3", "bob"), at(0), 1)) << "each account has its own";
    NewJob job = job_of("j4", "never-began");
    job.begin.reset();
    expect_error(jobs_->create(job), Errc::unknown_conversation);
    job = job_of("j4", "c1", "bob");
    expect_error(jobs_->create(job), Errc::unknown_conversation);
    job = job_of("j4", "c4");
    job.begin->keeping = detect::Keeping::none;
    expect_error(jobs_->create(job), Errc::unknown_conversation);
    expect_error(jobs_->create(job_of("j4", "c4", "\xFF")), Errc::invalid_value);
    expect_error(jobs_->create(job_of("j\0"s)), Errc::invalid_value);
    expect_error(jobs_->create(job_of("j4", "c\0"s)), Errc::unknown_conversation);
    job = job_of("j4");
    job.request = "\xFF";
    expect_error(jobs_->create(job), Errc::invalid_utf8);
    JobOutcome no_end;
    no_end.state = JobState::scheduled;
    expect_error(jobs_->finish("j1", "server", no_end), Errc::invalid_value);

    for (const std::string& nobodys : {"j9"s, "j\0"s, "\xFF"s}) {
        expect_error(jobs_->get("ann", nobodys), Errc::unknown_job);
        EXPECT_FALSE(jobs_->renew(nobodys, lease_of("server"), 0).value());
        EXPECT_FALSE(jobs_->release(nobodys, "server").value());
        EXPECT_FALSE(jobs_->finish(nobodys, "server", {}).value());
        EXPECT_FALSE(jobs_->end_delivery(nobodys).value());
        EXPECT_FALSE(jobs_->retry_delivery(nobodys, at(0)).value());
    }
    expect_error(jobs_->get("bob", "j1"), Errc::unknown_job);
    expect_error(jobs_->get("\xFF", "j1"), Errc::invalid_value);
}

TEST_P(JobStoreTest, any_request_comes_back_as_it_was) {
    std::string all;
    for (char c = 0; c < 0x7F; ++c) all += c;
    for (const std::string& request :
         {""s, "\0"s, all + all, "\x01\x02\x01"s, "\xF0\x9F\x93\x9E\0"s, std::string(2'000'000, '\0')}) {
        NewJob job = job_of("j" + std::to_string(request.size()));
        job.request = request;
        ASSERT_TRUE(jobs_->create(job));
        const auto claimed = jobs_->claim(lease_of("server"), at(0)).value();
        ASSERT_TRUE(claimed.has_value());
        EXPECT_EQ(claimed->request == request, true) << request.size();
        ASSERT_TRUE(jobs_->finish(job.id, "server", {}).value());
    }
}

TEST_P(JobStoreTest, progress_that_is_none_is_cut) {
    ASSERT_TRUE(jobs_->create(job_of("j1")));
    claim();
    for (const auto& [given, kept] : {std::pair{-1.0, 0.0},
                                      {2.0, 1.0},
                                      {std::nan(""), 0.0},
                                      {std::numeric_limits<double>::infinity(), 0.0},
                                      {1.0 / 3, 1.0 / 3}}) {
        ASSERT_TRUE(jobs_->renew("j1", lease_of("server"), given).value());
        EXPECT_EQ(jobs_->get("ann", "j1").value().progress, kept);
    }
}

TEST_P(JobStoreTest, whose_lease_is_over_goes_on_until_another_has_the_job) {
    ASSERT_TRUE(jobs_->create(job_of("j1")));
    ASSERT_EQ(claim("one", 0, 100), "j1");
    EXPECT_EQ(claim("two", 99, 200), "");
    EXPECT_TRUE(jobs_->renew("j1", lease_of("one", 150), 0.5).value());
    EXPECT_EQ(claim("two", 149, 250), "");

    ASSERT_EQ(claim("two", 150, 250), "j1");

    EXPECT_FALSE(jobs_->renew("j1", lease_of("one", 500), 0.5).value());
    EXPECT_FALSE(jobs_->release("j1", "one").value());
    EXPECT_FALSE(jobs_->finish("j1", "one", outcome_of({"late"}), at(160)).value());
    EXPECT_THAT(ids_of(store_->messages("ann", "c1")), IsEmpty());
    EXPECT_EQ(jobs_->get("ann", "j1").value().attempts, 2);
    EXPECT_TRUE(jobs_->finish("j1", "two", outcome_of({"a"}), at(300)).value()) << "nobody else has it";
    EXPECT_EQ(told().size(), 2U) << "in progress is told once";
}

TEST_P(JobStoreTest, a_job_that_is_released_is_anybodys_at_once_and_the_attempt_does_not_count) {
    ASSERT_TRUE(jobs_->create(job_of("j1")));
    ASSERT_EQ(claim("one"), "j1");
    EXPECT_TRUE(jobs_->release("j1", "one").value());
    EXPECT_FALSE(jobs_->release("j1", "one").value());
    EXPECT_EQ(jobs_->get("ann", "j1").value().state, JobState::scheduled);
    EXPECT_EQ(jobs_->get("ann", "j1").value().attempts, 0);
    EXPECT_EQ(claim("two"), "j1");
    EXPECT_EQ(jobs_->get("ann", "j1").value().attempts, 1);
    EXPECT_EQ(told().size(), 1U);
}

TEST_P(JobStoreTest, accounts_take_turns_and_conversations_keep_their_order) {
    for (int number = 1; number <= 3; ++number) {
        const std::string n = std::to_string(number);
        ASSERT_TRUE(jobs_->create(job_of("a" + n, "ann-" + n)));
    }
    for (const std::string id : {"b1", "b2"}) ASSERT_TRUE(jobs_->create(job_of(id, "bob-1", "bob")));
    ASSERT_TRUE(jobs_->create(job_of("c1", "cat-1", "cat")));

    std::vector<std::string> order;
    for (int number = 0; number < 5; ++number) order.push_back(claim());

    EXPECT_THAT(order, ElementsAre("a1", "b1", "c1", "a2", "a3")) << "b2 waits for b1";
    EXPECT_EQ(claim(), "");
    ASSERT_TRUE(jobs_->finish("b1", "server", {}));
    EXPECT_EQ(claim(), "b2");
}

TEST_P(JobStoreTest, a_conversation_that_is_removed_takes_its_jobs_with_it) {
    ASSERT_TRUE(jobs_->create(job_of("j1"), at(0)));
    ASSERT_TRUE(jobs_->create(job_of("j2"), at(0)));
    ASSERT_TRUE(jobs_->create(job_of("j3", "c2"), at(0)));
    ASSERT_EQ(claim(), "j1");

    ASSERT_TRUE(store_->remove("ann", "c1", at(50)));

    EXPECT_FALSE(jobs_->renew("j1", lease_of("server"), 0.5).value());
    EXPECT_FALSE(jobs_->finish("j1", "server", outcome_of({"late"}), at(60)).value());
    for (const std::string id : {"j1", "j2"}) {
        const JobRecord job = jobs_->get("ann", id).value();
        EXPECT_EQ(job.state, JobState::failed);
        EXPECT_EQ(job.error, "The conversation was deleted.");
        EXPECT_EQ(job.updated_on, at(50));
    }
    EXPECT_EQ(claim(), "j3");
    EXPECT_EQ(claim(), "");
    EXPECT_THAT(told(), testing::UnorderedElementsAre(
                            R"({"jobId":"j1","status":"in_progress"})", R"({"jobId":"j1","status":"failed"})",
                            R"({"jobId":"j2","status":"failed"})", R"({"jobId":"j3","status":"in_progress"})"));
    expect_error(jobs_->create(job_of("j4")), Errc::unknown_conversation);
}

TEST_P(JobStoreTest, retention_leaves_what_somebody_waits_for) {
    ASSERT_TRUE(jobs_->create(job_of("old", "c1"), at(100)));
    ASSERT_TRUE(jobs_->create(job_of("new", "c2"), at(500)));

    EXPECT_EQ(store_->expire(at(500), 10, at(600)).value(), 1U);
    EXPECT_EQ(jobs_->get("ann", "old").value().state, JobState::failed);
    EXPECT_THAT(ids_of(store_->list("ann")), ElementsAre("c2"));
    ASSERT_EQ(claim(), "new");
    ASSERT_TRUE(jobs_->finish("new", "server", {}, at(600)));
    EXPECT_EQ(store_->expire(at(500), 10, at(700)).value(), 1U);
}

TEST_P(JobStoreTest, forgets_jobs_that_were_done_before) {
    for (const std::string id : {"j1", "j2"}) ASSERT_TRUE(jobs_->create(job_of(id), at(0)));
    ASSERT_EQ(claim(), "j1");
    ASSERT_TRUE(jobs_->finish("j1", "server", {}, at(100)));

    EXPECT_TRUE(jobs_->forget(at(100)));
    EXPECT_TRUE(jobs_->get("ann", "j1"));
    EXPECT_TRUE(jobs_->forget(at(1000)));
    expect_error(jobs_->get("ann", "j1"), Errc::unknown_job);
    EXPECT_TRUE(jobs_->get("ann", "j2")) << "it is not done";
}

TEST_P(JobStoreTest, deliveries_of_a_topic_wait_for_each_other_and_of_others_not) {
    for (const std::string id : {"j1", "j2"}) {
        ASSERT_TRUE(jobs_->create(job_of(id, "of-" + id), at(0)));
        ASSERT_EQ(claim(), id);
        ASSERT_TRUE(jobs_->finish(id, "server", {}, at(1)));
    }
    EXPECT_THAT(jobs_->take_deliveries(0, at(10), at(20)).value(), IsEmpty());
    const auto first = jobs_->take_deliveries(9, at(10), at(20)).value();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].topic, "j1");
    EXPECT_EQ(first[1].topic, "j2");
    EXPECT_EQ(first[0].url, "https://example.com/hook");
    EXPECT_THAT(first[0].id, testing::MatchesRegex("[0-9a-f-]{36}"));
    EXPECT_THAT(jobs_->take_deliveries(9, at(19), at(30)).value(), IsEmpty()) << "they are held";

    EXPECT_TRUE(jobs_->retry_delivery(first[0].id, at(50)).value());
    EXPECT_TRUE(jobs_->end_delivery(first[1].id).value());
    EXPECT_FALSE(jobs_->end_delivery(first[1].id).value());
    const auto second = jobs_->take_deliveries(9, at(49), at(60)).value();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].body, R"({"jobId":"j2","status":"completed"})");
    const auto third = jobs_->take_deliveries(9, at(50), at(60)).value();
    ASSERT_EQ(third.size(), 1U);
    EXPECT_EQ(third[0].id, first[0].id) << "the same at each attempt";
    EXPECT_EQ(third[0].attempts, 1);
    EXPECT_EQ(jobs_->take_deliveries(9, at(60), at(70)).value().size(), 2U) << "they are held no longer";
}

TEST_P(JobStoreTest, nobody_is_told_who_does_not_want_to_be) {
    NewJob job = job_of("j1");
    job.webhook_url.clear();
    ASSERT_TRUE(jobs_->create(job));
    ASSERT_EQ(claim(), "j1");
    ASSERT_TRUE(jobs_->finish("j1", "server", {}));
    EXPECT_THAT(told(), IsEmpty());
}

TEST_P(JobStoreTest, tells_a_row_that_it_cannot_read) {
    ASSERT_TRUE(jobs_->create(job_of("j1")));
    place_->execute("UPDATE jobs SET state = 'thinking'");
    expect_error(jobs_->get("ann", "j1"), Errc::io_failed);
    expect_error(store_->remove("ann", "c1"), Errc::io_failed);
    EXPECT_TRUE(store_->get("ann", "c1")) << "nothing of it happened";
}

}  // namespace
}  // namespace earshot::store
