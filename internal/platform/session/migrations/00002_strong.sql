-- +goose Up
-- The person proved a second factor in this session.
ALTER TABLE session_session ADD COLUMN strong BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX session_session_expires ON session_session (expires);
