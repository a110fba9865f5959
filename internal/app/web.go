package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/httpapi"
	"tianbo/web"
)

// contentPolicy lets pages load from this server only. Live media arrive as
// blobs from the player; pictures chosen by the person are previewed as blobs.
const contentPolicy = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; " +
	"style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// handler is the whole web server.
func (a *App) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /metrics", a.metrics)
	if a.firms.sim != nil {
		mux.Handle("/paysim/", http.StripPrefix("/paysim", a.firms.sim.Handler()))
	}
	mux.Handle("/", a.api.Handler(site(web.Files())))
	return a.telemetry.Trace(protect(mux, secure(a.config)))
}

func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	counts, err := a.bus.Counts(a.attach(ctx))
	if err == nil {
		err = a.db.Ping(ctx)
	}
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		a.log.Warn("not ready", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"ready":false}` + "\n"))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": true, "version": a.version, "events": counts})
}

// metrics are for the operator's own network.
func (a *App) metrics(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() && !ip.IsPrivate() || r.Header.Get("X-Forwarded-For") != "" {
		http.Error(w, "metrics are served to the local network only", http.StatusForbidden)
		return
	}
	a.telemetry.Handler().ServeHTTP(w, r)
}

// protect adds the headers that every answer carries.
func protect(next http.Handler, https bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self)")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// site serves the web app. Files under assets/ carry a hash in their name and
// are kept for ever; the others are asked for again each time, by their tag. Any
// other path that is not a file is a page of the app.
func site(files fs.FS) http.Handler {
	tags := tagsOf(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.NotFound(w, r)
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if _, isFile := tags[name]; !isFile {
			first, _, _ := strings.Cut(name, "/")
			if slices.Contains([]string{"assets", "api", "live", "replay", "media"}, first) || path.Ext(name) != "" {
				http.NotFound(w, r)
				return
			}
			name = "index.html"
		}
		serveFile(w, r, files, name, tags[name])
	})
}

// tagsOf names the content of every file that may be served. What begins with a
// dot is the build's own.
func tagsOf(files fs.FS) map[string]string {
	tags := map[string]string{}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(e.Name(), ".") {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.IsDir() {
			return nil
		}
		if strings.HasPrefix(name, "assets/") {
			tags[name] = "" // its name is its tag
			return nil
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		tags[name] = hex.EncodeToString(sum[:12])
		return nil
	})
	if err != nil {
		panic("web: the embedded files cannot be read: " + err.Error()) // they are in memory
	}
	return tags
}

func serveFile(w http.ResponseWriter, r *http.Request, files fs.FS, name, tag string) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.HasSuffix(name, ".html") {
		h.Set("Content-Security-Policy", contentPolicy)
	}
	h.Set("Content-Type", contentType(name))
	h.Add("Vary", "Accept-Encoding")
	// Files are packed at build time; a phone on a weak network gets the small one.
	data, encoding, err := packed(files, r, name)
	if err != nil {
		h.Del("Cache-Control")
		http.NotFound(w, r)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	if tag != "" {
		h.Set("ETag", `"`+tag+encoding+`"`)
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// packed reads the smallest form of a file that the browser takes.
func packed(files fs.FS, r *http.Request, name string) (data []byte, encoding string, err error) {
	for _, packing := range []struct{ encoding, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(r, packing.encoding) {
			continue
		}
		if data, err := fs.ReadFile(files, name+packing.ext); err == nil {
			return data, packing.encoding, nil
		}
	}
	data, err = fs.ReadFile(files, name)
	return data, "", err
}

func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == encoding && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".webmanifest":
		return "application/manifest+json"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

type platformBody struct {
	Name     string `json:"name"`
	Operator string `json:"operator"`
	Region   string `json:"region"`
	Version  string `json:"version"`
	Demo     bool   `json:"demo" doc:"Everything here is invented; sign-in codes are shown on the screen"`
	RTMPPort string `json:"rtmpPort" doc:"Port for encoders, empty for none"`
}

func platformRoutes(api *httpapi.API, c *conf.Config, version string) {
	httpapi.Register(api, httpapi.Op{
		ID: "platform", Method: "GET", Path: "/api/platform", Action: httpapi.Public, Tag: "platform", Summary: "What this platform is",
	}, func(context.Context, *struct{}) (*struct{ Body platformBody }, error) {
		_, port, _ := net.SplitHostPort(off(c.Media.RTMP))
		return &struct{ Body platformBody }{platformBody{c.Platform.Name, c.Platform.Operator, c.Platform.Region, version, c.Demo, port}}, nil
	})
}
