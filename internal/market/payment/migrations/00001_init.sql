-- +goose Up
CREATE TABLE payment_merchant (
    org      TEXT   NOT NULL,
    provider TEXT   NOT NULL,
    merchant TEXT   NOT NULL,
    token    BYTEA  NOT NULL, -- sealed authorisation, empty where the firm needs none
    account  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (org, provider)
);

CREATE TABLE payment_trade (
    number   TEXT   NOT NULL PRIMARY KEY, -- ours
    provider TEXT   NOT NULL,
    way      TEXT   NOT NULL,
    ref      TEXT   NOT NULL, -- the order
    org      TEXT   NOT NULL,
    merchant TEXT   NOT NULL,
    fen      BIGINT NOT NULL CHECK (fen > 0),
    state    TEXT   NOT NULL,
    firm     TEXT   NOT NULL, -- the firm's number, empty until paid
    ticket   JSONB  NOT NULL,
    created  BIGINT NOT NULL,
    expires  BIGINT NOT NULL,
    paid     BIGINT NOT NULL,
    settled  BIGINT NOT NULL -- seen on the firm's bill
);
CREATE UNIQUE INDEX payment_trade_open ON payment_trade (ref, provider, way) WHERE state = 'open';
CREATE INDEX payment_trade_ref ON payment_trade (ref, number);
CREATE INDEX payment_trade_bill ON payment_trade (provider, merchant, paid);

CREATE TABLE payment_notice (
    provider TEXT   NOT NULL,
    notice   TEXT   NOT NULL,
    number   TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    verdict  TEXT   NOT NULL,
    PRIMARY KEY (provider, notice)
);

CREATE TABLE payment_refund (
    number  TEXT   NOT NULL PRIMARY KEY,
    trade   TEXT   NOT NULL,
    ref     TEXT   NOT NULL,
    fen     BIGINT NOT NULL CHECK (fen > 0),
    reason  TEXT   NOT NULL,
    state   TEXT   NOT NULL,
    firm    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    done    BIGINT NOT NULL,
    settled BIGINT NOT NULL
);
CREATE INDEX payment_refund_trade ON payment_refund (trade, number);

-- Money that no order explains. Somebody owns each row until it is explained.
CREATE TABLE payment_suspense (
    id       TEXT   NOT NULL PRIMARY KEY,
    idem     TEXT   NOT NULL UNIQUE,
    provider TEXT   NOT NULL,
    merchant TEXT   NOT NULL,
    number   TEXT   NOT NULL,
    firm     TEXT   NOT NULL,
    fen      BIGINT NOT NULL,
    why      TEXT   NOT NULL,
    owner    TEXT   NOT NULL, -- role
    at       BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    solved   BIGINT NOT NULL,
    account  TEXT   NOT NULL,
    note     TEXT   NOT NULL
);
CREATE INDEX payment_suspense_open ON payment_suspense (id) WHERE solved = 0;

CREATE TABLE payment_bill (
    provider TEXT   NOT NULL,
    merchant TEXT   NOT NULL,
    day      TEXT   NOT NULL,
    lines    BIGINT NOT NULL,
    matched  BIGINT NOT NULL,
    differ   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (provider, merchant, day)
);
