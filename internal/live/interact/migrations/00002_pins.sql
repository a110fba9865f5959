-- +goose Up
CREATE INDEX interact_pin_session ON interact_pin (session, from_at);
CREATE INDEX interact_question_session ON interact_question (session);
