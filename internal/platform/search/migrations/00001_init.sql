-- +goose Up
CREATE TABLE search_posting (
    idx   TEXT NOT NULL,
    token TEXT NOT NULL,
    thing TEXT NOT NULL,
    PRIMARY KEY (idx, token, thing)
);
CREATE INDEX search_posting_thing ON search_posting (idx, thing);
