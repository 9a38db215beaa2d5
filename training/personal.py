"""Tells texts that name or reach a person, or hold a secret: addresses, numbers, handles, keys, letters, self-introductions.

A text is dropped, not cleaned: what a pattern overlooks in one sentence often stands in the next.
"""

import re

PATTERNS = [re.compile(pattern, flags) for pattern, flags in (
    (r"[\w.+-]+@[\w-]+\.\w+", 0),  # mail
    (r"https?://|www\.\w|\b[\w-]+\.(com|org|net|io|edu|gov|co\.uk|de|ru|cn)\b", re.IGNORECASE),
    (r"(?<!\w)@\w{3,}", 0),  # handle
    (r"(\+?\d[\s().-]?){8,}", 0),  # telephone, card, account
    (r"\b\d{1,3}(\.\d{1,3}){3}\b", 0),  # IP address
    (r"\b\d{2,5}\s+([A-Z]\w+\s+){1,3}(St|Street|Ave|Avenue|Rd|Road|Blvd|Lane|Ln|Drive|Dr)\b", 0),
    (r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{24,}\b", 0),  # key, token
    (r"\b(my name is|i am called|i'm called|my (wife|husband|son|daughter|boss|patient|client)('s name)? is)\b", re.IGNORECASE),
    (r"\b(dear|hi|hello|hey) (mr|mrs|ms|dr|prof)?\.? ?[A-Z][a-z]+ ?,", 0),
    (r"\b(sincerely|best regards|kind regards|yours truly|resume|curriculum vitae|cover letter|linkedin|diagnos\w+|ssn|passport)\b",
     re.IGNORECASE),
    (r"\b(Mr|Mrs|Ms|Dr|Prof)\.? [A-Z][a-z]+", 0),
    (r"\b(password|api[_ ]?key|secret key|bearer)\b", re.IGNORECASE),
)]


def is_personal(text):
    return any(pattern.search(text) for pattern in PATTERNS)
