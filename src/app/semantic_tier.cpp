#include "earshot/app/semantic_tier.hpp"

#include "earshot/app/tracker_file.hpp"
#include "earshot/base/hash.hpp"
#include "earshot/encoder/encoders.hpp"

#include <filesystem>
#include <optional>
#include <utility>

namespace earshot::app {
namespace {

/// The encoder's windows as module meaning asks for them.
class LiveWindows final : public semantic::WindowEncoder {
public:
    LiveWindows(encoder::BatchEncoder& encoder, semantic::ModelCard card, std::size_t max_waiting)
        : encoder_(encoder), card_(std::move(card)), max_waiting_(max_waiting) {}

    const semantic::ModelCard& card() const noexcept override { return card_; }

    void submit(std::string_view text, Answer answer) override {
        encoder_.submit(text, [answer = std::move(answer)](const encoder::Encoded& encoded) {
            answer(encoded.vector ? std::span<const float>(*encoded.vector) : std::span<const float>());
        });
    }

    double load() const noexcept override {
        return static_cast<double>(encoder_.stats().waiting) / static_cast<double>(max_waiting_);
    }

private:
    encoder::BatchEncoder& encoder_;
    semantic::ModelCard card_;
    std::size_t max_waiting_;
};

struct Table {
    semantic::StaticTable table;
    std::string identity;
};

base::Result<Table> load_table(const std::filesystem::path& file) {
    auto bytes = read_file(file.string());
    if (!bytes) return bytes.error();
    std::string identity = std::to_string(base::hash_bytes(*bytes));
    auto table = semantic::StaticTable::parse(*bytes);
    if (!table) return table.error();
    return Table{std::move(*table), std::move(identity)};
}

}  // namespace

struct SemanticTier::Parts {
    std::optional<encoder::Encoders> encoders;
    std::unique_ptr<LiveWindows> windows;
    meaning::Instruments instruments;
    double default_threshold = semantic::k_default_threshold;
    std::unique_ptr<meaning::Fitter> fitter;
    std::unique_ptr<meaning::SemanticScorer> scorer;

    explicit Parts(meaning::Instruments made) : instruments(std::move(made)) {}

    /// The encoder's answers refer to the scorer's utterances, and the fitter's to the encoder.
    ~Parts() {
        scorer.reset();
        fitter.reset();
        if (encoders) encoders->live->stop();
    }
};

base::Result<std::unique_ptr<SemanticTier>> SemanticTier::load(const Settings::Semantic& settings,
                                                               meaning::ValueKeeper* keeper,
                                                               const semantic::ScorerSettings& scoring) {
    const std::filesystem::path folder = settings.model;
    encoder::BatchOptions options;
    options.threads = settings.encoder_threads;
    options.max_waiting = settings.encoder_queue;
    options.cache_bytes = settings.cache_bytes;
    auto encoders = encoder::load_encoders(folder, options);
    if (!encoders) return encoders.error();
    auto table = load_table(encoders->folder.static_table);
    if (!table) return table.error();
    if (table->table.model() != encoders->folder.card.identity) {
        return base::Error{base::Errc::invalid_value,
                           "the static table " + encoders->folder.static_table.string() +
                               " was made of another model: run earshot make-static-table",
                           {},
                           {}};
    }
    auto parts = std::make_unique<Parts>(
        meaning::Instruments{encoders->sequencer.pieces(), std::move(table->table), std::move(table->identity)});
    parts->encoders = std::move(*encoders);
    parts->default_threshold = parts->encoders->folder.threshold;
    parts->windows =
        std::make_unique<LiveWindows>(*parts->encoders->live, parts->encoders->folder.card, settings.encoder_queue);
    if (settings.stages == Settings::Semantic::Stages::all) {
        parts->instruments.phrases = parts->encoders->exact.get();
        parts->instruments.windows = parts->windows.get();
    }
    parts->fitter = std::make_unique<meaning::Fitter>(parts->instruments, keeper);
    meaning::SemanticScorerOptions scorer_options;
    scorer_options.queue = settings.queue;
    scorer_options.encodes_open = settings.encode_open;
    scorer_options.scoring = scoring;
    parts->scorer = std::make_unique<meaning::SemanticScorer>(parts->instruments, *parts->fitter, scorer_options);
    return std::unique_ptr<SemanticTier>(new SemanticTier(std::move(parts)));
}

SemanticTier::SemanticTier(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SemanticTier::~SemanticTier() = default;

meaning::SemanticScorer& SemanticTier::scorer() noexcept {
    return *parts_->scorer;
}

double SemanticTier::default_threshold() const noexcept {
    return parts_->default_threshold;
}

std::string SemanticTier::description() const {
    if (!parts_->instruments.phrases) return "static table";
    return parts_->encoders->folder.card.name + ", " + parts_->encoders->live_precision;
}

SemanticFigures SemanticTier::figures() const {
    SemanticFigures figures;
    figures.scoring = parts_->scorer->counters();
    figures.fitting = parts_->fitter->counters();
    const encoder::BatchStats encoding = parts_->encoders->live->stats();
    figures.encoder_cpu_seconds = encoding.cpu_seconds;
    figures.encoder_waiting = encoding.waiting;
    figures.encoder_cache_hits = encoding.cache_hits;
    return figures;
}

}  // namespace earshot::app
