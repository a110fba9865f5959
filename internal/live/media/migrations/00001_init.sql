-- +goose Up
CREATE TABLE media_channel (
    session TEXT   NOT NULL,
    slot    TEXT   NOT NULL,
    room    TEXT   NOT NULL,
    origin  BIGINT NOT NULL, -- µs: zero of the timeline
    epoch   BIGINT NOT NULL, -- the last one given out
    ended   BIGINT NOT NULL, -- µs, 0 while open
    PRIMARY KEY (session, slot)
);
CREATE TABLE media_file (
    session  TEXT   NOT NULL,
    slot     TEXT   NOT NULL,
    seq      BIGINT NOT NULL,
    epoch    BIGINT NOT NULL,
    start_us BIGINT NOT NULL,
    length_us BIGINT NOT NULL,
    init_size BIGINT NOT NULL,
    size     BIGINT NOT NULL,
    gops     JSONB  NOT NULL, -- [[start µs, length µs, offset, size], …]
    sha256   BYTEA  NOT NULL,
    key      TEXT   NOT NULL,
    PRIMARY KEY (session, slot, seq)
);
CREATE TABLE media_gap (
    session  TEXT   NOT NULL,
    slot     TEXT   NOT NULL,
    start_us BIGINT NOT NULL,
    length_us BIGINT NOT NULL,
    reason   TEXT   NOT NULL,
    PRIMARY KEY (session, slot, start_us)
);
