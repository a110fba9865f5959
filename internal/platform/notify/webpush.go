package notify

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tianbo/internal/kernel/clock"
)

// Subscription is where a browser may be pushed to, as it gave it.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"` // base64url, uncompressed point
	Auth     string `json:"auth"`   // base64url, 16 bytes
}

// Message is one push. A later one of the same topic replaces an earlier one
// that has not arrived yet.
type Message struct {
	Payload []byte // at most 3993 bytes
	TTL     time.Duration
	Urgent  bool
	Topic   string // at most 32 letters, digits, - and _
}

var (
	// ErrPushGone: the browser has taken the subscription back. Forget it.
	ErrPushGone = errors.New("the push subscription is gone")
	// ErrPushRefused: the push service will never take this message.
	ErrPushRefused = errors.New("the push service refused")
	// ErrSubscription: what was given is no subscription.
	ErrSubscription = errors.New("malformed push subscription")
)

// PushLaterError says that the push service asks for patience.
type PushLaterError struct {
	Wait  time.Duration // what it asked for; zero when it did not say
	cause error
}

func (e *PushLaterError) Error() string { return "the push service is busy: " + e.cause.Error() }

// Unwrap gives the cause.
func (e *PushLaterError) Unwrap() error { return e.cause }

// WebPush sends encrypted messages to browsers through their push services
// (RFC 8030), which cannot read them (RFC 8291) and know who sends (RFC 8292).
type WebPush struct {
	Key     *VAPID
	Contact string // mailto: or https:, for the push service to complain to
	Client  *http.Client
	Clock   clock.Clock
}

const (
	recordSize  = 4096
	mostPayload = recordSize - 86 - 16 - 1 // header, tag, padding mark
	pushTimeout = 10 * time.Second
)

// Send delivers to the push service. The error is nil, ErrPushGone,
// ErrPushRefused or a PushLaterError; it never holds the endpoint, which is a
// secret of the person.
func (w *WebPush) Send(ctx context.Context, s Subscription, m Message) error {
	endpoint, err := s.Check()
	if err != nil {
		return err
	}
	body, err := seal(s, m.Payload)
	if err != nil {
		return err
	}
	token, err := w.Key.token(endpoint, w.Contact, w.Clock.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return ErrSubscription
	}
	r.Header.Set("Content-Encoding", "aes128gcm")
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("TTL", strconv.Itoa(int(m.TTL.Seconds())))
	r.Header.Set("Authorization", "vapid t="+token+", k="+w.Key.Public())
	if m.Urgent {
		r.Header.Set("Urgency", "high")
	}
	if m.Topic != "" {
		r.Header.Set("Topic", m.Topic)
	}
	response, err := w.Client.Do(r)
	if err != nil {
		return &PushLaterError{cause: redact(err)}
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 4<<10)) // so that the connection serves again
	return pushOutcome(response, w.Clock.Now())
}

func pushOutcome(r *http.Response, now time.Time) error {
	switch {
	case r.StatusCode >= 200 && r.StatusCode < 300:
		return nil
	case r.StatusCode == http.StatusNotFound, r.StatusCode == http.StatusGone:
		return ErrPushGone
	case r.StatusCode == http.StatusTooManyRequests, r.StatusCode >= 500:
		return &PushLaterError{Wait: retryAfter(r.Header.Get("Retry-After"), now), cause: fmt.Errorf("status %d", r.StatusCode)}
	}
	return fmt.Errorf("%w with status %d", ErrPushRefused, r.StatusCode)
}

func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return min(time.Duration(n)*time.Second, 24*time.Hour)
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return min(at.Sub(now), 24*time.Hour)
	}
	return 0
}

// Check reads the subscription: an https address and two keys of the right
// shape.
func (s Subscription) Check() (*url.URL, error) {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s.Endpoint) > 2000 {
		return nil, ErrSubscription
	}
	if _, _, err := s.keys(); err != nil {
		return nil, err
	}
	return u, nil
}

func (s Subscription) keys() (*ecdh.PublicKey, []byte, error) {
	point, err := decode64(s.P256dh)
	if err != nil {
		return nil, nil, ErrSubscription
	}
	public, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, nil, ErrSubscription
	}
	auth, err := decode64(s.Auth)
	if err != nil || len(auth) != 16 {
		return nil, nil, ErrSubscription
	}
	return public, auth, nil
}

// decode64 reads base64url with or without padding; browsers give both.
func decode64(s string) ([]byte, error) {
	for len(s) > 0 && s[len(s)-1] == '=' {
		s = s[:len(s)-1]
	}
	return base64.RawURLEncoding.DecodeString(s)
}

// seal encrypts a payload for the browser alone, with a fresh key and salt.
func seal(s Subscription, payload []byte) ([]byte, error) {
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	var salt [16]byte
	rand.Read(salt[:])
	return sealWith(s, payload, own, salt)
}

// sealWith is RFC 8291, section 3.4, in one record of RFC 8188.
func sealWith(s Subscription, payload []byte, own *ecdh.PrivateKey, salt [16]byte) ([]byte, error) {
	if len(payload) > mostPayload {
		return nil, fmt.Errorf("a push of %d bytes is too long", len(payload))
	}
	browser, auth, err := s.keys()
	if err != nil {
		return nil, err
	}
	shared, err := own.ECDH(browser)
	if err != nil {
		return nil, ErrSubscription
	}
	from := own.PublicKey().Bytes()
	info := "WebPush: info\x00" + string(browser.Bytes()) + string(from)
	material, err := hkdf.Key(sha256.New, shared, auth, info, 32)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	key, err := hkdf.Key(sha256.New, material, salt[:], "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	nonce, err := hkdf.Key(sha256.New, material, salt[:], "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("sealing a push: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("sealing a push: %w", err)
	}
	out := binary.BigEndian.AppendUint32(salt[:], recordSize)
	out = append(append(out, byte(len(from))), from...)
	return gcm.Seal(out, nonce, append(bytes.Clone(payload), 2), nil), nil // 2: the last record
}
