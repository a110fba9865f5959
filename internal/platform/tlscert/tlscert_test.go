package tlscert_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tianbo/internal/platform/tlscert"
)

func TestSelfSignedServesAndIsKept(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	first, err := tlscert.SelfSigned(dir, []string{"farm.lan"}, now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = first
	server.StartTLS()
	defer server.Close()
	conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "farm.lan"})
	if err != nil {
		t.Fatal(err)
	}
	leaf := conn.ConnectionState().PeerCertificates[0]
	conn.Close()
	for _, host := range []string{"localhost", "farm.lan", "127.0.0.1"} {
		if err := leaf.VerifyHostname(host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	again, err := tlscert.SelfSigned(dir, []string{"farm.lan"}, now)
	if err != nil || string(again.Certificates[0].Certificate[0]) != string(first.Certificates[0].Certificate[0]) {
		t.Errorf("a good certificate was replaced (%v)", err)
	}
	later, err := tlscert.SelfSigned(dir, []string{"farm.lan"}, now.Add(360*24*time.Hour))
	if err != nil || string(later.Certificates[0].Certificate[0]) == string(first.Certificates[0].Certificate[0]) {
		t.Errorf("an expiring certificate was kept (%v)", err)
	}
	info, err := os.Stat(filepath.Join(dir, "self-signed.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key permissions: %v %v", info.Mode(), err)
	}
}

func TestFilesMustExist(t *testing.T) {
	if _, err := tlscert.FromFiles("none.crt", "none.key"); err == nil {
		t.Error("missing files were accepted")
	}
	dir := t.TempDir()
	if _, err := tlscert.SelfSigned(dir, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := tlscert.FromFiles(filepath.Join(dir, "self-signed.crt"), filepath.Join(dir, "self-signed.key")); err != nil {
		t.Error(err)
	}
}
