#pragma once

#include <curl/curl.h>
#include <memory>
#include <stdexcept>

namespace earshot::outbound {

/// Frees with `free`: libcurl's handles may all be pointers to void, so the type does not tell them apart.
template <auto free>
struct FreedBy {
    void operator()(auto* handle) const noexcept { free(handle); }
};

using EasyHandle = std::unique_ptr<CURL, FreedBy<&curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, FreedBy<&curl_multi_cleanup>>;
using UrlHandle = std::unique_ptr<CURLU, FreedBy<&curl_url_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, FreedBy<&curl_slist_free_all>>;
using CurlText = std::unique_ptr<char, FreedBy<&curl_free>>;

/// To be called before anything else of libcurl. Any thread.
inline void make_curl_ready() {
    static const bool is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!is_ready) throw std::runtime_error("libcurl does not start");
}

}  // namespace earshot::outbound
