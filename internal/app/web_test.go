package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"tianbo/internal/app"
	"tianbo/internal/platform/sqldb"
)

func TestSite(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	site := app.Site(fstest.MapFS{
		"index.html": file("<html>"), "index.html.br": file("br page"), "index.html.gz": file("gz page"),
		"assets/app-1a2b.js": file("script"), "assets/app-1a2b.js.br": file("br script"),
		"assets/voice-3c4d.ogg": file("sound"), "icon.svg": file("<svg>"), "app.webmanifest": file("{}"),
		".built": file("secret"), ".vite/manifest.json": file("secret"),
	})
	for name, c := range map[string]struct {
		method, path, encodings string
		status                  int
		body, kind, encoding    string
		cache                   string
	}{
		"home":                      {"GET", "/", "", 200, "<html>", "text/html; charset=utf-8", "", "no-cache"},
		"home, brotli":              {"GET", "/", "gzip, deflate, br", 200, "br page", "text/html; charset=utf-8", "br", "no-cache"},
		"home, gzip":                {"GET", "/", "gzip", 200, "gz page", "text/html; charset=utf-8", "gzip", "no-cache"},
		"brotli refused":            {"GET", "/", "br;q=0, gzip", 200, "gz page", "text/html; charset=utf-8", "gzip", "no-cache"},
		"a page of the app":         {"GET", "/room/room_01J/bag", "", 200, "<html>", "text/html; charset=utf-8", "", "no-cache"},
		"an asset":                  {"GET", "/assets/app-1a2b.js", "", 200, "script", "text/javascript; charset=utf-8", "", "public, max-age=31536000, immutable"},
		"an asset, brotli":          {"GET", "/assets/app-1a2b.js", "br", 200, "br script", "text/javascript; charset=utf-8", "br", "public, max-age=31536000, immutable"},
		"an asset without packing":  {"GET", "/assets/voice-3c4d.ogg", "br", 200, "sound", "audio/ogg", "", "public, max-age=31536000, immutable"},
		"an asset of another build": {"GET", "/assets/app-0000.js", "br", 404, "", "", "", ""},
		"a folder":                  {"GET", "/assets", "", 404, "", "", "", ""},
		"a folder, with a slash":    {"GET", "/assets/", "", 404, "", "", "", ""},
		"what the build keeps":      {"GET", "/.built", "", 404, "", "", "", ""},
		"the build's manifest":      {"GET", "/.vite/manifest.json", "", 404, "", "", "", ""},
		"no such file":              {"GET", "/robots.txt", "", 404, "", "", "", ""},
		"up and out":                {"GET", "/../../etc/passwd", "", 200, "<html>", "text/html; charset=utf-8", "", "no-cache"},
		"an unknown operation":      {"GET", "/api/none", "", 404, "", "", "", ""},
		"the manifest":              {"GET", "/app.webmanifest", "", 200, "{}", "application/manifest+json", "", "no-cache"},
		"a picture":                 {"GET", "/icon.svg", "", 200, "<svg>", "image/svg+xml", "", "no-cache"},
		"the head alone":            {"HEAD", "/", "br", 200, "", "text/html; charset=utf-8", "br", "no-cache"},
		"a write":                   {"POST", "/", "", 404, "", "", "", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "/", nil)
		r.URL.Path = c.path
		r.Header.Set("Accept-Encoding", c.encodings)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		h := w.Header()
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", name, w.Code, c.status)
			continue
		}
		if c.status != 200 {
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "<html>") {
				t.Errorf("%s: answered with %q", name, w.Body.String())
			}
			continue
		}
		if w.Body.String() != c.body || h.Get("Content-Type") != c.kind || h.Get("Content-Encoding") != c.encoding || h.Get("Cache-Control") != c.cache {
			t.Errorf("%s: %q %v", name, w.Body.String(), h)
		}
		if h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: a cache between may mix packings up", name)
		}
		if html := strings.HasPrefix(c.kind, "text/html"); html != strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("%s: policy %q", name, h.Get("Content-Security-Policy"))
		}
	}
}

// A page that has not changed is not sent again.
func TestSiteKnowsWhatTheBrowserHas(t *testing.T) {
	t.Parallel()
	get := func(text, has string) *httptest.ResponseRecorder {
		site := app.Site(fstest.MapFS{"index.html": &fstest.MapFile{Data: []byte(text)}})
		r := httptest.NewRequestWithContext(context.Background(), "GET", "/", nil)
		r.Header.Set("If-None-Match", has)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	tag := get("one", "").Header().Get("ETag")
	if again := get("one", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("the same page: %d", again.Code)
	}
	if changed := get("two", tag); changed.Code != http.StatusOK || changed.Body.String() != "two" {
		t.Errorf("a new page: %d", changed.Code)
	}
}

func TestHeadersOfTheServer(t *testing.T) {
	t.Parallel()
	c := configure(t, sqldb.SQLite)
	c.URL = "https://live.example.org"
	s := start(t, c)
	h := s.call(t, "", "GET", "/healthz", nil, nil).header
	for name, want := range map[string]string{
		"Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff",
		"Permissions-Policy": "camera=(self), microphone=(self), geolocation=(self)", "Referrer-Policy": "same-origin",
	} {
		if h.Get(name) != want {
			t.Errorf("%s is %q", name, h.Get(name))
		}
	}
}
