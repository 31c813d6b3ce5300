"""Texts by law: whatever can make a tokenizer err, mixed at random. Equal for equal seeds."""

import random
import unicodedata

# First and last code point of what words are written in, and of what stands between and upon letters.
SCRIPTS = [
    (0x61, 0x7A), (0xC0, 0xFF), (0x100, 0x24F), (0x1E00, 0x1EFF), (0x370, 0x3FF), (0x1F00, 0x1FFF), (0x400, 0x52F), (0x530, 0x58F),
    (0x590, 0x5FF), (0x600, 0x6FF), (0x700, 0x74F), (0x900, 0x97F), (0x980, 0x9FF), (0xB80, 0xBFF), (0xE00, 0xE7F), (0xE80, 0xEFF),
    (0xF00, 0xFFF), (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x1800, 0x18AF), (0x3040, 0x30FF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFF00, 0xFFEF), (0x10400, 0x1044F), (0x1D400, 0x1D7FF),
    (0x20000, 0x2A6DF), (0x2F800, 0x2FA1F),
]
MARKS = [(0x300, 0x36F), (0x591, 0x5C7), (0x64B, 0x65F), (0x93C, 0x94D), (0x302A, 0x302F), (0x3099, 0x309A), (0x1D165, 0x1D172)]
SYMBOLS = [(0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x22FF), (0x2600, 0x27BF), (0x3000, 0x303F), (0x1F300, 0x1FAFF)]
SPACES = " \t\n\r\u00a0\u1680\u2003\u2009\u2028\u2029\u202f\u205f\u3000"
NOTHING = "\0\x01\x0b\x0c\x1c\x7f\x85\x9f\u00ad\u0600\u180e\u200b\u200d\u200e\u2060\ufeff\ufffd\ue000\U000e0041\U000f0000"
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡§«»¿‐–—‘’“”…‹›、。「」・！？（）＄"
TELLING = ["[CLS]", "[SEP]", "[MASK]", "[UNK]", "##ing", "$3.50", "50%", "bob@x.io", "l'été", "can't", "don’t", "e-mail", "İstanbul",
           "ΣΊΣΥΦΟΣ", "straße", "ﬁne", "Å", "\u1100\u1161\u11a8", "≠", "≮", "\u037e", "\u1fef", "👩🏽‍💻", "🇪🇸", "e\u0301\u0323", "a\u0301b"]


class Texts:
    def __init__(self, seed: int, words: list[str]) -> None:
        self.random = random.Random(seed)
        self.words = words

    def point(self, ranges: list[tuple[int, int]]) -> str:
        return chr(self.random.randint(*self.random.choice(ranges)))

    def many(self, make, least: int, most: int) -> str:
        return "".join(make() for _ in range(self.random.randint(least, most)))

    def known(self) -> str:
        """A word that the vocabulary knows, or can be cut into what it knows."""
        word = self.many(lambda: self.random.choice(self.words).removeprefix("##"), 1, 3)
        return self.random.choice([str.lower, str.upper, str.title, lambda text: text])(word)

    def foreign(self) -> str:
        script = [self.random.choice(SCRIPTS)]
        return self.many(lambda: self.point(script), 1, 8)

    def accented(self) -> str:
        word = self.many(lambda: self.point(SCRIPTS[:3]) + self.many(lambda: self.point(MARKS), 0, 3), 1, 8)
        return unicodedata.normalize(self.random.choice(["NFC", "NFD", "NFKC", "NFKD"]), word)

    def broken(self) -> str:
        word = self.known()
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randint(0, len(word))
            word = word[:at] + self.random.choice(NOTHING + PUNCTUATION + SPACES) + word[at:]
        return word

    def any_point(self) -> str:
        point = self.random.randrange(0x110000 - 0x800)
        return chr(point if point < 0xD800 else point + 0x800)

    def part(self) -> str:
        kinds = [
            (8, self.known),
            (3, self.foreign),
            (3, self.accented),
            (2, self.broken),
            (2, lambda: self.many(lambda: self.random.choice(PUNCTUATION), 1, 4)),
            (2, lambda: self.many(lambda: self.random.choice(NOTHING), 1, 2)),
            (1, lambda: self.many(lambda: self.point(SYMBOLS), 1, 3)),
            (1, lambda: self.many(self.any_point, 1, 4)),
            (1, lambda: self.random.choice(TELLING)),
            (1, lambda: str(self.random.randrange(10 ** self.random.randint(1, 9)))),
        ]
        return self.random.choices([make for _, make in kinds], [weight for weight, _ in kinds])[0]()

    def overlong(self) -> str:
        """Words about as long as the longest that are looked up, in bytes and in code points."""
        return self.many(lambda: self.point([self.random.choice(SCRIPTS)]), 95, 105)

    def text(self) -> str:
        if self.random.random() < 0.02:
            return self.many(lambda: self.point(SCRIPTS[:1]), 97, 103) + self.part() if self.random.random() < 0.5 else self.overlong()
        parts = [self.part() for _ in range(self.random.randint(0, 12))]
        return "".join(part + self.random.choice(["", " ", " ", " ", self.random.choice(SPACES)]) for part in parts)
