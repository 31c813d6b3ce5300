#include "earshot/app/accounts.hpp"

#include "earshot/app/secrets.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

namespace earshot::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr const char* k_client = "192.0.2.1";
constexpr base::Now k_start{base::MonotonicTime(1h), base::WallTime(1'714'557'600'000ms)};

/// Made once: a hash takes 25 ms.
const std::string& hash_of(const std::string& secret) {
    static std::map<std::string, std::string> hashes;
    std::string& hash = hashes[secret];
    if (hash.empty()) hash = hash_secret(secret);
    return hash;
}

App app(const std::string& id, const std::string& secret, const std::string& account) {
    return {id, hash_of(secret), account, {}, {}, {}};
}

std::string wish(const std::string& id, const std::string& secret) {
    return R"({"type":"application","appId":")" + id + R"(","appSecret":")" + secret + R"("})";
}

std::string token_of(const net::HttpAnswer& answer) {
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return std::string(boost::json::parse(answer.body).at("accessToken").as_string());
}

class AccountsTest : public testing::Test {
protected:
    AccountsTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-accounts-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
        write({});
    }
    ~AccountsTest() override {
        accounts_.reset();
        std::filesystem::remove_all(directory_);
    }

    std::string file() const { return directory_ + "/apps.yaml"; }
    void write_text(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }
    void write(const std::vector<App>& apps) const {
        std::string text = apps.empty() ? "[]\n" : "";
        for (const App& one : apps) {
            text += app_entry(one);
            if (one.trackers) text += "  trackers: " + std::to_string(*one.trackers) + "\n";
            if (one.sessions) text += "  sessions: " + std::to_string(*one.sessions) + "\n";
            if (one.token_life) text += "  tokenSeconds: " + std::to_string(one.token_life->count()) + "\n";
        }
        write_text(text);
    }

    AccountsOptions options() const {
        AccountsOptions made;
        made.apps_file = file();
        made.data_directory = directory_;
        return made;
    }

    void begin(std::vector<App> apps, AccountsOptions with) {
        write(apps);
        accounts_.emplace(std::move(with), std::move(apps), load_token_keys(directory_).value(),
                          Logger({}, [this](std::string_view line) {
                              const std::lock_guard lock(mutex_);
                              lines_.emplace_back(line);
                          }));
    }
    void begin(std::vector<App> apps) { begin(std::move(apps), options()); }

    std::future<net::HttpAnswer> ask_for(const std::string& body, const base::Now& now = k_start,
                                         const std::string& client = k_client) {
        auto promise = std::make_shared<std::promise<net::HttpAnswer>>();
        accounts_->issue_token({body, client}, now, [promise](net::HttpAnswer answer) { promise->set_value(answer); });
        return promise->get_future();
    }
    net::HttpAnswer ask(const std::string& body, const base::Now& now = k_start, const std::string& client = k_client) {
        return ask_for(body, now, client).get();
    }

    base::Result<net::Caller> check(const std::vector<std::string>& tokens, const base::Now& now = k_start) {
        return accounts_->authenticate(tokens, now);
    }
    /// The account, or empty.
    std::string account_of(const std::string& token, const base::Now& now = k_start) {
        const auto caller = check({token}, now);
        return caller ? caller->account : "";
    }

    /// The moment of the next look at the files, which is over when this returns.
    base::Now looked_again(const base::Now& now) {
        const base::Now later{now.monotonic + Accounts::k_look_again, now.wall + 3s};
        check({}, later);
        ask(wish("nobody", "waits behind the look"), later, "192.0.2." + std::to_string(100 + asked_++));
        return later;
    }

    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    std::string directory_;
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    int asked_ = 0;
    std::optional<Accounts> accounts_;
};

