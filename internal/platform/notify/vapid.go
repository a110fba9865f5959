package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// VAPID is the key by which push services know this server (RFC 8292). All
// subscriptions are made for it: losing it loses them.
type VAPID struct {
	private *ecdsa.PrivateKey
	public  string
}

// LoadVAPID reads the key in a folder, making it on the first start.
func LoadVAPID(dir string) (*VAPID, error) {
	path := filepath.Join(dir, "push.key")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newVAPID(path)
	}
	if err != nil {
		return nil, fmt.Errorf("push key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("push key: %s is damaged; restore it from the backup", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("push key: %w", err)
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, errors.New("push key: it is not on the curve P-256")
	}
	return withPublic(private)
}

func newVAPID(path string) (*VAPID, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the push key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("making the push key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("folder of the push key: %w", err)
	}
	// Another process may start at the same moment: whoever links first has
	// made the key, and both read it.
	f, err := os.CreateTemp(filepath.Dir(path), ".push-*")
	if err != nil {
		return nil, fmt.Errorf("writing the push key: %w", err)
	}
	defer os.Remove(f.Name())
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("writing the push key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("writing the push key: %w", err)
	}
	return LoadVAPID(filepath.Dir(path))
}

func withPublic(private *ecdsa.PrivateKey) (*VAPID, error) {
	public, err := private.PublicKey.ECDH()
	if err != nil {
		return nil, fmt.Errorf("push key: %w", err)
	}
	return &VAPID{private, base64.RawURLEncoding.EncodeToString(public.Bytes())}, nil
}

// Public is the key that browsers subscribe with.
func (v *VAPID) Public() string { return v.public }

// token is a JWT (ES256) for one push service.
func (v *VAPID) token(endpoint *url.URL, contact string, now time.Time) (string, error) {
	claims, err := json.Marshal(map[string]any{
		"aud": endpoint.Scheme + "://" + endpoint.Host, "exp": now.Add(12 * time.Hour).Unix(), "sub": contact,
	})
	if err != nil {
		return "", fmt.Errorf("encoding a push token: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, v.private, digest[:])
	if err != nil {
		return "", fmt.Errorf("signing a push token: %w", err)
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature[:]), nil
}
