#pragma once

#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace earshot::testing {

/// What tests stand on that hold with TLS and without: inside of them, a TestServer speaks what the parameter says.
class EachTransport : public ::testing::TestWithParam<Transport> {
protected:
    class TestServer : public testing::TestServer {
    public:
        explicit TestServer(net::ServerOptions options = {}, std::string valid_token = {},
                            store::TrackerStore* store = nullptr)
            : testing::TestServer(std::move(options), std::move(valid_token), GetParam(), store) {}
    };
};

inline std::string transport_name(const ::testing::TestParamInfo<Transport>& info) {
    return info.param == Transport::tls ? "tls" : "plain";
}

/// For INSTANTIATE_TEST_SUITE_P, with transport_name.
inline auto each_transport() {
    return ::testing::Values(Transport::plain, Transport::tls);
}

}  // namespace earshot::testing