TEST_F(AccountsTest, an_app_gets_tokens_for_its_account) {
    begin({app("one", "a secret", "ann"), app("two", "another", "bob")});

    const net::HttpAnswer answer = ask(wish("two", "another"));

    EXPECT_EQ(account_of(token_of(answer)), "bob");
    EXPECT_EQ(boost::json::parse(answer.body).at("expiresIn"), 86'400);
    EXPECT_EQ(boost::json::parse(answer.body).as_object().size(), 2U);
    EXPECT_EQ(check({token_of(answer)})->trackers, 500U);
}

TEST_F(AccountsTest, every_token_has_its_full_life) {
    begin({app("one", "a secret", "ann")});
    const std::string first = token_of(ask(wish("one", "a secret")));
    const base::Now later{k_start.monotonic + 10h, k_start.wall + 10h};

    const net::HttpAnswer second = ask(wish("one", "a secret"), later);

    EXPECT_NE(token_of(second), first);
    EXPECT_EQ(boost::json::parse(second.body).at("expiresIn"), 86'400);
    EXPECT_EQ(account_of(first, {later.monotonic, k_start.wall + 24h}), "");
    EXPECT_EQ(account_of(token_of(second), {later.monotonic, k_start.wall + 24h}), "ann");
}

TEST_F(AccountsTest, an_app_may_have_limits_of_its_own) {
    App limited = app("one", "a secret", "ann");
    limited.trackers = 7;
    limited.sessions = 3;
    limited.token_life = 600s;
    begin({limited});

    const net::HttpAnswer answer = ask(wish("one", "a secret"));

    EXPECT_EQ(boost::json::parse(answer.body).at("expiresIn"), 600);
    EXPECT_EQ(check({token_of(answer)})->trackers, 7U);
    EXPECT_EQ(check({token_of(answer)})->sessions, 3U);
}

TEST_F(AccountsTest, a_wrong_pair_is_refused_whatever_of_it_is_wrong) {
    begin({app("one", "a secret", "ann"), app("two", "another", "bob")});
    std::set<std::string> bodies;

    for (const auto& [id, secret] : {std::pair{"one", "another"}, {"two", "a secret"}, {"three", "a secret"}}) {
        const net::HttpAnswer answer = ask(wish(id, secret));
        EXPECT_EQ(answer.status, 401U);
        bodies.insert(answer.body);
    }

    EXPECT_EQ(bodies.size(), 1U);
    EXPECT_THAT(*bodies.begin(), HasSubstr("\"message\""));
}

TEST_F(AccountsTest, a_right_secret_that_was_seen_before_is_still_checked) {
    begin({app("one", "a secret", "ann")});
    token_of(ask(wish("one", "a secret")));

    EXPECT_EQ(ask(wish("one", "a secre")).status, 401U);
    EXPECT_EQ(ask(wish("two", "a secret")).status, 401U);
    EXPECT_EQ(account_of(token_of(ask(wish("one", "a secret")))), "ann");
}

TEST_F(AccountsTest, a_malformed_request_is_told_what_is_wrong) {
    begin({app("one", "a secret", "ann")});

    for (const auto& [body, part] : {std::pair<std::string, std::string>{"", "JSON object"},
                                     {"[]", "JSON object"},
                                     {R"({"appSecret":"a"})", "\\\"appId\\\""},
                                     {R"({"appId":"one"})", "\\\"appSecret\\\""},
                                     {R"({"appId":"one","appSecret":7})", "\\\"appSecret\\\""},
                                     {R"({"appId":"","appSecret":"a"})", "\\\"appId\\\""},
                                     {R"({"type":"user","appId":"one","appSecret":"a secret"})", "\\\"type\\\""},
                                     {R"({"type":null,"appId":"one","appSecret":"a secret"})", "\\\"type\\\""},
                                     {"\"" + std::string(20'000, 'a') + "\"", "too long"}}) {
        const net::HttpAnswer answer = ask(body);
        EXPECT_EQ(answer.status, 400U) << body;
        EXPECT_THAT(answer.body, HasSubstr(part)) << body;
    }
}

TEST_F(AccountsTest, members_that_mean_nothing_are_ignored_and_the_type_may_be_missing) {
    begin({app("one", "a secret", "ann")});

    EXPECT_EQ(ask(R"({"appId":"one","appSecret":"a secret","AuthURI":"x"})").status, 200U);
}

TEST_F(AccountsTest, any_valid_token_suffices_among_the_first) {
    begin({app("one", "a secret", "ann")});
    const std::string good = token_of(ask(wish("one", "a secret")));
    std::vector<std::string> tokens(Accounts::k_tokens - 1, "bad");
    tokens.push_back(good);

    EXPECT_EQ(check(tokens)->account, "ann");
    EXPECT_EQ(check({good, "bad"})->account, "ann");
    tokens.insert(tokens.begin(), "bad");
    EXPECT_EQ(check(tokens).error().code, base::Errc::unauthorized);
    EXPECT_EQ(check({}).error().code, base::Errc::unauthorized);
    EXPECT_EQ(check({"bad"}).error().message, "Token validation failed for provided token.");
}

TEST_F(AccountsTest, without_an_apps_file_anything_is_the_one_account) {
    AccountsOptions open = options();
    open.apps_file.clear();
    open.trackers = 9;
    begin({}, open);

    EXPECT_EQ(check({})->account, "default");
    EXPECT_EQ(check({"bad"})->trackers, 9U);
    EXPECT_EQ(ask(wish("anybody", "anything")).status, 200U);
    EXPECT_EQ(ask("{}").status, 400U);
}

TEST_F(AccountsTest, what_a_server_without_apps_gave_is_worth_nothing_with_apps) {
    AccountsOptions open = options();
    open.apps_file.clear();
    begin({}, open);
    const std::string token = token_of(ask(wish("one", "anything")));
    accounts_.reset();

    begin({app("one", "a secret", "default")});

    EXPECT_EQ(account_of(token), "");
}

TEST_F(AccountsTest, operators_tokens_speak_for_any_account_with_what_its_apps_may) {
    App small = app("one", "a secret", "ann");
    small.trackers = 7;
    App large = app("two", "another", "ann");
    large.trackers = 70;
    begin({small, large});
    const TokenAuthority operators(load_token_keys(directory_).value(), 1h);
    const auto token_for = [&](const std::string& account) {
        return operators.issue({account, std::string(k_operator)}, k_start.wall).value().token;
    };

    EXPECT_EQ(check({token_for("ann")})->trackers, 70U);
    EXPECT_EQ(check({token_for("bob")})->account, "bob");
    EXPECT_EQ(check({token_for("bob")})->trackers, 500U);
}

TEST_F(AccountsTest, an_app_that_is_gone_takes_its_tokens_with_it) {
    begin({app("one", "a secret", "ann"), app("two", "another", "bob")});
    const std::string token = token_of(ask(wish("one", "a secret")));
    write({app("two", "another", "bob")});
    EXPECT_EQ(account_of(token), "ann");

    const base::Now later = looked_again(k_start);

    EXPECT_EQ(account_of(token, later), "");
    EXPECT_EQ(ask(wish("one", "a secret"), later).status, 401U);
    EXPECT_EQ(account_of(token_of(ask(wish("two", "another"), later)), later), "bob");
    EXPECT_THAT(lines(), Contains(HasSubstr("apps read anew")));
}

TEST_F(AccountsTest, an_app_of_another_account_by_now_does_not_speak_for_the_old_one) {
    begin({app("one", "a secret", "ann")});
    const std::string token = token_of(ask(wish("one", "a secret")));
    write({app("one", "a secret", "bob")});

    const base::Now later = looked_again(k_start);

    EXPECT_EQ(account_of(token, later), "");
    EXPECT_EQ(account_of(token_of(ask(wish("one", "a secret"), later)), later), "bob");
}

TEST_F(AccountsTest, a_changed_secret_ends_the_old_one_and_not_its_tokens) {
    begin({app("one", "a secret", "ann")});
    const std::string token = token_of(ask(wish("one", "a secret")));
    write({app("one", "another", "ann")});

    const base::Now later = looked_again(k_start);

    EXPECT_EQ(ask(wish("one", "a secret"), later).status, 401U);
    EXPECT_EQ(ask(wish("one", "another"), later).status, 200U);
    EXPECT_EQ(account_of(token, later), "ann");
}

TEST_F(AccountsTest, a_new_app_is_known_at_its_first_request_after_a_while) {
    begin({app("one", "a secret", "ann")});
    write({app("one", "a secret", "ann"), app("two", "another", "bob")});
    const base::Now later{k_start.monotonic + Accounts::k_look_again, k_start.wall};

    EXPECT_EQ(ask(wish("two", "another"), later).status, 200U);
}

TEST_F(AccountsTest, a_bad_file_keeps_the_apps_and_is_told_once) {
    begin({app("one", "a secret", "ann")});
    const std::string token = token_of(ask(wish("one", "a secret")));
    write_text(app_entry(app("one", "a secret", "ann")) + "  colour: red\n");

    const base::Now later = looked_again(looked_again(k_start));

    EXPECT_EQ(account_of(token, later), "ann");
    const auto told = lines();
    EXPECT_EQ(std::count_if(told.begin(), told.end(), [](auto& line) { return line.find("colour") != line.npos; }), 1);
    EXPECT_THAT(told, Contains(HasSubstr("apps.yaml:4")));

    std::filesystem::remove(file());
    const base::Now gone = looked_again(later);
    EXPECT_EQ(account_of(token, gone), "ann");
    EXPECT_THAT(lines(), Contains(HasSubstr("cannot be read: No such file")));

    std::filesystem::create_directory(file());
    EXPECT_EQ(account_of(token, looked_again(gone)), "ann");
    EXPECT_THAT(lines(), Contains(HasSubstr("cannot be read: Is a directory")));
}

TEST_F(AccountsTest, a_rotated_key_is_taken_up) {
    begin({app("one", "a secret", "ann")});
    const std::string old_token = token_of(ask(wish("one", "a secret")));
    ASSERT_TRUE(rotate_token_key(directory_).has_value());

    base::Now later = looked_again(k_start);

    EXPECT_EQ(account_of(old_token, later), "ann");
    const std::string new_token = token_of(ask(wish("one", "a secret"), later));
    ASSERT_TRUE(rotate_token_key(directory_).has_value());
    later = looked_again(later);
    EXPECT_EQ(account_of(old_token, later), "");
    EXPECT_EQ(account_of(new_token, later), "ann");
}

TEST_F(AccountsTest, who_fails_often_waits_without_costing_a_hash) {
    begin({app("one", "a secret", "ann")});
    for (std::uint32_t i = 0; i <= FailedTries::k_free; ++i) EXPECT_EQ(ask(wish("one", "wrong")).status, 401U);

    const net::HttpAnswer refused = ask(wish("one", "a secret"));

    EXPECT_EQ(refused.status, 429U);
    EXPECT_EQ(refused.retry_after, 1s);
    EXPECT_EQ(ask(wish("one", "a secret"), k_start, "192.0.2.2").status, 200U);
    const base::Now later{k_start.monotonic + 1s, k_start.wall + 1s};
    EXPECT_EQ(ask(wish("one", "a secret"), later).status, 200U);
    EXPECT_EQ(ask(wish("one", "wrong"), later).status, 401U);
}

TEST_F(AccountsTest, who_succeeds_starts_anew) {
    begin({app("one", "a secret", "ann")});
    for (int round = 0; round < 3; ++round) {  // from the second one on the secret is known
        for (std::uint32_t i = 0; i < FailedTries::k_free; ++i) EXPECT_EQ(ask(wish("one", "wrong")).status, 401U);
        EXPECT_EQ(ask(wish("one", "a secret")).status, 200U) << round;
    }
}

TEST_F(AccountsTest, failures_that_came_at_once_are_slowed_too) {
    AccountsOptions wide = options();
    wide.secret_checks = 100;
    begin({app("one", "a secret", "ann")}, wide);
    std::vector<std::future<net::HttpAnswer>> answers;
    for (int i = 0; i < 20; ++i) answers.push_back(ask_for(wish("one", "wrong")));

    std::map<unsigned, int> statuses;
    for (auto& answer : answers) ++statuses[answer.get().status];

    EXPECT_EQ(statuses, (std::map<unsigned, int>{{401, FailedTries::k_free + 1}, {429, 14}}));
}

TEST_F(AccountsTest, beyond_what_may_wait_clients_are_told_to_come_back) {
    AccountsOptions narrow = options();
    narrow.secret_checks = 2;
    begin({app("one", "a secret", "ann")}, narrow);
    std::promise<void> go_on;
    std::promise<void> is_held;
    accounts_->issue_token({wish("one", "wrong"), "192.0.2.50"}, k_start, [&](const net::HttpAnswer&) {
        is_held.set_value();
        go_on.get_future().wait();  // holds the thread that checks
    });
    is_held.get_future().wait();
    std::vector<std::future<net::HttpAnswer>> answers;
    for (int i = 0; i < 4; ++i) answers.push_back(ask_for(wish("one", "a secret"), k_start, "192.0.2.60"));

    const net::HttpAnswer refused = answers.back().get();
    go_on.set_value();

    EXPECT_EQ(refused.status, 503U);
    EXPECT_EQ(refused.retry_after, 1s);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get().status, 200U) << i;
}

TEST_F(AccountsTest, what_waits_at_the_end_is_answered) {
    begin({app("one", "a secret", "ann")});
    auto answer = ask_for(wish("one", "a secret"));

    accounts_.reset();

    EXPECT_EQ(answer.wait_for(0s), std::future_status::ready);
}

TEST_F(AccountsTest, a_wrong_secret_is_logged_without_what_was_sent) {
    begin({app("one", "a secret", "ann")});
    ask(wish("one", "s3cret"));

    EXPECT_THAT(lines(), Contains(AllOf(HasSubstr("wrong app id or secret"), HasSubstr(k_client))));
    EXPECT_THAT(lines(), Not(Contains(HasSubstr("s3cret"))));
}

}  // namespace
}  // namespace earshot::app
