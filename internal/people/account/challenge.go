package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"tianbo/internal/kernel/id"
)

const (
	challengeLife     = 5 * time.Minute
	challengeAttempts = 5
)

// Kinds of steps begun.
const (
	stepSecond   = "second"   // the second factor of a sign-in
	stepRegister = "register" // a passkey being made
	stepPasskey  = "passkey"  // a passkey being used
)

// begin remembers a step and gives the secret that finishes it, in the running
// transaction.
func (m *Module) begin(ctx context.Context, kind string, account id.Account, data any) (string, error) {
	text, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("remembering a step: %w", err)
	}
	secret := rand.Text()
	now := m.Clock.Now()
	if err := sweepChallenges(ctx, now); err != nil {
		return "", err
	}
	return secret, insertChallenge(ctx, hashOf(secret), kind, account, text, now.Add(challengeLife))
}

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
