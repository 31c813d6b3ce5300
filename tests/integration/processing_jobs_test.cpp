// Jobs of what is sent after the call, and their webhooks, over real sockets and real databases: also when a
// conversation is deleted or the server goes meanwhile. Checklist items 76, 77 and 80.
#include "integration/processing.hpp"

namespace earshot::testing {
namespace {

// ---- Jobs: checklist item 76

TEST_P(ProcessingTest, a_job_is_in_progress_until_it_is_completed) {
    const std::string id = post(request({said("hello")}, k_held));
    ASSERT_TRUE(gate_.wait_for_comers(1, k_patience));
    const json::value running = job(id);
    EXPECT_EQ(running.at("id").as_string(), id);
    EXPECT_EQ(running.at("status").as_string(), "in_progress");
    EXPECT_GE(running.at("progress").to_number<double>(), 0);
    EXPECT_LT(running.at("progress").to_number<double>(), 1);
    gate_.open();
    const json::value done = ended(id);
    EXPECT_EQ(done.at("id").as_string(), id);
    EXPECT_EQ(done.at("status").as_string(), "completed");
    EXPECT_EQ(done.at("progress").to_number<double>(), 1);
    EXPECT_FALSE(done.as_object().contains("error"));
}

TEST_P(ProcessingTest, what_is_no_job_is_not_found) {
    process(request({said("hello")}));
    for (const auto& id : {std::string("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"), std::string("x"), id_,
                           std::string("%00"), std::string(2000, '9')}) {
        const HttpResponse response = ask("GET", "/job/" + id);
        EXPECT_EQ(response.status, 404U) << id;
        EXPECT_THAT(message_of(response), Not(IsEmpty())) << id;
    }
}

TEST_P(ProcessingTest, jobs_of_a_conversation_run_one_after_the_other) {
    const std::string first = post(request({said("One.")}, k_held));
    const std::string second = put(request({said("Two.")}));
    const std::string third = put(request({said("Three.")}));
    ASSERT_TRUE(gate_.wait_for_comers(1, k_patience));
    const std::string id = id_;
    process(request({said("Another one.")}));  // whose conversation waits for nobody
    id_ = id;

    EXPECT_EQ(status(first), "in_progress");
    EXPECT_EQ(status(second), "scheduled");
    EXPECT_EQ(status(third), "scheduled");
    EXPECT_EQ(job(second).at("progress").to_number<double>(), 0);
    EXPECT_THAT(texts(), IsEmpty());
    gate_.open();
    for (const std::string& one : {first, second, third}) complete(one);
    EXPECT_THAT(texts(), ElementsAre("One.", "Two.", "Three."));
}

TEST_P(ProcessingTest, a_job_waits_for_a_free_worker) {
    runner_options_.threads = 1;
    restart();
    const std::string first = post(request({said("One.")}, k_held));
    ASSERT_TRUE(gate_.wait_for_comers(1, k_patience));
    const std::string second = post(request({said("Two.")}));
    EXPECT_EQ(status(second), "scheduled");
    gate_.open();
    complete(first);
    complete(second);
}

TEST_P(ProcessingTest, what_cannot_be_heard_has_failed_and_says_why) {
    const std::string first =
        post(request({said("One."), said("Two.")},
                     trackers({R"({"name":"Broken","patterns":["(x"]})"}) + "," + std::string(k_held)));
    const std::string second = put(request({said("Three.")}));
    gate_.open();
    const json::value failed = ended(first);
    EXPECT_EQ(failed.at("status").as_string(), "failed");
    EXPECT_THAT(std::string(failed.at("error").as_string()), Not(IsEmpty()));
    complete(second);
    EXPECT_THAT(texts(), ElementsAre("Three.")) << "nothing of a failed one is there, and it holds nobody up";
}

// ---- Webhooks: checklist item 77

TEST_P(ProcessingTest, a_webhook_is_told_each_change_of_status) {
    for (const std::string place : {"query", "body", "config", "both"}) {
        SCOPED_TRACE(place);
        Receiver receiver;
        Receiver other;
        const std::string member = R"("webhookUrl":)" + json_text(receiver.url());
        std::string query;
        std::string more;
        if (place == "query") query = "?webhookUrl=" + encoded(receiver.url());
        if (place == "body") more = member;
        if (place == "config") more = R"("config":{)" + member + "}";
        if (place == "both") query = "?webhookUrl=" + encoded(other.url()), more = member;
        const std::string id = post(request({said("hello")}, more), query);
        const std::vector<Told> told = receiver.told(2);
        ASSERT_EQ(told.size(), 2U);
        EXPECT_EQ(json::parse(told[0].body), told_of(id, "in_progress"));
        EXPECT_EQ(json::parse(told[1].body), told_of(id, "completed"));
        EXPECT_EQ(told[0].target, "POST /hook?for=jobs");
        EXPECT_THAT(told[0].headers.at("content-type"), HasSubstr("application/json"));
        EXPECT_NE(told[0].headers.at("webhook-id"), told[1].headers.at("webhook-id"));
        EXPECT_FALSE(told[0].headers.contains("webhook-signature")) << "there is no secret";
        EXPECT_EQ(status(id), "completed");
        EXPECT_THAT(other.told(0), IsEmpty());
    }
}

TEST_P(ProcessingTest, a_webhook_of_a_later_request_is_told_of_its_own_job_alone) {
    process(request({said("hello")}));
    Receiver receiver;
    const std::string id = put(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    const std::vector<Told> told = receiver.told(2);
    EXPECT_EQ(json::parse(told[0].body), told_of(id, "in_progress"));
    EXPECT_EQ(json::parse(told[1].body), told_of(id, "completed"));
}

TEST_P(ProcessingTest, a_webhook_is_signed_where_there_is_a_secret) {
    const auto secret = outbound::WebhookSecret::parse(k_secret).value();
    courier_options_.secret_of = [secret](const std::string& account) {
        return account == "default" ? std::optional(secret) : std::nullopt;
    };
    restart();
    Receiver receiver;
    post(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    for (const Told& told : receiver.told(2)) {
        const std::string& sent = told.headers.at("webhook-timestamp");
        ASSERT_THAT(sent, MatchesRegex("[0-9]+"));
        const base::WallTime time{std::chrono::seconds(std::stoll(sent))};
        EXPECT_EQ(told.headers.at("webhook-signature"), secret.sign(told.headers.at("webhook-id"), time, told.body));
    }
}

TEST_P(ProcessingTest, a_webhook_that_fails_is_told_again_under_the_same_id) {
    const auto secret = outbound::WebhookSecret::parse(k_secret).value();
    courier_options_.secret_of = [secret](const std::string&) { return std::optional(secret); };
    restart();
    Receiver receiver({outbound::answer(500), outbound::answer(503)});
    const std::string id = post(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    const std::vector<Told> told = receiver.told(4);
    std::vector<std::string> ids;
    for (const Told& one : told) {
        ids.push_back(one.headers.at("webhook-id"));
        const base::WallTime time{std::chrono::seconds(std::stoll(one.headers.at("webhook-timestamp")))};
        EXPECT_EQ(one.headers.at("webhook-signature"), secret.sign(ids.back(), time, one.body));
    }
    EXPECT_EQ(ids[0], ids[1]);
    EXPECT_EQ(ids[0], ids[2]);
    EXPECT_NE(ids[0], ids[3]);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(json::parse(told[std::size_t(i)].body), told_of(id, "in_progress"));
    EXPECT_EQ(json::parse(told[3].body), told_of(id, "completed"));
}

TEST_P(ProcessingTest, a_redirect_is_not_followed_and_three_attempts_are_all) {
    Receiver elsewhere;
    const std::string redirect = outbound::answer(307, {}, "Location: " + elsewhere.url() + "\r\n");
    Receiver receiver(std::vector<std::string>(100, redirect));
    const std::string id = post(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    complete(id);
    ASSERT_TRUE(soon([&] { return courier_->counters().given_up == 2; }));
    const std::vector<Told> told = receiver.told(6);
    ASSERT_EQ(told.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(json::parse(told[i].body), told_of(id, i < 3 ? "in_progress" : "completed"));
    }
    EXPECT_THAT(elsewhere.told(0), IsEmpty());
}

TEST_P(ProcessingTest, a_job_does_not_wait_for_its_webhook) {
    LocalServer silent(outbound::silent());
    BoundSocket nobody;
    for (const std::string& url : {silent.url(), nobody.url(), std::string("http://host.invalid/hook")}) {
        process(request({said("Hello.")}, R"("webhookUrl":)" + json_text(url)));
        EXPECT_THAT(texts(), ElementsAre("Hello.")) << url;
    }
    ASSERT_TRUE(soon([&] { return silent.connections() > 0; }));
    EXPECT_EQ(courier_->counters().delivered, 0U);
}

TEST_P(ProcessingTest, a_webhook_into_the_own_network_is_refused) {
    server_options_.allow_private_webhooks = false;
    restart();
    for (const std::string url :
         {"http://127.0.0.1:8000/hook", "http://localhost/hook", "http://10.0.0.1/", "http://192.168.1.1/hook",
          "http://169.254.169.254/latest", "http://[::1]/hook", "ftp://example.com/", "example.com/hook", "https://"}) {
        const HttpResponse body =
            ask("POST", "/process/text", request({said("x")}, R"("webhookUrl":)" + json_text(url)));
        EXPECT_EQ(body.status, 400U) << url;
        EXPECT_THAT(paths(body), ElementsAre("/webhookUrl")) << url;
        const HttpResponse query = ask("POST", "/process/text?webhookUrl=" + encoded(url), request({said("x")}));
        EXPECT_EQ(query.status, 400U) << url;
        EXPECT_THAT(paths(query), ElementsAre("/webhookUrl")) << url;
    }
    EXPECT_THAT(get("/conversations").at("conversations").as_array(), IsEmpty());
    EXPECT_EQ(ask("POST", "/process/text", request({said("x")}, R"("webhookUrl":"https://hooks.invalid/x")")).status,
              201U);
}

// ---- Deleting: checklist item 80

TEST_P(ProcessingTest, deleting_a_conversation_lets_its_jobs_fail) {
    Receiver receiver;
    const std::string hook = R"("webhookUrl":)" + json_text(receiver.url());
    const std::string running =
        post(request({said("One.")}, trackers({std::string(k_pricing)}) + "," + hook + "," + std::string(k_held)));
    const std::string waiting = put(request({said("Two.")}));
    ASSERT_TRUE(gate_.wait_for_comers(1, k_patience));

    const HttpResponse deleted = ask("DELETE", "/conversations/" + id_);
    EXPECT_EQ(deleted.status, 200U);
    EXPECT_EQ(json::parse(deleted.body), json::parse(R"({"message":"successfully deleted the conversation"})"));
    for (const std::string& job : {running, waiting}) {
        const json::value failed = ended(job);
        EXPECT_EQ(failed.at("status").as_string(), "failed");
        EXPECT_THAT(std::string(failed.at("error").as_string()), Not(IsEmpty()));
    }
    const std::vector<Told> told = receiver.told(2);
    EXPECT_EQ(json::parse(told[0].body), told_of(running, "in_progress"));
    EXPECT_EQ(json::parse(told[1].body), told_of(running, "failed"));

    gate_.open();
    ASSERT_TRUE(soon([&] { return runner_->figures().running == 0; }));
    for (const char* rest : {"", "/messages", "/trackers", "/trackers-detected", "/members", "/analytics"}) {
        const HttpResponse gone = ask("GET", "/conversations/" + id_ + rest);
        EXPECT_EQ(gone.status, 404U) << rest;
        EXPECT_EQ(message_of(gone), k_unknown) << rest;
    }
    EXPECT_EQ(ask("PUT", "/process/text/" + id_, request({said("hello")})).status, 404U);
    EXPECT_EQ(status(running), "failed");
}

TEST_P(ProcessingTest, deleting_a_conversation_leaves_its_completed_jobs_as_they_are) {
    const std::string id = post(request({said("hello")}));
    complete(id);
    EXPECT_EQ(ask("DELETE", "/conversations/" + id_).status, 200U);
    EXPECT_EQ(status(id), "completed");
    EXPECT_EQ(ask("GET", "/conversations/" + id_).status, 404U);
}

// ---- When the server goes

TEST_P(ProcessingTest, what_is_done_survives_a_restart) {
    const std::string id = post(request({said("What does it cost?", k_ann)}, trackers({std::string(k_pricing)})));
    complete(id);
    const json::value messages = conversation("/messages");
    const json::value list = conversation("/trackers");
    restart();
    EXPECT_EQ(status(id), "completed");
    EXPECT_EQ(conversation("/messages"), messages);
    EXPECT_EQ(conversation("/trackers"), list);
}

TEST_P(ProcessingTest, a_job_that_a_server_was_stopped_with_is_finished_by_the_next_one) {
    Receiver receiver;
    const std::string list = trackers({std::string(k_pricing)});
    const std::string hook = R"(,"webhookUrl":)" + json_text(receiver.url());
    const std::string first =
        post(request({said("What does it cost?", k_ann)}, list + hook + "," + std::string(k_held)));
    const std::string second = put(request({said("The price.", k_ann)}, list));
    ASSERT_TRUE(gate_.wait_for_comers(1, k_patience));
    ASSERT_TRUE(soon([&] { return courier_->counters().delivered == 1 && courier_->counters().waiting == 0; }));
    restart();
    EXPECT_THAT(texts(), IsEmpty());
    ASSERT_TRUE(gate_.wait_for_comers(2, k_patience)) << "the next server has taken it up";
    EXPECT_EQ(status(second), "scheduled");
    gate_.open();
    complete(first);
    complete(second);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "The price."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price"));
    const std::vector<Told> told = receiver.told(2);
    EXPECT_EQ(json::parse(told[0].body), told_of(first, "in_progress")) << "the second begin of it is not told";
    EXPECT_EQ(json::parse(told[1].body), told_of(first, "completed"));
}

TEST_P(ProcessingTest, a_job_that_a_server_was_killed_with_is_finished_once_its_lease_is_over) {
    runner_options_.lease = 300ms;
    restart();
    const std::string id = post(
        request({said("What does it cost?", k_ann)}, trackers({std::string(k_pricing)}) + "," + std::string(k_held)));
    ASSERT_TRUE(gate_.wait_for_comers(1, k_patience));
    jobs_->kill();
    gate_.open();  // what comes of it goes nowhere
    restart();
    EXPECT_EQ(conversation().at("id").as_string(), id_);
    complete(id);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?"));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
    EXPECT_EQ(conversation("/members").at("members").as_array().size(), 1U);
}

TEST(WithoutJobs, nothing_is_done_after_the_call) {
    TestServer server;
    EXPECT_EQ(http(server.port(), "POST", "/v1/process/text", {}, request({said("hello")})).status, 404U);
    EXPECT_EQ(http(server.port(), "PUT", "/v1/process/text/1234567890123456", {}, request({said("x")})).status, 404U);
    EXPECT_EQ(http(server.port(), "GET", "/v1/job/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d").status, 404U);
}

}  // namespace
}  // namespace earshot::testing
