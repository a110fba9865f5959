-- +goose Up
CREATE TABLE catalog_product (
    id        TEXT    NOT NULL PRIMARY KEY,
    org       TEXT    NOT NULL,
    account   TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    story     TEXT    NOT NULL,
    origin    TEXT    NOT NULL,
    place     TEXT    NOT NULL,
    method    TEXT    NOT NULL,
    photos    JSONB   NOT NULL,
    ship_to   JSONB   NOT NULL,
    harvested BIGINT  NOT NULL,
    fresh     BOOLEAN NOT NULL,
    created   BIGINT  NOT NULL
);
CREATE INDEX catalog_product_org ON catalog_product (org, id);
CREATE INDEX catalog_product_state ON catalog_product (state, id);

CREATE TABLE catalog_pack (
    id      TEXT   NOT NULL PRIMARY KEY,
    product TEXT   NOT NULL,
    label   TEXT   NOT NULL,
    net     BIGINT NOT NULL CHECK (net > 0),
    price   BIGINT NOT NULL CHECK (price > 0),
    was     BIGINT NOT NULL CHECK (was >= 0),
    version BIGINT NOT NULL,
    free    BIGINT NOT NULL CHECK (free >= 0),
    held    BIGINT NOT NULL CHECK (held >= 0),
    taken   BIGINT NOT NULL CHECK (taken >= 0)
);
CREATE INDEX catalog_pack_product ON catalog_pack (product, id);

-- Prices as they were set; never changed, never deleted.
CREATE TABLE catalog_price (
    pack    TEXT   NOT NULL,
    version BIGINT NOT NULL,
    price   BIGINT NOT NULL,
    was     BIGINT NOT NULL,
    account TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (pack, version)
);

CREATE TABLE catalog_photo (
    id      TEXT   NOT NULL PRIMARY KEY,
    account TEXT   NOT NULL,
    hash    TEXT   NOT NULL,
    width   BIGINT NOT NULL,
    height  BIGINT NOT NULL,
    at      BIGINT NOT NULL
);
