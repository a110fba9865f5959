-- +goose Up
CREATE TABLE bus_outbox (
    id      TEXT   NOT NULL PRIMARY KEY, -- UUIDv7: in order of making
    subject TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    payload JSONB  NOT NULL,
    at      BIGINT NOT NULL,
    sent    BIGINT NOT NULL, -- 0: not yet published
    pending BIGINT NOT NULL  -- handlers that have not recorded it
);
CREATE INDEX bus_outbox_unsent ON bus_outbox (id) WHERE sent = 0;
CREATE INDEX bus_outbox_pending ON bus_outbox (sent) WHERE pending > 0 AND sent > 0;
CREATE INDEX bus_outbox_at ON bus_outbox (at);

CREATE TABLE bus_inbox (
    event   TEXT   NOT NULL,
    handler TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (event, handler)
);
CREATE INDEX bus_inbox_at ON bus_inbox (at);

CREATE TABLE bus_dead (
    event   TEXT   NOT NULL,
    handler TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    payload JSONB  NOT NULL,
    error   TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (event, handler)
);

CREATE TABLE bus_job (
    kind     TEXT   NOT NULL,
    key      TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    payload  JSONB  NOT NULL,
    version  BIGINT NOT NULL, -- raised by each rescheduling
    attempts BIGINT NOT NULL,
    lease    BIGINT NOT NULL, -- until when a worker holds it
    failed   BIGINT NOT NULL, -- when it was given up; 0: never
    error    TEXT   NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX bus_job_due ON bus_job (due) WHERE failed = 0;

CREATE TABLE bus_lease (
    name   TEXT   NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    until  BIGINT NOT NULL
);
