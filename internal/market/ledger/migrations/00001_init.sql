-- +goose Up
CREATE TABLE ledger_journal (
    id       TEXT   NOT NULL PRIMARY KEY,
    book     TEXT   NOT NULL,
    day      TEXT   NOT NULL, -- 2006-01-02 in Asia/Shanghai
    at       BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    ref      TEXT   NOT NULL, -- what it is about: an order, a refund
    idem     TEXT   NOT NULL UNIQUE,
    reverses TEXT   NOT NULL,
    memo     TEXT   NOT NULL,
    actor    TEXT   NOT NULL,
    terms    TEXT   NOT NULL, -- hash of the frozen terms, hex
    hash     BYTEA  NOT NULL
);
CREATE INDEX ledger_journal_day ON ledger_journal (day, id);
CREATE INDEX ledger_journal_book ON ledger_journal (book, id);
CREATE INDEX ledger_journal_ref ON ledger_journal (ref, id);

CREATE TABLE ledger_leg (
    journal    TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    book       TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    side       TEXT   NOT NULL CHECK (side IN ('D', 'C')),
    fen        BIGINT NOT NULL CHECK (fen > 0),
    party      TEXT   NOT NULL,
    lot        TEXT   NOT NULL,
    order_line TEXT   NOT NULL,
    product    TEXT   NOT NULL,
    day        TEXT   NOT NULL,
    PRIMARY KEY (journal, seq)
);
CREATE INDEX ledger_leg_account ON ledger_leg (book, account, journal, seq);

-- Sums of legs: caches that `tianbo ledger verify` and Rebuild can make again.
CREATE TABLE ledger_balance (
    book    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    debit   BIGINT NOT NULL,
    credit  BIGINT NOT NULL,
    PRIMARY KEY (book, account)
);
CREATE TABLE ledger_daily (
    book    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    day     TEXT   NOT NULL,
    product TEXT   NOT NULL,
    debit   BIGINT NOT NULL,
    credit  BIGINT NOT NULL,
    PRIMARY KEY (book, account, day, product)
);

CREATE TABLE ledger_period (
    day      TEXT   NOT NULL PRIMARY KEY,
    journals BIGINT NOT NULL,
    root     BYTEA  NOT NULL,
    note     TEXT   NOT NULL, -- signed
    closed   BIGINT NOT NULL
);

CREATE TABLE ledger_key (
    verifier TEXT   NOT NULL PRIMARY KEY, -- public
    sealed   BYTEA  NOT NULL,
    created  BIGINT NOT NULL
);
