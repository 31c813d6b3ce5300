#pragma once

#include "support/encoder/safetensors_file.hpp"

#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace earshot::encoder {

/// BERT written down as its paper has it, in 64 bits and without a thought of speed, with random weights: what the
/// runtime's vectors are held against.
class PlainBert {
public:
    static constexpr std::size_t k_width = 12;
    static constexpr std::size_t k_heads = 3;
    static constexpr std::size_t k_inner = 20;
    static constexpr std::size_t k_layers = 2;
    static constexpr std::size_t k_entries = 40;
    static constexpr std::size_t k_positions = 32;

    PlainBert() {
        add("embeddings.word_embeddings.weight", {k_entries, k_width});
        add("embeddings.position_embeddings.weight", {k_positions, k_width});
        add("embeddings.token_type_embeddings.weight", {2, k_width});
        add_norm("embeddings.LayerNorm");
        for (std::size_t i = 0; i < k_layers; ++i) {
            for (const char* part : {"query", "key", "value"})
                add_linear(layer(i) + "attention.self." + part, k_width, k_width);
            add_linear(layer(i) + "attention.output.dense", k_width, k_width);
            add_norm(layer(i) + "attention.output.LayerNorm");
            add_linear(layer(i) + "intermediate.dense", k_inner, k_width);
            add_linear(layer(i) + "output.dense", k_width, k_inner);
            add_norm(layer(i) + "output.LayerNorm");
        }
    }

    const SafetensorsFile& file() const { return file_; }

    /// The last layer's vector of each token.
    std::vector<std::vector<double>> tokens(std::span<const std::int32_t> ids) const {
        std::vector<std::vector<double>> rows;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            std::vector<double> row(k_width);
            for (std::size_t j = 0; j < k_width; ++j) {
                row[j] = at("embeddings.word_embeddings.weight", static_cast<std::size_t>(ids[i]) * k_width + j) +
                         at("embeddings.position_embeddings.weight", i * k_width + j) +
                         at("embeddings.token_type_embeddings.weight", j);
            }
            rows.push_back(norm("embeddings.LayerNorm", row));
        }
        for (std::size_t i = 0; i < k_layers; ++i) rows = through(layer(i), rows);
        return rows;
    }

private:
    static std::string layer(std::size_t number) { return "encoder.layer." + std::to_string(number) + "."; }

    void add(const std::string& name, const std::vector<std::size_t>& shape) {
        std::size_t size = 1;
        for (const std::size_t side : shape) size *= side;
        std::vector<float>& numbers = numbers_[name];
        for (std::size_t i = 0; i < size; ++i) numbers.push_back(static_cast<float>(random_() % 2'000) / 1'000 - 1);
        file_.add(name, shape, numbers);
    }
    void add_linear(const std::string& name, std::size_t rows, std::size_t columns) {
        add(name + ".weight", {rows, columns});
        add(name + ".bias", {rows});
    }
    void add_norm(const std::string& name) {
        add(name + ".weight", {k_width});
        add(name + ".bias", {k_width});
    }
    double at(const std::string& name, std::size_t i) const { return static_cast<double>(numbers_.at(name)[i]); }

    std::vector<double> linear(const std::string& name, const std::vector<double>& from) const {
        std::vector<double> to;
        for (std::size_t row = 0; row < numbers_.at(name + ".bias").size(); ++row) {
            double sum = at(name + ".bias", row);
            for (std::size_t i = 0; i < from.size(); ++i) sum += at(name + ".weight", row * from.size() + i) * from[i];
            to.push_back(sum);
        }
        return to;
    }

    std::vector<double> norm(const std::string& name, std::vector<double> row) const {
        double mean = 0;
        double variance = 0;
        for (const double value : row) mean += value / static_cast<double>(row.size());
        for (const double value : row) variance += (value - mean) * (value - mean) / static_cast<double>(row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = (row[i] - mean) / std::sqrt(variance + 1e-12) * at(name + ".weight", i) + at(name + ".bias", i);
        }
        return row;
    }

    std::vector<std::vector<double>> through(const std::string& name,
                                             const std::vector<std::vector<double>>& rows) const {
        std::vector<std::vector<double>> queries;
        std::vector<std::vector<double>> keys;
        std::vector<std::vector<double>> values;
        for (const std::vector<double>& row : rows) {
            queries.push_back(linear(name + "attention.self.query", row));
            keys.push_back(linear(name + "attention.self.key", row));
            values.push_back(linear(name + "attention.self.value", row));
        }
        std::vector<std::vector<double>> out;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::vector<double> heard = linear(name + "attention.output.dense", attend(queries[i], keys, values));
            const std::vector<double> attended = norm(name + "attention.output.LayerNorm", sum(rows[i], heard));
            std::vector<double> wide = linear(name + "intermediate.dense", attended);
            for (double& value : wide) value *= (1 + std::erf(value / std::sqrt(2.0))) / 2;
            out.push_back(norm(name + "output.LayerNorm", sum(attended, linear(name + "output.dense", wide))));
        }
        return out;
    }

    static std::vector<double> attend(const std::vector<double>& query, const std::vector<std::vector<double>>& keys,
                                      const std::vector<std::vector<double>>& values) {
        constexpr std::size_t k_size = k_width / k_heads;
        std::vector<double> mixed(k_width, 0);
        for (std::size_t head = 0; head < k_heads; ++head) {
            std::vector<double> shares;
            double all = 0;
            for (const std::vector<double>& key : keys) {
                double likeness = 0;
                for (std::size_t i = head * k_size; i < (head + 1) * k_size; ++i) likeness += query[i] * key[i];
                shares.push_back(std::exp(likeness / std::sqrt(static_cast<double>(k_size))));
                all += shares.back();
            }
            for (std::size_t token = 0; token < keys.size(); ++token) {
                for (std::size_t i = head * k_size; i < (head + 1) * k_size; ++i) {
                    mixed[i] += shares[token] / all * values[token][i];
                }
            }
        }
        return mixed;
    }

    static std::vector<double> sum(std::vector<double> a, const std::vector<double>& b) {
        for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
        return a;
    }

    std::mt19937 random_{17};
    std::map<std::string, std::vector<float>> numbers_;
    SafetensorsFile file_;
};

}  // namespace earshot::encoder
