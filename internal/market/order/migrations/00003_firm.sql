-- +goose Up
-- An order that was paid through a payment firm; others were paid by hand.
CREATE TABLE order_firm (
    parent   TEXT   NOT NULL PRIMARY KEY,
    provider TEXT   NOT NULL,
    trade    TEXT   NOT NULL,
    settled  BIGINT NOT NULL -- seen on the firm's bill
);
