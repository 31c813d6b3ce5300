#!/usr/bin/env python3
"""usage: word_frequencies.py WORDFREQ_FOLDER

Prints how often words are said in English and Spanish, half and half: lines of a word, a tab and its share of all words, by
falling share. WORDFREQ_FOLDER is the unpacked package wordfreq; the lists taken hold all words above one in a million.
"""

import gzip
import sys
from collections import defaultdict
from pathlib import Path

import msgpack

LANGUAGES = ("en", "es")


def read_list(path: Path) -> list[list[str]]:
    """Entry n holds the words whose share is 10 ** (-n / 100)."""
    header, *buckets = msgpack.unpackb(gzip.decompress(path.read_bytes()))
    if header != {"format": "cB", "version": 1}:
        raise SystemExit(f"{path}: a list of an unknown format: {header}")
    return buckets


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    shares: dict[str, float] = defaultdict(float)
    for language in LANGUAGES:
        for centibels, words in enumerate(read_list(Path(sys.argv[1]) / f"wordfreq/data/small_{language}.msgpack.gz")):
            for word in words:
                shares[word] += 10 ** (-centibels / 100) / len(LANGUAGES)
    for word, share in sorted(shares.items(), key=lambda item: (-item[1], item[0])):
        print(f"{word}\t{share:.3e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
