package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/tlscert"
)

// Finding is one thing the doctor looked at.
type Finding struct {
	Area    string
	OK      bool
	Warning bool   // works, but not as it should on a real platform
	Text    string // what was seen
	Cure    string // what to do, empty when nothing is wrong
}

// Examine looks at everything a running server needs. It changes nothing but
// a scratch file in the data folder, and can run beside a server, whose ports
// it then reports as taken by it.
func Examine(ctx context.Context, c *conf.Config, now time.Time) []Finding {
	out := []Finding{dataFolder(c), diskSpace(c), clockSane(c, now), files()}
	out = append(out, ports(c)...)
	out = append(out, secureContext(c), database(ctx, c))
	if c.NATS.URL != "" {
		out = append(out, cluster(ctx, "nats", conf.List(c.NATS.URL), "4222"))
	}
	if c.S3.Endpoint != "" {
		out = append(out, reachable(ctx, "object store", "s3://"+c.S3.Endpoint, "443"))
	}
	return append(out, people(c)...)
}

func good(area, format string, args ...any) Finding {
	return Finding{Area: area, OK: true, Text: fmt.Sprintf(format, args...)}
}

func bad(area, cure, format string, args ...any) Finding {
	return Finding{Area: area, Text: fmt.Sprintf(format, args...), Cure: cure}
}

func warn(area, cure, format string, args ...any) Finding {
	return Finding{Area: area, OK: true, Warning: true, Text: fmt.Sprintf(format, args...), Cure: cure}
}

func dataFolder(c *conf.Config) Finding {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return bad("data folder", "Create "+c.Data+" and give it to the user Tianbo runs as, or set another with --data.", "cannot be made: %v", err)
	}
	scratch := filepath.Join(c.Data, ".doctor")
	if err := os.WriteFile(scratch, []byte("ok"), 0o600); err != nil {
		return bad("data folder", "Give "+c.Data+" to the user Tianbo runs as.", "cannot be written: %v", err)
	}
	_ = os.Remove(scratch)
	info, err := os.Stat(c.Data)
	if err == nil && info.Mode().Perm()&0o007 != 0 {
		return warn("data folder", "chmod 700 "+c.Data, "everyone on this machine can look into it")
	}
	return good("data folder", "%s can be written", c.Data)
}

const (
	diskFloor = 1 << 30
	diskEasy  = 20 << 30
)

func diskSpace(c *conf.Config) Finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(c.Data, &s); err != nil {
		return bad("disk", "Check that "+c.Data+" exists.", "free space is unknown: %v", err)
	}
	free := s.Bavail * uint64(s.Bsize)
	text := fmt.Sprintf("%.1f GB free; one room two hours a day needs about 200 GB a year", float64(free)/(1<<30))
	switch {
	case free < diskFloor:
		return bad("disk", "Free some space or move the data folder: recordings stop when the disk is full.", "%s", text)
	case free < diskEasy:
		return warn("disk", "Plan for more space, or keep recordings in an S3-compatible store (s3.endpoint).", "%s", text)
	}
	return good("disk", "%s", text)
}

