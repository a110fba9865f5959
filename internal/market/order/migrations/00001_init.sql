-- +goose Up
CREATE TABLE order_order (
    id        TEXT   NOT NULL PRIMARY KEY,
    idem      TEXT   NOT NULL UNIQUE, -- buyer and key
    hash      BYTEA  NOT NULL,        -- SHA-256 of what was asked
    buyer     TEXT   NOT NULL,
    account   TEXT   NOT NULL,
    org       TEXT   NOT NULL,
    room      TEXT   NOT NULL,
    session   TEXT   NOT NULL,
    video_us  BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    total     BIGINT NOT NULL CHECK (total > 0),
    placed    BIGINT NOT NULL,
    expires   BIGINT NOT NULL,
    paid      BIGINT NOT NULL,
    shipped   BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    claim_by  BIGINT NOT NULL,
    ended     BIGINT NOT NULL,
    carrier   TEXT   NOT NULL,
    tracking  TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    address   BYTEA  NOT NULL -- sealed
);
CREATE INDEX order_order_buyer ON order_order (buyer, id);
CREATE INDEX order_order_org ON order_order (org, state, id);
CREATE INDEX order_order_due ON order_order (expires) WHERE state = 'placed';
CREATE INDEX order_order_session ON order_order (session, id);

CREATE TABLE order_line (
    id       TEXT    NOT NULL PRIMARY KEY,
    parent   TEXT    NOT NULL,
    product  TEXT    NOT NULL,
    pack     TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    label    TEXT    NOT NULL,
    photo    TEXT    NOT NULL,
    net      BIGINT  NOT NULL,
    price    BIGINT  NOT NULL,
    version  BIGINT  NOT NULL,
    quantity BIGINT  NOT NULL CHECK (quantity > 0),
    fresh    BOOLEAN NOT NULL,
    placed   BIGINT  NOT NULL
);
CREATE INDEX order_line_parent ON order_line (parent, id);
CREATE INDEX order_line_pack ON order_line (pack, placed);

CREATE TABLE order_payment (
    id        TEXT   NOT NULL PRIMARY KEY,
    parent    TEXT   NOT NULL,
    method    TEXT   NOT NULL,
    reference TEXT   NOT NULL,
    fen       BIGINT NOT NULL,
    account   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    confirmed BIGINT NOT NULL,
    confirmer TEXT   NOT NULL
);
CREATE INDEX order_payment_parent ON order_payment (parent, id);
CREATE INDEX order_payment_open ON order_payment (id) WHERE confirmed = 0;
