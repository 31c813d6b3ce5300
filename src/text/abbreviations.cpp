#include "abbreviations.hpp"

#include <array>

namespace earshot::text {
namespace {

// As written, letter case included.
constexpr std::array<std::string_view, 42> k_english_never_end{
    "Dr.",  "Mr.",   "Mrs.",  "Ms.",  "Mx.",  "Messrs.", "Prof.", "St.",    "Jr.",  "Sr.",     "Rev.",
    "Hon.", "Gov.",  "Sen.",  "Rep.", "Gen.", "Capt.",   "Col.",  "Lt.",    "Sgt.", "Maj.",    "Mt.",
    "Ft.",  "vs.",   "Vs.",   "e.g.", "E.g.", "i.e.",    "I.e.",  "etc.",   "cf.",  "approx.", "Ph.D.",
    "Inc.", "Corp.", "Dept.", "Est.", "Ave.", "Blvd.",   "Ext.",  "a.k.a.", "U.K."};
constexpr std::array<std::string_view, 22> k_english_may_end{
    "Ok.", "OK.", "Go.",  "Do.",  "On.",  "In.",  "To.",  "Is.",   "Up.",   "By.",  "As.",
    "Or.", "Ed.", "All.", "Pro.", "Job.", "Joe.", "Hat.", "Long.", "Link.", "Act.", "I."};
constexpr std::array<std::string_view, 4> k_english_before_digit{"No.", "no.", "Nos.", "nos."};

constexpr std::array<std::string_view, 42> k_spanish_never_end{
    "Sr.",  "Sra.",   "Srta.",  "Sres.", "Sras.",  "Dr.",    "Dra.", "Dres.",  "Ud.",    "Uds.", "Vd.",
    "Vds.", "Prof.",  "Profa.", "Ing.",  "Lic.",   "Licda.", "Arq.", "Abog.",  "Gral.",  "Cap.", "Cnel.",
    "Sto.", "Sta.",   "Mons.",  "Hno.",  "Hna.",   "Avda.",  "Av.",  "Dpto.",  "Depto.", "Tel.", "tel.",
    "Cía.", "EE.UU.", "p.ej.",  "P.ej.", "p. ej.", "etc.",   "vs.",  "aprox.", "admón."};
constexpr std::array<std::string_view, 8> k_spanish_may_end{"Bien.", "All.", "Sol.", "Rol.",
                                                            "Seg.",  "Kit.", "mar.", "fin."};
constexpr std::array<std::string_view, 8> k_spanish_before_digit{"No.",  "no.",  "Nº.",  "nº.",
                                                                 "Núm.", "núm.", "Nro.", "nro."};

}  // namespace

SentenceExceptions sentence_exceptions(std::string_view iso_language) noexcept {
    if (iso_language == "en") {
        return {.never_end = k_english_never_end, .may_end = k_english_may_end, .before_digit = k_english_before_digit};
    }
    if (iso_language == "es") {
        return {.never_end = k_spanish_never_end, .may_end = k_spanish_may_end, .before_digit = k_spanish_before_digit};
    }
    return {};
}

}  // namespace earshot::text
