package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// once runs a write at most once for its key. The claim of the key, the
// effect and the stored answer commit together; of two equal requests at the
// same moment one waits for the other and gets its answer.
func once[I, O any](ctx context.Context, a *API, op Op, in *I, run func(context.Context, *I) (*O, error)) (*O, error) {
	content, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("hashing the request: %w", err)
	}
	claim := answer{
		Actor: caller(ctx), Operation: op.ID, Key: IdempotencyKey(ctx),
		Hash: sha256.Sum256(content), At: clock.Micros(a.deps.Clock.Now()),
	}
	var out *O
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		out = nil
		mine, err := claimKey(ctx, claim)
		if err != nil {
			return err
		}
		if !mine {
			out, err = replay[O](ctx, a, claim)
			return err
		}
		if out, err = run(ctx, in); err != nil {
			return err
		}
		text, err := json.Marshal(out)
		if err != nil {
			return fmt.Errorf("storing the answer of %s: %w", op.ID, err)
		}
		sealed, err := a.deps.Sealer.Seal(text, claim.context())
		if err != nil {
			return fmt.Errorf("sealing the answer of %s: %w", op.ID, err)
		}
		return storeAnswer(ctx, claim, sealed)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func replay[O any](ctx context.Context, a *API, claim answer) (*O, error) {
	first, err := loadAnswer(ctx, claim)
	if err != nil {
		return nil, err
	}
	if first.Hash != claim.Hash {
		return nil, errKeyReused
	}
	text, err := a.deps.Sealer.Open(first.Body, claim.context())
	if err != nil {
		return nil, fmt.Errorf("opening the answer of %s: %w", claim.Operation, err)
	}
	out := new(O)
	if err := json.Unmarshal(text, out); err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", claim.Operation, err)
	}
	return out, nil
}

// caller separates the keys of different people: account and subject, or the
// address of a visitor.
func caller(ctx context.Context) string {
	actor := authz.From(ctx)
	if !actor.SignedIn() {
		return "address:" + Address(ctx)
	}
	return string(actor.Account) + ">" + string(actor.Subject())
}

// Sweep forgets answers older than age and returns how many. Clients retry
// within hours; a week is kept.
func (a *API) Sweep(ctx context.Context, age time.Duration) (int64, error) {
	before := clock.Micros(a.deps.Clock.Now().Add(-age))
	var n int64
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		n, err = deleteAnswers(ctx, before)
		return err
	})
	return n, err
}
