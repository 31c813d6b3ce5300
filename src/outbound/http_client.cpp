#include "earshot/outbound/http_client.hpp"

#include "curl_handles.hpp"
#include "transfer.hpp"

#include <csignal>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>

namespace earshot::outbound {
namespace {

constexpr int k_longest_wait_ms = 60'000;  // libcurl ends it earlier where something is due

void block_pipe_signal() noexcept {
    // OpenSSL writes to a socket without MSG_NOSIGNAL with some versions of libcurl, and the signal ends the program.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

std::string_view failure_name(HttpFailure failure) noexcept {
    switch (failure) {
        case HttpFailure::none:
            return "none";
        case HttpFailure::bad_request:
            return "malformed request";
        case HttpFailure::refused_address:
            return "refused address";
        case HttpFailure::cannot_resolve:
            return "cannot resolve";
        case HttpFailure::cannot_connect:
            return "cannot connect";
        case HttpFailure::no_tls:
            return "TLS failed";
        case HttpFailure::timeout:
            return "timeout";
        case HttpFailure::broken_off:
            return "broken off";
        case HttpFailure::queue_full:
            return "queue full";
        case HttpFailure::stopped:
            return "stopped";
    }
    return "unknown";
}

class HttpClient::Impl {
public:
    explicit Impl(HttpClientOptions options) : options_(std::move(options)) {
        make_curl_ready();
        multi_.reset(curl_multi_init());
        if (!multi_) throw std::bad_alloc();
        curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
        thread_ = std::jthread([this] { run(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex_);
            is_over_ = true;
        }
        curl_multi_wakeup(multi_.get());
    }

    void post(HttpRequest request, HttpPoster::Done done) {
        HttpFailure failure = HttpFailure::none;
        {
            const std::lock_guard lock(mutex_);
            if (is_over_) {
                failure = HttpFailure::stopped;
            } else if (queue_.size() >= options_.queue) {
                failure = HttpFailure::queue_full;
            } else {
                queue_.push_back({std::move(request), std::move(done)});
            }
        }
        if (failure != HttpFailure::none) return done({failure, 0, {}, false});
        curl_multi_wakeup(multi_.get());
    }

    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return queue_.size() + under_way_count_;
    }

private:
    struct Queued {
        HttpRequest request;
        HttpPoster::Done done;
    };

    void run() noexcept {
        block_pipe_signal();
        while (begin()) {
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            // What was posted meanwhile has woken it up already, also where nobody waits yet.
            if (!end_done()) curl_multi_poll(multi_.get(), nullptr, 0, k_longest_wait_ms, nullptr);
        }
        give_up();
    }

    /// Begins what there is room for. False: it is over.
    bool begin() {
        while (true) {
            Queued next;
            {
                const std::lock_guard lock(mutex_);
                if (is_over_) return false;
                if (queue_.empty() || under_way_.size() >= options_.at_once) return true;
                next = std::move(queue_.front());
                queue_.pop_front();
                ++under_way_count_;
            }
            auto transfer = std::make_unique<Transfer>(std::move(next.request), std::move(next.done), options_);
            if (!transfer->prepare() || curl_multi_add_handle(multi_.get(), transfer->handle()) != CURLM_OK) {
                end(*transfer, {HttpFailure::bad_request, 0, {}, false});
                continue;
            }
            CURL* const handle = transfer->handle();
            under_way_.emplace(handle, std::move(transfer));
        }
    }

    /// Ends what libcurl is done with. False: nothing.
    bool end_done() {
        bool is_any = false;
        int left = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            is_any = true;
            const CURLcode code = message->data.result;  // the message goes with the handle's removal
            auto found = under_way_.find(message->easy_handle);
            curl_multi_remove_handle(multi_.get(), found->first);
            const auto transfer = std::move(found->second);
            under_way_.erase(found);
            end(*transfer, transfer->result(code));
        }
        return is_any;
    }

    void give_up() {
        for (const auto& [handle, transfer] : under_way_) {
            curl_multi_remove_handle(multi_.get(), handle);
            end(*transfer, {HttpFailure::stopped, 0, {}, false});
        }
        under_way_.clear();
        std::deque<Queued> queue;
        {
            const std::lock_guard lock(mutex_);
            queue.swap(queue_);
        }
        for (const Queued& queued : queue) queued.done({HttpFailure::stopped, 0, {}, false});
    }

    void end(Transfer& transfer, HttpResult result) {
        {
            const std::lock_guard lock(mutex_);
            --under_way_count_;
        }
        transfer.end(std::move(result));
    }

    const HttpClientOptions options_;
    MultiHandle multi_;

    mutable std::mutex mutex_;
    std::deque<Queued> queue_;
    std::size_t under_way_count_ = 0;
    bool is_over_ = false;

    // The thread's own.
    std::unordered_map<CURL*, std::unique_ptr<Transfer>> under_way_;

    std::jthread thread_;  // last: it uses all of the above
};

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;

void HttpClient::post(HttpRequest request, Done done) {
    impl_->post(std::move(request), std::move(done));
}

std::size_t HttpClient::waiting() const {
    return impl_->waiting();
}

}  // namespace earshot::outbound
