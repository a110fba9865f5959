package catalog

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/unit"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const productColumns = `id, org, account, state, title, story, origin, place, method, photos, ship_to, harvested, fresh, created, changed, changed_by, changed_for`

func scanProduct(row interface{ Scan(...any) error }) (Product, error) {
	var p Product
	var origin, photos, shipTo string
	var harvested, created, changed int64
	err := row.Scan(&p.ID, &p.Org, &p.By, &p.State, &p.Title, &p.Story, &origin, &p.Place, &p.Method, &photos, &shipTo, &harvested, &p.Fresh, &created,
		&changed, &p.ChangedBy, &p.ChangedFor)
	if err != nil {
		return p, err
	}
	p.Changed = clock.FromMicros(changed)
	p.Origin, p.Harvested, p.Created = geo.Region(origin), clock.FromMicros(harvested), clock.FromMicros(created)
	return p, errors.Join(json.Unmarshal([]byte(photos), &p.Photos), json.Unmarshal([]byte(shipTo), &p.ShipTo))
}

func lists(p Product) (photos, shipTo string, err error) {
	a, err := json.Marshal(append([]id.Upload{}, p.Photos...))
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(append([]geo.Region{}, p.ShipTo...))
	return string(a), string(b), err
}

func insertProduct(ctx context.Context, p Product) error {
	photos, shipTo, err := lists(p)
	if err != nil {
		return err
	}
	_, err = sqldb.From(ctx).Exec(ctx, `INSERT INTO catalog_product (`+productColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		p.ID, p.Org, p.By, p.State, p.Title, p.Story, string(p.Origin), p.Place, p.Method, photos, shipTo, clock.Micros(p.Harvested), p.Fresh, clock.Micros(p.Created),
		clock.Micros(p.Changed), p.ChangedBy, p.ChangedFor)
	if err != nil {
		return fmt.Errorf("inserting a product: %w", err)
	}
	return nil
}

func updateProduct(ctx context.Context, p Product) error {
	photos, shipTo, err := lists(p)
	if err != nil {
		return err
	}
	_, err = sqldb.From(ctx).Exec(ctx, `UPDATE catalog_product SET state = $2, title = $3, story = $4, origin = $5, place = $6, method = $7,
		photos = $8, ship_to = $9, harvested = $10, fresh = $11, changed = $12, changed_by = $13, changed_for = $14 WHERE id = $1`,
		p.ID, p.State, p.Title, p.Story, string(p.Origin), p.Place, p.Method, photos, shipTo, clock.Micros(p.Harvested), p.Fresh,
		clock.Micros(p.Changed), p.ChangedBy, p.ChangedFor)
	if err != nil {
		return fmt.Errorf("updating a product: %w", err)
	}
	return nil
}

func loadProduct(ctx context.Context, product id.Product) (Product, error) {
	p, err := scanProduct(sqldb.From(ctx).QueryRow(ctx, `SELECT `+productColumns+` FROM catalog_product WHERE id = $1`, product))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("loading a product: %w", err)
	}
	return p, nil
}

