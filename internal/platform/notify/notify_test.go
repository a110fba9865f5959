package notify_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
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