// clockSane compares the clock with the youngest file of the data folder: a
// clock that runs behind its own files has been set back.
func clockSane(c *conf.Config, now time.Time) Finding {
	if now.Year() < 2026 {
		return bad("clock", "Set the clock; on most systems: timedatectl set-ntp true", "it says %s", now.Format(time.RFC3339))
	}
	entries, err := os.ReadDir(c.Data)
	if err != nil {
		return bad("clock", "Check that "+c.Data+" exists.", "%v", err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().After(now.Add(time.Minute)) {
			return bad("clock", "Set the clock; on most systems: timedatectl set-ntp true",
				"it says %s, but %s was written at %s", now.Format(time.RFC3339), e.Name(), info.ModTime().Format(time.RFC3339))
		}
	}
	return good("clock", "%s", now.In(clock.Shanghai).Format("2006-01-02 15:04:05 -0700"))
}

func files() Finding {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err == nil && r.Max < 16384 {
		return warn("open files", "Raise LimitNOFILE to 65536: every viewer holds one.", "at most %d", r.Max)
	}
	return good("open files", "enough")
}

func ports(c *conf.Config) []Finding {
	out := []Finding{port("web port", "tcp", c.Listen)}
	out = append(out, port("media port (UDP)", "udp", c.Media.UDP), port("media port (TCP)", "tcp", c.Media.UDP))
	if c.Media.RTMP != "off" {
		out = append(out, port("encoder port", "tcp", c.Media.RTMP))
	}
	return out
}

func port(area, network, address string) Finding {
	var err error
	if network == "udp" {
		var l net.PacketConn
		if l, err = net.ListenPacket(network, address); err == nil {
			l.Close()
		}
	} else {
		var l net.Listener
		if l, err = net.Listen(network, address); err == nil {
			l.Close()
		}
	}
	switch {
	case err == nil:
		return good(area, "%s %s is free", network, address)
	case errors.Is(err, syscall.EADDRINUSE):
		return warn(area, "If that is not Tianbo itself, stop it or choose another port.", "%s %s is taken", network, address)
	case errors.Is(err, syscall.EACCES):
		return bad(area, "Ports below 1024 need a right: run under systemd with AmbientCapabilities=CAP_NET_BIND_SERVICE.", "%s %s is not allowed", network, address)
	}
	return bad(area, "Check the address.", "%s %s: %v", network, address, err)
}

// secureContext: browsers open the camera on https and on localhost only.
func secureContext(c *conf.Config) Finding {
	const area = "cameras"
	host, _, _ := net.SplitHostPort(c.Listen)
	local := host == "localhost" || net.ParseIP(host).IsLoopback()
	switch {
	case c.TLS.Cert != "":
		if _, err := tlscert.FromFiles(c.TLS.Cert, c.TLS.Key); err != nil {
			return bad(area, "Check tls.cert and tls.key.", "%v", err)
		}
		return good(area, "https with %s", c.TLS.Cert)
	case c.TLS.ACME != "":
		return good(area, "https by ACME for %s; the authority must reach port 443", c.TLS.ACME)
	case c.TLS.SelfSigned:
		return warn(area, "For real use give tls.acme or tls.cert.", "https, self-signed: each phone warns once")
	case strings.HasPrefix(c.URL, "https://"):
		return good(area, "https is ended before Tianbo, at %s", c.URL)
	case local:
		return warn(area, "For phones on your network use --tls-self-signed; on the internet tls.acme.", "plain http: cameras open on this machine only (localhost)")
	}
	return bad(area, "Use --tls-self-signed to try out, tls.acme or tls.cert for real.",
		"plain http on %s: no phone will open its camera", c.Listen)
}

func database(ctx context.Context, c *conf.Config) Finding {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	db, err := sqldb.Open(ctx, DatabaseDSN(c))
	if err != nil {
		return bad("database", "Check the address, the password and that the server runs.", "%v", err)
	}
	defer db.Close()
	return good("database", "answers")
}

// cluster: one server that answers is enough to work, but not as it was meant.
func cluster(ctx context.Context, area string, addresses []string, standardPort string) Finding {
	var answering int
	var missing Finding
	for _, address := range addresses {
		if f := reachable(ctx, area, address, standardPort); f.OK {
			answering++
		} else {
			missing = f
		}
	}
	switch {
	case answering == 0:
		return missing
	case answering < len(addresses):
		return warn(area, missing.Cure, "%d of %d answer; %s", answering, len(addresses), missing.Text)
	}
	return good(area, "%d of %d answer", answering, len(addresses))
}

func reachable(ctx context.Context, area, address, standardPort string) Finding {
	u, err := url.Parse(address)
	if err != nil {
		return bad(area, "Check the address.", "%v", err)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), standardPort)
	}
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", host)
	if err != nil {
		return bad(area, "Check the address and that the server runs.", "%s does not answer: %v", host, err)
	}
	conn.Close()
	return good(area, "%s answers", host)
}

func people(c *conf.Config) []Finding {
	var out []Finding
	if c.SMS.Provider == "console" && !c.Demo {
		out = append(out, warn("sign-in codes", "Set sms.provider and its keys.", "are written to the log: nobody gets them by phone"))
	}
	if c.Platform.Operator == "" {
		out = append(out, warn("operator", "Set platform.operator: the law asks that rooms show it.", "has no name"))
	}
	return out
}
