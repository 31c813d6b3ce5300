#include "earshot/outbound/http_client.hpp"

#include "unit/outbound/awaited_posts.hpp"
#include "unit/outbound/local_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <dlfcn.h>
#include <latch>
#include <memory>
#include <netdb.h>
#include <string>

// A name server that does not answer: libcurl finds this function before that of the C library.

namespace {

constexpr const char* k_slow_host = "slow.example";

/// Never comes. Outlives all resolvers: they wait for it until the program ends.
std::latch& answer_of_the_name_server() {
    static auto* const answer = new std::latch(1);
    return *answer;
}

}  // namespace

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** result) {
    if (host && std::strcmp(host, k_slow_host) == 0) {
        answer_of_the_name_server().wait();
        return EAI_AGAIN;
    }
    static const auto original = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return original(host, service, hints, result);
}

namespace earshot::outbound {
namespace {

using namespace std::chrono_literals;

class SlowNamesTest : public testing::Test {
protected:
    const std::string slow_url_ = std::string("http://") + k_slow_host + '/';
};

TEST_F(SlowNamesTest, time_out_and_hold_up_nobody) {
    LocalServer server(always(answer(200)));
    HttpClient client(local_options());

    EXPECT_EQ(failure_of(client, request_to(slow_url_, 50ms)), HttpFailure::timeout);

    EXPECT_EQ(post(client, request_to(server.url())).status, 200U);
}

TEST_F(SlowNamesTest, do_not_hold_up_the_end) {
    std::unique_ptr<Posted> posted;
    {
        HttpClient client(local_options());
        posted = std::make_unique<Posted>(client, request_to(slow_url_));
        // Its answer shows that the one before is being resolved.
        EXPECT_EQ(failure_of(client, request_to(slow_url_, 50ms)), HttpFailure::timeout);
    }
    EXPECT_EQ(posted->result().failure, HttpFailure::stopped);
}

}  // namespace
}  // namespace earshot::outbound
