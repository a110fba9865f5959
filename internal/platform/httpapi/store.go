package httpapi

import (
	"context"
	"embed"
	"fmt"

	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are those of the answers kept for repeats.
func Migrations() sqldb.Migrations { return sqldb.Migrations{Module: "http", FS: migrations} }

// answer is one row of http_answer.
type answer struct {
	Actor, Operation, Key string
	Hash                  [32]byte
	Body                  []byte
	At                    int64
}

// context binds a sealed answer to its row.
func (a answer) context() []byte {
	return []byte("http_answer " + a.Actor + " " + a.Operation + " " + a.Key)
}

// claimKey reserves the key; false when it was used before.
func claimKey(ctx context.Context, a answer) (bool, error) {
	res, err := sqldb.From(ctx).Exec(ctx,
		`INSERT INTO http_answer (actor, operation, idem_key, hash, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (actor, operation, idem_key) DO NOTHING`,
		a.Actor, a.Operation, a.Key, a.Hash[:], a.At)
	if err != nil {
		return false, fmt.Errorf("claiming an idempotency key: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func storeAnswer(ctx context.Context, a answer, sealed []byte) error {
	_, err := sqldb.From(ctx).Exec(ctx,
		`UPDATE http_answer SET body = $4 WHERE actor = $1 AND operation = $2 AND idem_key = $3`,
		a.Actor, a.Operation, a.Key, sealed)
	if err != nil {
		return fmt.Errorf("storing an answer: %w", err)
	}
	return nil
}

func loadAnswer(ctx context.Context, a answer) (answer, error) {
	var hash []byte
	row := sqldb.From(ctx).QueryRow(ctx,
		`SELECT hash, body FROM http_answer WHERE actor = $1 AND operation = $2 AND idem_key = $3`,
		a.Actor, a.Operation, a.Key)
	if err := row.Scan(&hash, &a.Body); err != nil {
		return a, fmt.Errorf("loading an answer: %w", err)
	}
	a.Hash = [32]byte{}
	copy(a.Hash[:], hash)
	return a, nil
}

func deleteAnswers(ctx context.Context, before int64) (int64, error) {
	res, err := sqldb.From(ctx).Exec(ctx, `DELETE FROM http_answer WHERE at < $1`, before)
	if err != nil {
		return 0, fmt.Errorf("deleting old answers: %w", err)
	}
	return res.RowsAffected()
}
