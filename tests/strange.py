"""Texts that strangers write where a card, a plan or a number is expected."""

NUMBERS = {
    "of 5,000 digits": "9" * 5000,
    "of 400 digits": "9" * 400,
    "nan": "nan",
    "inf": "inf",
    "negative": "-1",
    "a truth value": "true",
    "a text": '"1"',
    "a list": "[1]",
    "a table": "{ a = 1 }",
    "a date": "1979-05-27",
}

DOCUMENTS = {
    "nested lists": b"a = " + b"[" * 50_000,
    "nested tables": b"a = " + b"{a=" * 50_000,
    "closed nested lists": b"a = " + b"[" * 900 + b"]" * 900,
    "dotted keys": b"a" + b".a" * 20_000 + b" = 1",
    "a key twice": b"a = 1\na = 2",
    "no UTF-8": b"a = '\xff'",
    "a zero byte": b"a = '\0'",
    "UTF-16": "a = 1".encode("utf-16"),
    "another text": b"hello",
    "nothing": b"",
    "a long text": b"a = '" + b"x" * 1_000_000 + b"'",
    "a long number": b"a = " + b"9" * 5000,
    "a surrogate": b'a = "\\ud800"',
}
