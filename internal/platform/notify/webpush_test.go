package notify_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/notify"
)

func raw(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, section 5 and appendix A.
func TestEncryptionFollowsTheStandard(t *testing.T) {
	t.Parallel()
	own, err := ecdh.P256().NewPrivateKey(raw(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	s := notify.Subscription{
		Endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
		P256dh:   "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", Auth: "BTBZMqHH6r4Tts7J_aSIgg",
	}
	got, err := notify.SealWith(s, []byte("When I grow up, I want to be a watermelon"), own, [16]byte(raw(t, "DGv6ra1nlYgDCS1FRnbzlw")))
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if base64.RawURLEncoding.EncodeToString(got) != want {
		t.Errorf("%x", got)
	}
	if _, err := notify.SealWith(s, make([]byte, 5000), own, [16]byte{}); err == nil {
		t.Error("a payload of two records was taken")
	}
}

// browser is a subscription at a push service that answers as told.
func browser(t *testing.T, endpoint string) notify.Subscription {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return notify.Subscription{
		Endpoint: endpoint, P256dh: base64.URLEncoding.EncodeToString(key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(make([]byte, 16)),
	}
}

func TestPushServices(t *testing.T) {
	t.Parallel()
	key, err := notify.LoadVAPID(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	status, after := http.StatusCreated, ""
	var seen *http.Request
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = r
		body, _ := io.ReadAll(r.Body)
		if len(body) < 86+16 {
			t.Errorf("a body of %d bytes", len(body))
		}
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	push := &notify.WebPush{Key: key, Contact: "mailto:ops@example.org", Client: server.Client(), Clock: clock.NewFake(now)}
	to := browser(t, server.URL+"/secret-endpoint")
	message := notify.Message{Payload: []byte(`{"title":"开播了"}`), TTL: time.Hour, Urgent: true, Topic: "room"}
	if err := push.Send(t.Context(), to, message); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Ttl": "3600", "Urgency": "high", "Topic": "room", "Content-Encoding": "aes128gcm"} {
		if got := seen.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	checkToken(t, seen.Header.Get("Authorization"), server.URL, now)

	for name, c := range map[string]struct {
		status int
		after  string
		want   error
		wait   time.Duration
	}{
		"gone":     {410, "", notify.ErrPushGone, 0},
		"unknown":  {404, "", notify.ErrPushGone, 0},
		"refused":  {413, "", notify.ErrPushRefused, 0},
		"redirect": {302, "", notify.ErrPushRefused, 0},
		"busy":     {429, "120", nil, 2 * time.Minute},
		"broken":   {503, now.Add(time.Minute).Format(http.TimeFormat), nil, time.Minute},
		"silent":   {500, "soon", nil, 0},
	} {
		mu.Lock()
		status, after = c.status, c.after
		mu.Unlock()
		err := push.Send(t.Context(), to, message)
		var later *notify.PushLaterError
		if c.want != nil && !errors.Is(err, c.want) || c.want == nil && (!errors.As(err, &later) || later.Wait != c.wait) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(err.Error(), "secret-endpoint") {
			t.Errorf("%s: the endpoint is in the error: %v", name, err)
		}
	}
	server.Close()
	var later *notify.PushLaterError
	if err := push.Send(t.Context(), to, message); !errors.As(err, &later) || strings.Contains(err.Error(), "secret-endpoint") {
		t.Errorf("no server: %v", err)
	}
}

func checkToken(t *testing.T, header, audience string, now time.Time) {
	t.Helper()
	token, public, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		t.Fatalf("authorization %q", header)
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(raw(t, parts[1]), &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Aud != audience || claims.Sub != "mailto:ops@example.org" || claims.Exp != now.Add(12*time.Hour).Unix() {
		t.Errorf("claims %+v", claims)
	}
	point, signature := raw(t, public), raw(t, parts[2])
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Error("the signature is wrong")
	}
}

func TestWhatIsNoSubscription(t *testing.T) {
	t.Parallel()
	good := browser(t, "https://push.example.net/1")
	if _, err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*notify.Subscription){
		"plain http":  func(s *notify.Subscription) { s.Endpoint = "http://push.example.net/1" },
		"a file":      func(s *notify.Subscription) { s.Endpoint = "file:///etc/passwd" },
		"a password":  func(s *notify.Subscription) { s.Endpoint = "https://a:b@push.example.net/" },
		"no host":     func(s *notify.Subscription) { s.Endpoint = "https:///1" },
		"endless":     func(s *notify.Subscription) { s.Endpoint += strings.Repeat("x", 2000) },
		"a short key": func(s *notify.Subscription) { s.P256dh = "BAAA" },
		"off curve": func(s *notify.Subscription) {
			s.P256dh = base64.RawURLEncoding.EncodeToString(append([]byte{4}, make([]byte, 64)...))
		},
		"no secret": func(s *notify.Subscription) { s.Auth = "" },
		"garbage":   func(s *notify.Subscription) { s.Auth = "!!" },
	} {
		s := good
		change(&s)
		if _, err := s.Check(); !errors.Is(err, notify.ErrSubscription) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheServerDoesNotCallItsNeighbours(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	client := notify.OutsideClient()
	for _, address := range []string{server.URL, "https://[::1]:9/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://100.100.100.200/", "https://0.0.0.0/"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(r)
		if err == nil {
			response.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "inside this network") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestThePushKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := make([]string, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			k, err := notify.LoadVAPID(dir)
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = k.Public()
		})
	}
	all.Wait()
	for _, k := range keys {
		if k == "" || k != keys[0] {
			t.Fatalf("several keys: %v", keys)
		}
	}
	path := filepath.Join(dir, "push.key")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := notify.LoadVAPID(dir); err == nil {
		t.Error("a damaged key was loaded")
	}
}
