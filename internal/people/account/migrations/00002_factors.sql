-- +goose Up
-- One pending verification a person.
CREATE UNIQUE INDEX account_verification_pending ON account_verification (account) WHERE state = 'pending';

-- When the guardian's telephone confirmed the consent; 0: it has not.
ALTER TABLE account_verification ADD COLUMN guardian_at BIGINT NOT NULL DEFAULT 0;

-- A step begun and to be finished within minutes: the second factor of a
-- sign-in, a passkey being made or used.
CREATE TABLE account_challenge (
    hash     BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of its secret
    kind     TEXT   NOT NULL,
    account  TEXT   NOT NULL,
    data     BYTEA  NOT NULL,
    attempts BIGINT NOT NULL,
    expires  BIGINT NOT NULL
);
CREATE INDEX account_challenge_expires ON account_challenge (expires);

CREATE TABLE account_passkey (
    id         TEXT   NOT NULL PRIMARY KEY, -- base64url of the credential's own
    account    TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    credential BYTEA  NOT NULL, -- sealed
    created    BIGINT NOT NULL,
    used       BIGINT NOT NULL
);
CREATE INDEX account_passkey_account ON account_passkey (account, id);

CREATE TABLE account_totp (
    account   TEXT   NOT NULL PRIMARY KEY,
    secret    BYTEA  NOT NULL, -- sealed
    confirmed BIGINT NOT NULL,
    step      BIGINT NOT NULL -- the last one used, which never works again
);

CREATE TABLE account_recovery (
    account TEXT  NOT NULL,
    hash    BYTEA NOT NULL,
    PRIMARY KEY (account, hash)
);

CREATE TABLE account_push (
    id       TEXT   NOT NULL PRIMARY KEY,
    account  TEXT   NOT NULL,
    device   TEXT   NOT NULL,
    endpoint BYTEA  NOT NULL UNIQUE, -- SHA-256
    sealed   BYTEA  NOT NULL,
    created  BIGINT NOT NULL
);
CREATE INDEX account_push_account ON account_push (account, id);

-- What was kept of an erased person, and why.
CREATE TABLE account_erasure (
    account TEXT   NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    kept    JSONB  NOT NULL
);

CREATE INDEX account_audit_behalf ON account_audit (on_behalf, id);
CREATE INDEX account_audit_action ON account_audit (action, id);
