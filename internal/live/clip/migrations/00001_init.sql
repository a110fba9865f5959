-- +goose Up
CREATE TABLE clip_clip (
    id       TEXT   NOT NULL PRIMARY KEY,
    session  TEXT   NOT NULL,
    room     TEXT   NOT NULL,
    product  TEXT   NOT NULL,
    title    TEXT   NOT NULL,
    from_us  BIGINT NOT NULL,
    to_us    BIGINT NOT NULL,
    start_us BIGINT NOT NULL,
    length_us BIGINT NOT NULL,
    size     BIGINT NOT NULL,
    state    TEXT   NOT NULL,
    problem  TEXT   NOT NULL,
    account  TEXT   NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX clip_clip_session ON clip_clip (session, id);
CREATE INDEX clip_clip_product ON clip_clip (product, id);
