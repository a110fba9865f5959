package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

// Photo is an uploaded picture.
type Photo struct {
	ID            id.Upload
	By            id.Account
	Hash          string
	Width, Height int64
	At            time.Time
}

func insertPhoto(ctx context.Context, p Photo) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO catalog_photo (id, account, hash, width, height, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		p.ID, p.By, p.Hash, p.Width, p.Height, clock.Micros(p.At))
	if err != nil {
		return fmt.Errorf("inserting a picture: %w", err)
	}
	return nil
}

func loadPhoto(ctx context.Context, photo id.Upload) (Photo, error) {
	p := Photo{ID: photo}
	var at int64
	err := sqldb.From(ctx).QueryRow(ctx, `SELECT account, hash, width, height, at FROM catalog_photo WHERE id = $1`, photo).
		Scan(&p.By, &p.Hash, &p.Width, &p.Height, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("loading a picture: %w", err)
	}
	p.At = clock.FromMicros(at)
	return p, nil
}

// photosExist is nil when all of the pictures have been uploaded.
func photosExist(ctx context.Context, photos []id.Upload) error {
	if len(photos) == 0 {
		return nil
	}
	text, err := json.Marshal(photos)
	if err != nil {
		return err
	}
	var n int
	err = sqldb.From(ctx).QueryRow(ctx, `SELECT COUNT(*) FROM catalog_photo WHERE id IN `+sqldb.InJSON(ctx, "$1"), string(text)).Scan(&n)
	if err != nil {
		return fmt.Errorf("looking for pictures: %w", err)
	}
	if n != len(photos) {
		return ErrPhotos
	}
	return nil
}

// prices gives a pack's price history, the newest first.
func prices(ctx context.Context, pack id.Pack, before int64, limit int) ([]Price, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT version, price, was, account, at, on_behalf, rule, ceiling FROM catalog_price
		WHERE pack = $1 AND version < $2 ORDER BY version DESC LIMIT $3`, pack, before, limit)
	if err != nil {
		return nil, fmt.Errorf("listing prices: %w", err)
	}
	defer rows.Close()
	var out []Price
	for rows.Next() {
		var p Price
		var at int64
		if err := rows.Scan(&p.Version, &p.Price, &p.Was, &p.By, &at, &p.For, &p.Rule, &p.Ceiling); err != nil {
			return nil, fmt.Errorf("reading a price: %w", err)
		}
		p.At = clock.FromMicros(at)
		out = append(out, p)
	}
	return out, rows.Err()
}

func productsBy(ctx context.Context, account id.Account) ([]Product, error) {
	return scanProducts(sqldb.From(ctx).Query(ctx, `SELECT `+productColumns+` FROM catalog_product WHERE account = $1 ORDER BY id`, account))
}

func picturesBy(ctx context.Context, account id.Account) ([]MadePicture, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, at FROM catalog_photo WHERE account = $1 ORDER BY id`, account)
	if err != nil {
		return nil, fmt.Errorf("listing pictures: %w", err)
	}
	defer rows.Close()
	var out []MadePicture
	for rows.Next() {
		var p MadePicture
		var at int64
		if err := rows.Scan(&p.ID, &at); err != nil {
			return nil, fmt.Errorf("reading a picture: %w", err)
		}
		p.At = clock.FromMicros(at)
		out = append(out, p)
	}
	return out, rows.Err()
}
