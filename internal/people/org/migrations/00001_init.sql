-- +goose Up
CREATE TABLE org_org (
    id        TEXT   NOT NULL PRIMARY KEY,
    kind      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    region    TEXT   NOT NULL,
    village   TEXT   NOT NULL,
    about     TEXT   NOT NULL,
    contact   TEXT   NOT NULL,
    address   TEXT   NOT NULL,
    licence   TEXT   NOT NULL,
    exemption TEXT   NOT NULL,
    created   BIGINT NOT NULL
);
CREATE INDEX org_org_kind ON org_org (kind, id);

-- A part played: in an organisation, or (org empty) on the platform within a
-- region.
CREATE TABLE org_role (
    account TEXT   NOT NULL,
    org     TEXT   NOT NULL,
    role    TEXT   NOT NULL,
    region  TEXT   NOT NULL,
    since   BIGINT NOT NULL,
    PRIMARY KEY (account, org, role, region)
);
CREATE INDEX org_role_org ON org_role (org, account);

CREATE TABLE org_invite (
    id      TEXT   NOT NULL PRIMARY KEY,
    hash    BYTEA  NOT NULL UNIQUE, -- SHA-256 of the secret
    org     TEXT   NOT NULL,
    role    TEXT   NOT NULL,
    account TEXT   NOT NULL, -- who invites
    expires BIGINT NOT NULL,
    used    BIGINT NOT NULL
);
