package search

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"

	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the package's table.
func Migrations() sqldb.Migrations { return sqldb.Migrations{Module: "search", FS: migrations} }

func replace(ctx context.Context, index, thing string, tokens []string) error {
	q := sqldb.From(ctx)
	if _, err := q.Exec(ctx, `DELETE FROM search_posting WHERE idx = $1 AND thing = $2`, index, thing); err != nil {
		return fmt.Errorf("forgetting words: %w", err)
	}
	if len(tokens) == 0 {
		return nil
	}
	text, err := json.Marshal(tokens)
	if err != nil {
		return err
	}
	source := `SELECT CAST($1 AS TEXT), value, CAST($2 AS TEXT) FROM json_each($3) WHERE TRUE`
	if sqldb.DialectOf(ctx) == sqldb.Postgres {
		source = `SELECT CAST($1 AS TEXT), jsonb_array_elements_text(CAST($3 AS JSONB)), CAST($2 AS TEXT)`
	}
	_, err = q.Exec(ctx, `INSERT INTO search_posting (idx, token, thing) `+source+` ON CONFLICT DO NOTHING`, index, thing, string(text))
	if err != nil {
		return fmt.Errorf("recording words: %w", err)
	}
	return nil
}

// find intersects the postings: the first term drives, newest first, and each
// other one is a look-up by primary key.
func find(ctx context.Context, index string, terms []string, before string, limit int) ([]string, error) {
	query := `SELECT p.thing FROM search_posting p WHERE p.idx = $1 AND p.token = $2 AND p.thing < $3`
	args := []any{index, terms[0], before}
	for _, t := range terms[1:] {
		args = append(args, t)
		query += fmt.Sprintf(` AND EXISTS (SELECT 1 FROM search_posting x WHERE x.idx = $1 AND x.token = $%d AND x.thing = p.thing)`, len(args))
	}
	args = append(args, limit)
	query += fmt.Sprintf(` ORDER BY p.thing DESC LIMIT $%d`, len(args))
	rows, err := sqldb.From(ctx).Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var thing string
		if err := rows.Scan(&thing); err != nil {
			return nil, fmt.Errorf("searching: %w", err)
		}
		out = append(out, thing)
	}
	return out, rows.Err()
}
