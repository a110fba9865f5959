-- +goose Up
CREATE TABLE account_account (
    id          TEXT    NOT NULL PRIMARY KEY,
    phone       BYTEA   NOT NULL, -- sealed
    phone_index BYTEA   NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    lang        TEXT    NOT NULL,
    elder       BOOLEAN NOT NULL,
    created     BIGINT  NOT NULL,
    suspended   TEXT    NOT NULL,
    erase_at    BIGINT  NOT NULL,
    erased      BIGINT  NOT NULL
);

CREATE TABLE account_code (
    phone_index BYTEA  NOT NULL PRIMARY KEY,
    hash        BYTEA  NOT NULL,
    sent        BIGINT NOT NULL,
    expires     BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    day         TEXT   NOT NULL,
    sent_today  BIGINT NOT NULL
);

CREATE TABLE account_address (
    id      TEXT    NOT NULL PRIMARY KEY,
    account TEXT    NOT NULL,
    sealed  BYTEA   NOT NULL,
    main    BOOLEAN NOT NULL,
    at      BIGINT  NOT NULL
);
CREATE INDEX account_address_account ON account_address (account, id);

CREATE TABLE account_verification (
    id        TEXT   NOT NULL PRIMARY KEY,
    account   TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    real_name BYTEA  NOT NULL, -- sealed
    id_number BYTEA  NOT NULL, -- sealed
    birth     BYTEA  NOT NULL, -- sealed
    guardian  BYTEA  NOT NULL, -- sealed
    reason    TEXT   NOT NULL,
    asked     BIGINT NOT NULL,
    decided   BIGINT NOT NULL,
    decided_by TEXT  NOT NULL,
    checked   BIGINT NOT NULL
);
CREATE INDEX account_verification_account ON account_verification (account, id);
CREATE INDEX account_verification_state ON account_verification (state, id);

CREATE TABLE account_grant (
    id      TEXT   NOT NULL PRIMARY KEY,
    owner   TEXT   NOT NULL,
    helper  TEXT   NOT NULL,
    scopes  JSONB  NOT NULL,
    since   BIGINT NOT NULL,
    until   BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
CREATE INDEX account_grant_owner ON account_grant (owner, id);
CREATE INDEX account_grant_helper ON account_grant (helper, id);

CREATE TABLE account_consent (
    account   TEXT   NOT NULL,
    purpose   TEXT   NOT NULL,
    version   TEXT   NOT NULL,
    given     BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,
    PRIMARY KEY (account, purpose, given)
);

CREATE TABLE account_audit (
    id      TEXT   NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT   NOT NULL,
    on_behalf TEXT NOT NULL,
    action  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    detail  TEXT   NOT NULL,
    address TEXT   NOT NULL
);
CREATE INDEX account_audit_actor ON account_audit (actor, id);
CREATE INDEX account_audit_subject ON account_audit (subject, id);
