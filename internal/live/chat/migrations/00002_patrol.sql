-- +goose Up
-- Lines that wait for a person, over all rooms.
CREATE INDEX chat_line_held ON chat_line (id) WHERE state = 'held';
CREATE INDEX chat_line_reported ON chat_line (id) WHERE reports > 0 AND state = 'shown';
-- When somebody looked at a report and let the line stand; 0: not yet.
ALTER TABLE chat_report ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;
