-- +goose Up
CREATE TABLE http_answer (
    actor     TEXT   NOT NULL, -- account>subject, or address:…
    operation TEXT   NOT NULL,
    idem_key  TEXT   NOT NULL,
    hash      BYTEA  NOT NULL, -- SHA-256 of the request content
    body      BYTEA,           -- sealed answer; null only within its transaction
    at        BIGINT NOT NULL,
    PRIMARY KEY (actor, operation, idem_key)
);
CREATE INDEX http_answer_at ON http_answer (at);
