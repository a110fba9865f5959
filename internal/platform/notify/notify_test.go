package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/notify"
)

func TestAliyun(t *testing.T) {
	answer, status := `{"Code":"OK","RequestId":"1"}`, http.StatusOK
	var seen *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	a := &notify.Aliyun{
		Key: "key", Secret: "secret", Sign: "田播", Template: "SMS_1", Endpoint: server.URL, Client: server.Client(),
		Clock: clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	if err := a.SendCode(t.Context(), "13900000001", "123456"); err != nil {
		t.Fatal(err)
	}
	q := seen.URL.Query()
	if q.Get("PhoneNumbers") != "13900000001" || q.Get("SignName") != "田播" || q.Get("TemplateParam") != `{"code":"123456"}` {
		t.Errorf("query %v", q)
	}
	verifyAliyun(t, seen, "secret")
	if auth := seen.Header.Get("Authorization"); !strings.HasPrefix(auth, "ACS3-HMAC-SHA256 Credential=key,SignedHeaders=host;x-acs-action;") {
		t.Errorf("authorization %q", auth)
	}
	if seen.Header.Get("x-acs-date") != "2026-01-02T03:04:05Z" {
		t.Errorf("date %q", seen.Header.Get("x-acs-date"))
	}
	for _, bad := range []struct {
		status int
		body   string
	}{{200, `{"Code":"isv.BUSINESS_LIMIT_CONTROL"}`}, {500, "oops"}, {400, `{"Code":"SignatureDoesNotMatch"}`}} {
		answer, status = bad.body, bad.status
		err := a.SendCode(t.Context(), "13900000001", "123456")
		if !errors.Is(err, notify.ErrUndelivered) || strings.Contains(err.Error(), "139") {
			t.Errorf("%d %s: %v", bad.status, bad.body, err)
		}
	}
	server.Close()
	if err := a.SendCode(t.Context(), "13900000001", "123456"); !errors.Is(err, notify.ErrUndelivered) || strings.Contains(err.Error(), "139") {
		t.Errorf("no server: %v", err)
	}
}

// verifyAliyun checks the signature as the provider does: from the request as
// it arrived and the secret (signature V3).
func verifyAliyun(t *testing.T, r *http.Request, secret string) {
	t.Helper()
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	names, got, ok := strings.Cut(rest, ",Signature=")
	if !ok {
		t.Fatalf("authorization %q", r.Header.Get("Authorization"))
	}
	var headers strings.Builder
	for name := range strings.SplitSeq(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		if value == "" {
			t.Errorf("the signed header %s did not arrive", name)
		}
		headers.WriteString(name + ":" + value + "\n")
	}
	var pairs []string
	for name, values := range r.URL.Query() {
		pairs = append(pairs, url.PathEscape(name)+"="+strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(values[0])))
	}
	slices.Sort(pairs)
	body := sha256.Sum256(nil)
	canonical := strings.Join([]string{r.Method, r.URL.Path, strings.Join(pairs, "&"), headers.String(), names, hex.EncodeToString(body[:])}, "\n")
	digest := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(digest[:])))
	if want := hex.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestTheConsoleShowsTheCode(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := notify.Console{Log: slog.New(slog.NewTextHandler(&out, nil))}
	if err := c.SendCode(t.Context(), "13900000001", "123456"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "code=123456") || strings.Contains(out.String(), "13900000001") {
		t.Errorf("%s", out.String())
	}
}

func TestAliyunAsItRuns(t *testing.T) {
	t.Parallel()
	a := notify.NewAliyun("key", "secret", "田播", "SMS_1")
	a.Endpoint = "http://127.0.0.1:1"
	if err := a.SendCode(t.Context(), "13900000001", "123456"); !errors.Is(err, notify.ErrUndelivered) {
		t.Error(err)
	}
}
