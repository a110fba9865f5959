-- +goose Up
-- Who set a price for whom, and the verdict on what was struck through: the
-- rule's version and the highest price it allowed.
ALTER TABLE catalog_price ADD COLUMN on_behalf TEXT NOT NULL DEFAULT '';
ALTER TABLE catalog_price ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE catalog_price ADD COLUMN ceiling BIGINT NOT NULL DEFAULT 0;

-- Who changed a product last, and for whom.
ALTER TABLE catalog_product ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE catalog_product ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE catalog_product ADD COLUMN changed_for TEXT NOT NULL DEFAULT '';
