-- +goose Up
CREATE TABLE chat_line (
    id       TEXT    NOT NULL PRIMARY KEY,
    room     TEXT    NOT NULL,
    session  TEXT    NOT NULL,
    account  TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    role     TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    question BOOLEAN NOT NULL,
    state    TEXT    NOT NULL, -- shown, held, refused, retracted
    reason   TEXT    NOT NULL,
    reports  BIGINT  NOT NULL,
    key      TEXT    NOT NULL, -- of the request, so that a retry is the same line
    at       BIGINT  NOT NULL
);
CREATE UNIQUE INDEX chat_line_key ON chat_line (account, key);
CREATE INDEX chat_line_session ON chat_line (session, at, id);
CREATE INDEX chat_line_state ON chat_line (room, state, id);
CREATE TABLE chat_mute (
    room    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    until   BIGINT NOT NULL,
    reason  TEXT   NOT NULL,
    set_by  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (room, account)
);
CREATE TABLE chat_setting (
    room         TEXT   NOT NULL PRIMARY KEY,
    slow_seconds BIGINT NOT NULL,
    words        JSONB  NOT NULL,
    first_timers TEXT   NOT NULL
);
CREATE TABLE chat_report (
    line    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    reason  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (line, account)
);
