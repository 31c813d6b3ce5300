#include "earshot/detect/language_tools.hpp"

namespace earshot::detect {

match::StemCache& LanguageTools::stems(std::string_view language) {
    std::string_view key = language.substr(0, language.find_first_of("-_"));
    if (!match::Stemmer::supports(key)) key = {};
    const auto found = stems_.find(key);
    if (found != stems_.end()) return found->second;
    return stems_.emplace(std::string(key), match::StemCache(key)).first->second;
}

}  // namespace earshot::detect
