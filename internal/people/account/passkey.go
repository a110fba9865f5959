package account

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

const mostPasskeys = 10

// sealedPasskey is a passkey as stored.
type sealedPasskey struct {
	Passkey
	account    id.Account
	credential []byte
}

func passkeyContext(key string) string { return "account_passkey credential " + key }

// holder is a person as the library sees them.
type holder struct {
	Account
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h holder) WebAuthnName() string                       { return MaskPhone(h.Phone) }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holder loads a person with their credentials.
func (m *Module) holder(ctx context.Context, account id.Account) (holder, error) {
	a, err := m.get(ctx, account)
	if err != nil {
		return holder{}, err
	}
	rows, err := passkeys(ctx, account)
	if err != nil {
		return holder{}, err
	}
	h := holder{Account: a}
	for _, r := range rows {
		text, err := m.Sealer.OpenText(r.credential, passkeyContext(r.ID))
		if err != nil {
			return h, err
		}
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return h, fmt.Errorf("reading a passkey: %w", err)
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// relying is this site as passkeys know it. They are bound to its host name:
// the configured one, else the one that the browser is at.
func (m *Module) relying(origin string) (*webauthn.WebAuthn, error) {
	if m.URL != "" {
		origin = m.URL
	}
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return nil, ErrOrigin
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: m.Platform, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil, ErrOrigin.Wrap(err)
	}
	return w, nil
}

// Ceremony is one begun: what the browser is asked, and the secret that
// finishes it.
type Ceremony struct {
	Secret  string
	Options json.RawMessage
}

func (m *Module) ceremony(ctx context.Context, kind string, account id.Account, session *webauthn.SessionData, options any) (Ceremony, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("encoding a ceremony: %w", err)
	}
	c := Ceremony{Options: text}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		c.Secret, err = m.begin(ctx, kind, account, session)
		return err
	})
	return c, err
}

// AddPasskey begins the making of a passkey.
func (m *Module) AddPasskey(ctx context.Context, origin string) (Ceremony, error) {
	if err := mayChange(ctx); err != nil {
		return Ceremony{}, err
	}
	h, err := m.holder(ctx, authz.From(ctx).Account)
	if err != nil {
		return Ceremony{}, err
	}
	if len(h.keys) >= mostPasskeys {
		return Ceremony{}, ErrPasskeys
	}
	site, err := m.relying(origin)
	if err != nil {
		return Ceremony{}, err
	}
	var known []protocol.CredentialDescriptor
	for _, k := range h.keys {
		known = append(known, k.Descriptor())
	}
	options, session, err := site.BeginRegistration(h, webauthn.WithExclusions(known))
	if err != nil {
		return Ceremony{}, fmt.Errorf("beginning a passkey: %w", err)
	}
	return m.ceremony(ctx, stepRegister, h.ID, session, options)
}

// FinishPasskey keeps the passkey that the browser has made. The first factor
// brings recovery codes, shown once.
func (m *Module) FinishPasskey(ctx context.Context, origin, secret, name string, answer json.RawMessage) (key Passkey, recovery []string, err error) {
	if err := mayChange(ctx); err != nil {
		return key, nil, err
	}
	account := authz.From(ctx).Account
	session, owner, err := m.finish(ctx, stepRegister, secret)
	if err != nil || owner != account {
		return key, nil, cmp.Or[error](err, ErrStepOver)
	}
	site, err := m.relying(origin)
	if err != nil {
		return key, nil, err
	}
	h, err := m.holder(ctx, account)
	if err != nil {
		return key, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return key, nil, ErrPasskey.Wrap(err)
	}
	made, err := site.CreateCredential(h, session, parsed)
	if err != nil {
		return key, nil, ErrPasskey.Wrap(err)
	}
	key = Passkey{ID: keyID(made.ID), Name: clip(name, 40), Created: m.Clock.Now()}
	if key.Name == "" {
		key.Name = "通行密钥"
	}
	sealed, err := m.sealCredential(key.ID, made)
	if err != nil {
		return key, nil, err
	}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		fresh, err := insertPasskey(ctx, sealedPasskey{key, account, sealed})
		if err != nil || !fresh {
			return cmp.Or[error](err, ErrPasskey)
		}
		recovery, err = m.added(ctx, "account.passkey_added", key.ID)
		return err
	})
	return key, recovery, err
}

func keyID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func (m *Module) sealCredential(key string, c *webauthn.Credential) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encoding a passkey: %w", err)
	}
	return m.Sealer.Text(string(text), passkeyContext(key))
}

// finish takes a step begun; it works once.
func (m *Module) finish(ctx context.Context, kind, secret string) (session webauthn.SessionData, account id.Account, err error) {
	var c challenge
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		c, err = takeChallenge(ctx, hashOf(secret), kind, m.Clock.Now())
		return err
	})
	if err != nil {
		return session, "", err
	}
	return session, c.account, json.Unmarshal(c.data, &session)
}

// RemovePasskey takes one of the actor's passkeys away.
func (m *Module) RemovePasskey(ctx context.Context, key string) error {
	return sqldb.Write(ctx, func(ctx context.Context) error {
		if err := mayChange(ctx); err != nil {
			return err
		}
		account := authz.From(ctx).Account
		if err := deletePasskey(ctx, account, key); err != nil {
			return err
		}
		return m.removed(ctx, account, "account.passkey_removed", key)
	})
}

// AskPasskey begins a sign-in by passkey. Nothing in it depends on who asks.
func (m *Module) AskPasskey(ctx context.Context, origin string) (Ceremony, error) {
	site, err := m.relying(origin)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := site.BeginDiscoverableLogin()
	if err != nil {
		return Ceremony{}, fmt.Errorf("beginning a sign-in: %w", err)
	}
	return m.ceremony(ctx, stepPasskey, "", session, options)
}

// SignInByPasskey exchanges a passkey's answer for a session. A passkey that
// has checked its holder is two factors by itself.
func (m *Module) SignInByPasskey(ctx context.Context, origin, secret, device string, answer json.RawMessage) (Admission, error) {
	site, err := m.relying(origin)
	if err != nil {
		return Admission{}, err
	}
	session, _, err := m.finish(ctx, stepPasskey, secret)
	if err != nil {
		return Admission{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Admission{}, ErrPasskey.Wrap(err)
	}
	user, credential, err := site.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		return m.holder(ctx, id.Account(handle))
	}, session, parsed)
	if err != nil {
		return Admission{}, ErrPasskey.Wrap(err)
	}
	if credential.Authenticator.CloneWarning {
		return Admission{}, ErrPasskey.Wrap(errors.New("the signature counter went back: the passkey may have been copied"))
	}
	key := keyID(credential.ID)
	sealed, err := m.sealCredential(key, credential)
	if err != nil {
		return Admission{}, err
	}
	var a Admission
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		if err := usePasskey(ctx, key, sealed, m.Clock.Now()); err != nil {
			return err
		}
		a, err = m.admit(ctx, user.(holder).Account, device, true)
		return err
	})
	return a, err
}
