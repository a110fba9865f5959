-- +goose Up
CREATE TABLE interact_question (
    id       TEXT   NOT NULL PRIMARY KEY,
    room     TEXT   NOT NULL,
    session  TEXT   NOT NULL,
    line     TEXT   NOT NULL,
    account  TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    product  TEXT   NOT NULL, -- pinned when it was asked
    state    TEXT   NOT NULL, -- open, answered, merged
    into_id  TEXT   NOT NULL,
    assigned TEXT   NOT NULL,
    upvotes  BIGINT NOT NULL,
    answer   TEXT   NOT NULL,
    answered_by TEXT NOT NULL,
    answered_us BIGINT NOT NULL, -- where in the recording
    pinned   BOOLEAN NOT NULL,
    at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX interact_question_line ON interact_question (line);
CREATE INDEX interact_question_room ON interact_question (room, state, id);
CREATE INDEX interact_question_product ON interact_question (product, state, id);
CREATE TABLE interact_upvote (
    question TEXT NOT NULL,
    account  TEXT NOT NULL,
    PRIMARY KEY (question, account)
);
CREATE TABLE interact_bag (
    room    TEXT   NOT NULL,
    product TEXT   NOT NULL,
    place   BIGINT NOT NULL,
    PRIMARY KEY (room, product)
);
CREATE INDEX interact_bag_product ON interact_bag (product);
CREATE TABLE interact_pin (
    room    TEXT   NOT NULL,
    session TEXT   NOT NULL,
    product TEXT   NOT NULL,
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL, -- 0: now
    PRIMARY KEY (room, from_at)
);
CREATE TABLE interact_like (
    session TEXT   NOT NULL PRIMARY KEY,
    likes   BIGINT NOT NULL
);
CREATE TABLE interact_poll (
    id       TEXT   NOT NULL PRIMARY KEY,
    room     TEXT   NOT NULL,
    session  TEXT   NOT NULL,
    question TEXT   NOT NULL,
    options  JSONB  NOT NULL,
    opened   BIGINT NOT NULL,
    closes   BIGINT NOT NULL,
    closed   BOOLEAN NOT NULL
);
CREATE INDEX interact_poll_room ON interact_poll (room, id);
CREATE TABLE interact_vote (
    poll    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    choice  BIGINT NOT NULL,
    PRIMARY KEY (poll, account)
);
CREATE TABLE interact_draw (
    id        TEXT   NOT NULL PRIMARY KEY,
    room      TEXT   NOT NULL,
    session   TEXT   NOT NULL,
    title     TEXT   NOT NULL,
    prize     BIGINT NOT NULL,
    winners   BIGINT NOT NULL,
    opened    BIGINT NOT NULL,
    closes    BIGINT NOT NULL,
    seed      BYTEA  NOT NULL, -- sealed until drawn
    seed_hash TEXT   NOT NULL,
    list_hash TEXT   NOT NULL,
    drawn     BIGINT NOT NULL
);
CREATE INDEX interact_draw_room ON interact_draw (room, id);
CREATE TABLE interact_entry (
    id      TEXT   NOT NULL PRIMARY KEY,
    draw    TEXT   NOT NULL,
    account TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    place   BIGINT NOT NULL, -- 0: did not win
    at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX interact_entry_account ON interact_entry (draw, account);
CREATE INDEX interact_entry_draw ON interact_entry (draw, id);
CREATE TABLE interact_guest (
    room    TEXT   NOT NULL,
    session TEXT   NOT NULL,
    slot    TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (session, slot)
);
