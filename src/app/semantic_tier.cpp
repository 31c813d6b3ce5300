#include "earshot/app/semantic_tier.hpp"

#include "earshot/app/tracker_file.hpp"
#include "earshot/base/hash.hpp"
#include "earshot/encoder/encoders.hpp"
#include "earshot/encoder/read_sequencer.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
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

base::Error with_remedy(base::Error error, const std::string& remedy) {
    error.message += ": " + remedy;
    return error;
}

std::string make_table_command(const std::filesystem::path& folder) {
    return "earshot make-static-table --model " + folder.string() + " makes one";
}

struct Table {
    semantic::StaticTable table;
    std::string identity;
};

/// The static table of the model that `folder` holds.
base::Result<Table> load_table(const std::filesystem::path& folder, const encoder::ModelFolder& model) {
    const std::string file = model.static_table.string();
    auto bytes = read_file(file);
    if (!bytes)
        return with_remedy({bytes.error().code, describe(bytes.error(), file), {}, {}}, make_table_command(folder));
    std::string identity = std::to_string(base::hash_bytes(*bytes));
    auto table = semantic::StaticTable::parse(*bytes);
    if (!table) {
        return with_remedy({table.error().code, describe(table.error(), file), {}, {}}, make_table_command(folder));
    }
    if (table->model() != model.card.identity) {
        return with_remedy({base::Errc::invalid_value, file + " was made of another model", {}, {}},
                           make_table_command(folder));
    }
    return Table{std::move(*table), std::move(identity)};
}

base::Result<encoder::ModelFolder> read_model(const std::filesystem::path& folder) {
    if (std::error_code unknown; std::filesystem::is_directory(folder, unknown))
        return encoder::read_model_folder(folder);
    return base::Error{base::Errc::io_failed,
                       "there is no folder " + folder.string() + " with a model: scripts/setup model gets one",
                       {},
                       {}};
}

base::Result<encoder::Encoders> load_encoders(const Settings::Semantic& settings) {
    encoder::BatchOptions options;
    options.threads = settings.encoder_threads;
    options.max_waiting = settings.encoder_queue;
    options.cache_bytes = settings.cache_bytes;
    auto encoders = encoder::load_encoders(settings.model, options);
    if (encoders || encoders.error().code != base::Errc::unsupported) return encoders;
    return with_remedy(encoders.error(), "with semantic.stages: static the table is enough");
}

}  // namespace

struct SemanticTier::Parts {
    std::optional<encoder::Encoders> encoders;  // none where the table alone is asked for
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
                                                               const semantic::ScorerSettings& scoring,
                                                               base::Duration patience) {
    const std::filesystem::path folder = settings.model;
    auto model = read_model(folder);
    if (!model) return model.error();
    auto sequencer = encoder::read_sequencer(*model);
    if (!sequencer) return sequencer.error();
    auto table = load_table(folder, *model);
    if (!table) return table.error();
    auto parts = std::make_unique<Parts>(
        meaning::Instruments{sequencer->pieces(), std::move(table->table), std::move(table->identity)});
    parts->default_threshold = parts->instruments.default_threshold = model->threshold;
    if (settings.stages == Settings::Semantic::Stages::all) {
        auto encoders = load_encoders(settings);
        if (!encoders) return encoders.error();
        parts->encoders = std::move(*encoders);
        parts->windows = std::make_unique<LiveWindows>(*parts->encoders->live, model->card, settings.encoder_queue);
        parts->instruments.phrases = parts->encoders->exact.get();
        parts->instruments.windows = parts->windows.get();
    }
    parts->fitter = std::make_unique<meaning::Fitter>(parts->instruments, keeper);
    if (keeper) parts->fitter->warm_up();
    meaning::SemanticScorerOptions scorer_options;
    scorer_options.queue = settings.queue;
    scorer_options.encodes_open = settings.encode_open;
    scorer_options.scoring = scoring;
    scorer_options.patience = patience;
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
    if (!parts_->encoders) return "static table";
    return parts_->encoders->folder.card.name + ", " + parts_->encoders->live_precision;
}

SemanticFigures SemanticTier::figures() const {
    SemanticFigures figures;
    figures.scoring = parts_->scorer->counters();
    figures.fitting = parts_->fitter->counters();
    if (!parts_->encoders) return figures;
    const encoder::BatchStats encoding = parts_->encoders->live->stats();
    figures.encoder_cpu_seconds = encoding.cpu_seconds;
    figures.encoder_waiting = encoding.waiting;
    figures.encoder_cache_hits = encoding.cache_hits;
    return figures;
}

}  // namespace earshot::app
