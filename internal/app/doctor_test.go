package app_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tianbo/internal/app"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/sqldb"
	"tianbo/test/peer"
)

// find is what the doctor says of an area.
func find(t *testing.T, c *conf.Config, now time.Time, area string) app.Finding {
	t.Helper()
	for _, f := range app.Examine(t.Context(), c, now) {
		if !f.OK && f.Cure == "" || f.Warning && f.Cure == "" {
			t.Errorf("%s is wrong and there is no cure: %s", f.Area, f.Text)
		}
		if f.Area == area {
			return f
		}
	}
	t.Fatalf("the doctor does not look at %s", area)
	return app.Finding{}
}

func TestDoctorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	now := time.Now()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	for name, c := range map[string]struct {
		area   string
		change func(t *testing.T, c *conf.Config)
		now    time.Time
		want   string // "ok", "warning" or "bad"
	}{
		"a folder of one's own": {"data folder", func(*testing.T, *conf.Config) {}, now, "ok"},
		"a folder for everyone": {"data folder", func(t *testing.T, c *conf.Config) {
			if err := os.Chmod(c.Data, 0o755); err != nil { //nolint:gosec // that is the point
				t.Fatal(err)
			}
		}, now, "warning"},
		"no folder":     {"data folder", func(_ *testing.T, c *conf.Config) { c.Data = "/dev/null/data" }, now, "bad"},
		"a small disk":  {"disk", func(t *testing.T, c *conf.Config) { c.Data = peer.SmallDisk(t, 4<<20) }, now, "bad"},
		"the year 1970": {"clock", func(*testing.T, *conf.Config) {}, time.Unix(0, 0), "bad"},
		"a clock set back": {"clock", func(t *testing.T, c *conf.Config) {
			if err := os.WriteFile(filepath.Join(c.Data, "young"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, now.Add(-time.Hour), "bad"},
		"a taken port":                     {"web port", func(_ *testing.T, c *conf.Config) { c.Listen = taken.Addr().String() }, now, "warning"},
		"an address of another machine":    {"web port", func(_ *testing.T, c *conf.Config) { c.Listen = "192.0.2.1:80" }, now, "bad"},
		"cameras on this machine":          {"cameras", func(*testing.T, *conf.Config) {}, now, "warning"},
		"cameras over plain http":          {"cameras", func(_ *testing.T, c *conf.Config) { c.Listen = "0.0.0.0:0" }, now, "bad"},
		"cameras behind a proxy":           {"cameras", func(_ *testing.T, c *conf.Config) { c.URL = "https://live.example.org" }, now, "ok"},
		"cameras, self-signed":             {"cameras", func(_ *testing.T, c *conf.Config) { c.TLS.SelfSigned = true }, now, "warning"},
		"cameras, a certificate not there": {"cameras", func(_ *testing.T, c *conf.Config) { c.TLS.Cert, c.TLS.Key = "none.pem", "none.pem" }, now, "bad"},
		"the database":                     {"database", func(*testing.T, *conf.Config) {}, now, "ok"},
		"a database that is away":          {"database", func(_ *testing.T, c *conf.Config) { c.Database = "postgres://x@127.0.0.1:1/x?connect_timeout=2" }, now, "bad"},
		"NATS that is away":                {"nats", func(_ *testing.T, c *conf.Config) { c.NATS.URL = "nats://127.0.0.1:1" }, now, "bad"},
		"one of three NATS is enough":      {"nats", func(t *testing.T, c *conf.Config) { c.NATS.URL = "nats://127.0.0.1:1," + peer.StartNATS(t).URL }, now, "warning"},
		"an object store that is away":     {"object store", func(_ *testing.T, c *conf.Config) { c.S3.Endpoint = "127.0.0.1:1" }, now, "bad"},
		"codes that nobody gets":           {"sign-in codes", func(_ *testing.T, c *conf.Config) { c.Demo = false }, now, "warning"},
		"an operator without a name":       {"operator", func(*testing.T, *conf.Config) {}, now, "warning"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := configure(t, sqldb.SQLite)
			if err := os.Chmod(settings.Data, 0o700); err != nil {
				t.Fatal(err)
			}
			c.change(t, settings)
			f := find(t, settings, c.now, c.area)
			got := "ok"
			switch {
			case !f.OK:
				got = "bad"
			case f.Warning:
				got = "warning"
			}
			if got != c.want || f.Text == "" || strings.Contains(f.Text, "%!") {
				t.Errorf("%s: %s, %s", got, f.Text, f.Cure)
			}
		})
	}
}
