-- +goose Up
-- What became of an order after it was placed, and by whose hand: an act of a
-- helper names both (代操作).
CREATE TABLE order_step (
    id        TEXT   NOT NULL PRIMARY KEY,
    parent    TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    account   TEXT   NOT NULL, -- empty: the server itself
    on_behalf TEXT   NOT NULL,
    note      TEXT   NOT NULL
);
CREATE INDEX order_step_parent ON order_step (parent, id);

-- Money to be given back: due when the order closes, sent by the seller.
CREATE TABLE order_refund (
    parent    TEXT   NOT NULL PRIMARY KEY,
    fen       BIGINT NOT NULL CHECK (fen > 0),
    due       BIGINT NOT NULL,
    sent      BIGINT NOT NULL,
    account   TEXT   NOT NULL,
    reference TEXT   NOT NULL
);
CREATE INDEX order_refund_open ON order_refund (due) WHERE sent = 0;

ALTER TABLE order_payment ADD COLUMN denied BIGINT NOT NULL DEFAULT 0;
DROP INDEX order_payment_open;
CREATE UNIQUE INDEX order_payment_one ON order_payment (parent) WHERE confirmed = 0 AND denied = 0;
CREATE INDEX order_payment_open ON order_payment (id) WHERE confirmed = 0 AND denied = 0;

-- The lowest deal of a week is one step in this index.
CREATE INDEX order_line_deal ON order_line (pack, price);
