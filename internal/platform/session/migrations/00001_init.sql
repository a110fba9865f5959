-- +goose Up
CREATE TABLE session_session (
    hash      BYTEA   NOT NULL PRIMARY KEY, -- SHA-256 of the token
    id        TEXT    NOT NULL UNIQUE,
    account   TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    staff     BOOLEAN NOT NULL,
    act_grant TEXT    NOT NULL,
    created   BIGINT  NOT NULL,
    seen      BIGINT  NOT NULL,
    expires   BIGINT  NOT NULL
);
CREATE INDEX session_session_account ON session_session (account, seen);
