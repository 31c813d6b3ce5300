#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"

#include <string>
#include <string_view>

namespace earshot::outbound {

/// The key with which an account's webhooks are signed, as Standard Webhooks (standardwebhooks.com) has it. Immutable.
class WebhookSecret {
public:
    /// `text`: 24 to 64 random bytes as base64, with or without "whsec_" in front. Errors: Errc::invalid_value, whose
    /// message does not hold the secret.
    static base::Result<WebhookSecret> parse(std::string_view text);

    /// The value of the header `webhook-signature` of a message: "v1," and the base64 of its HMAC. `id` and `sent` are
    /// those of the headers `webhook-id` and `webhook-timestamp`.
    std::string sign(std::string_view id, base::WallTime sent, std::string_view body) const;

private:
    explicit WebhookSecret(std::string key) : key_(std::move(key)) {}

    std::string key_;
};

/// The value of the header `webhook-timestamp`: seconds since 1970.
std::string webhook_timestamp(base::WallTime sent);

}  // namespace earshot::outbound
