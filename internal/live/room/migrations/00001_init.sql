-- +goose Up
CREATE TABLE room_room (
    id       TEXT    NOT NULL PRIMARY KEY,
    org      TEXT    NOT NULL,
    operator TEXT    NOT NULL,
    host     TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    cover    TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    topic    TEXT    NOT NULL,
    created  BIGINT  NOT NULL,
    state    TEXT    NOT NULL,
    session  TEXT    NOT NULL,
    sort_at  BIGINT  NOT NULL,
    key_hash BYTEA   NOT NULL, -- SHA-256 of the encoder's stream key; empty: none
    UNIQUE (org, host)
);
CREATE INDEX room_room_list ON room_room (state, sort_at, id);
CREATE INDEX room_room_host ON room_room (host);
CREATE INDEX room_room_key ON room_room (key_hash);

CREATE TABLE room_session (
    id         TEXT    NOT NULL PRIMARY KEY,
    room       TEXT    NOT NULL,
    host       TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    planned    BIGINT  NOT NULL,
    started    BIGINT  NOT NULL,
    away_since BIGINT  NOT NULL,
    ended      BIGINT  NOT NULL,
    end_reason TEXT    NOT NULL,
    freeze_reason TEXT NOT NULL,
    checklist  JSONB   NOT NULL,
    peak       BIGINT  NOT NULL,
    thumb      TEXT    NOT NULL,
    keep_until BIGINT  NOT NULL,
    hidden     BOOLEAN NOT NULL,
    erased     BIGINT  NOT NULL
);
CREATE INDEX room_session_room ON room_session (room, id);
CREATE INDEX room_session_state ON room_session (state, id);
CREATE INDEX room_session_keep ON room_session (keep_until);

-- A publish token proves the right to send one session's video.
CREATE TABLE room_token (
    hash    BYTEA  NOT NULL PRIMARY KEY, -- SHA-256
    room    TEXT   NOT NULL,
    session TEXT   NOT NULL,
    account TEXT   NOT NULL,
    slot    TEXT   NOT NULL, -- host, guest1 …
    expires BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
CREATE INDEX room_token_session ON room_token (session);

CREATE TABLE room_follow (
    room    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (room, account)
);
CREATE INDEX room_follow_account ON room_follow (account, at);

CREATE TABLE room_remind (
    session TEXT   NOT NULL,
    account TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (session, account)
);

CREATE TABLE room_hold (
    id       TEXT   NOT NULL PRIMARY KEY,
    session  TEXT   NOT NULL,
    casefile TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    account  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    released BIGINT NOT NULL,
    released_by TEXT NOT NULL
);
CREATE INDEX room_hold_session ON room_hold (session);

CREATE TABLE room_deletion (
    id       TEXT   NOT NULL PRIMARY KEY,
    session  TEXT   NOT NULL UNIQUE,
    asked_by TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    asked_at BIGINT NOT NULL,
    done_by  TEXT   NOT NULL,
    done_at  BIGINT NOT NULL
);