func scanProducts(rows *sql.Rows, err error) ([]Product, error) {
	if err != nil {
		return nil, fmt.Errorf("listing products: %w", err)
	}
	defer rows.Close()
	var out []Product
	for rows.Next() {
		p, err := scanProduct(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a product: %w", err)
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func productsByIDs(ctx context.Context, ids []string) ([]Product, error) {
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return scanProducts(sqldb.From(ctx).Query(ctx, `SELECT `+productColumns+` FROM catalog_product WHERE id IN `+sqldb.InJSON(ctx, "$1")+` ORDER BY id DESC`, string(text)))
}

func listedProducts(ctx context.Context, before string, limit int) ([]Product, error) {
	return scanProducts(sqldb.From(ctx).Query(ctx, `SELECT `+productColumns+` FROM catalog_product
		WHERE state = 'listed' AND id < $1 ORDER BY id DESC LIMIT $2`, before, limit))
}

// sellerProducts gives a seller's products; all states when all is set.
func sellerProducts(ctx context.Context, org id.Org, all bool, before string, limit int) ([]Product, error) {
	return scanProducts(sqldb.From(ctx).Query(ctx, `SELECT `+productColumns+` FROM catalog_product
		WHERE org = $1 AND (CAST($2 AS BOOLEAN) OR state = 'listed') AND id < $3 ORDER BY id DESC LIMIT $4`, org, all, before, limit))
}

const packColumns = `id, product, label, net, price, was, version, free, held, taken`

func scanPack(row interface{ Scan(...any) error }) (Pack, error) {
	var p Pack
	var net int64
	err := row.Scan(&p.ID, &p.Product, &p.Label, &net, &p.Price, &p.Was, &p.Version, &p.Free, &p.Held, &p.Taken)
	p.Net = unit.Grams(net)
	return p, err
}

func insertPack(ctx context.Context, p Pack) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO catalog_pack (`+packColumns+`) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, 0, 0)`,
		p.ID, p.Product, p.Label, int64(p.Net), p.Price, p.Version, p.Free)
	if err != nil {
		return fmt.Errorf("inserting a pack: %w", err)
	}
	return nil
}

// packsOf gives the packs of products, in the order they were added.
func packsOf(ctx context.Context, products []Product) (map[id.Product][]Pack, error) {
	ids := make([]id.Product, len(products))
	for i, p := range products {
		ids[i] = p.ID
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+packColumns+` FROM catalog_pack WHERE product IN `+sqldb.InJSON(ctx, "$1")+` ORDER BY id`, string(text))
	if err != nil {
		return nil, fmt.Errorf("listing packs: %w", err)
	}
	defer rows.Close()
	out := map[id.Product][]Pack{}
	for rows.Next() {
		p, err := scanPack(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a pack: %w", err)
		}
		out[p.Product] = append(out[p.Product], p)
	}
	return out, rows.Err()
}

func loadPack(ctx context.Context, pack id.Pack) (Pack, error) {
	p, err := scanPack(sqldb.From(ctx).QueryRow(ctx, `SELECT `+packColumns+` FROM catalog_pack WHERE id = $1`, pack))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("loading a pack: %w", err)
	}
	return p, nil
}

// setPrice makes an entry the pack's price and appends it to the history.
func setPrice(ctx context.Context, p Pack, e Price) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE catalog_pack SET price = $2, was = $3, version = $4 WHERE id = $1`, p.ID, e.Price, e.Was, e.Version)
	if err == nil {
		_, err = sqldb.From(ctx).Exec(ctx, `INSERT INTO catalog_price (pack, version, price, was, account, at, on_behalf, rule, ceiling)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, p.ID, e.Version, e.Price, e.Was, e.By, clock.Micros(e.At), e.For, e.Rule, e.Ceiling)
	}
	if err != nil {
		return fmt.Errorf("setting a price: %w", err)
	}
	return nil
}

// setFree sets the free units; what is held or taken is not touched.
func setFree(ctx context.Context, pack id.Pack, free int64) error {
	_, err := sqldb.From(ctx).Exec(ctx, `UPDATE catalog_pack SET free = $2 WHERE id = $1`, pack, free)
	if err != nil {
		return fmt.Errorf("setting stock: %w", err)
	}
	return nil
}

// moves are the only ways that stock changes hands. Each is one conditional
// statement: it happens whole or not at all.
var moves = map[string]string{
	"hold":    `UPDATE catalog_pack SET free = free - $2, held = held + $2 WHERE id = $1 AND free >= $2 RETURNING free`,
	"release": `UPDATE catalog_pack SET free = free + $2, held = held - $2 WHERE id = $1 AND held >= $2 RETURNING free`,
	"take":    `UPDATE catalog_pack SET held = held - $2, taken = taken + $2 WHERE id = $1 AND held >= $2 RETURNING free`,
	"return":  `UPDATE catalog_pack SET free = free + $2, taken = taken - $2 WHERE id = $1 AND taken >= $2 RETURNING free`,
}

// moveStock makes a move of n units; ok is false when the units are not there.
func moveStock(ctx context.Context, move string, pack id.Pack, n int64) (free int64, ok bool, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, moves[move], pack, n).Scan(&free)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("moving stock (%s): %w", move, err)
	}
	return free, true, nil
}

// lockPack reads a pack and keeps its row from changing until the transaction
// ends: a row lock on PostgreSQL; SQLite's one writer has it anyway.
func lockPack(ctx context.Context, pack id.Pack) (Pack, error) {
	p, err := scanPack(sqldb.From(ctx).QueryRow(ctx, `UPDATE catalog_pack SET free = free WHERE id = $1 RETURNING `+packColumns, pack))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("locking a pack: %w", err)
	}
	return p, nil
}
