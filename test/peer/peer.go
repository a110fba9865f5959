// Package peer starts the real servers that tests speak to: a NATS server and
// an S3 server, as processes of their own, from the versions that tools/go.mod
// pins. They listen on this machine alone and end with the test.
package peer

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary finds a server's program, or has it built.
func binary(t testing.TB, name, variable string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(here)))
	out, err := exec.Command(filepath.Join(root, "scripts/tool.sh"), "--path", name).Output()
	if err != nil {
		t.Fatalf("building %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}

// process is one running server.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	log  string
}

// run starts a program and waits until it takes connections at the address.
func run(t testing.TB, address, path string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(path, args...), done: make(chan struct{}), log: filepath.Join(t.TempDir(), "log")}
	log, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }() // how it ended is in its log
	t.Cleanup(p.kill)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			conn.Close()
			return p
		}
		select {
		case <-p.done:
		case <-ctx.Done():
		case <-look.C:
			continue
		}
		text, _ := os.ReadFile(p.log)
		t.Fatalf("%s did not start: %s", filepath.Base(path), text)
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// FreeAddress is a port of this machine that nobody has now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// S3 is an object store over a folder.
type S3 struct{ Endpoint, Key, Secret string }

// StartS3 starts an empty object store.
func StartS3(t testing.TB) S3 {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"objects", "about"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s := S3{Endpoint: FreeAddress(t), Key: "tianbo-test", Secret: "tianbo-test-secret"}
	run(t, s.Endpoint, binary(t, "versitygw", "TIANBO_TEST_S3_SERVER"),
		"--port", s.Endpoint, "--access", s.Key, "--secret", s.Secret, "--quiet",
		"posix", "--sidecar", filepath.Join(dir, "about"), filepath.Join(dir, "objects"))
	return s
}

// NATS is an event server whose store outlives it.
type NATS struct {
	URL     string
	address string
	path    string
	store   string
	t       testing.TB
	running *process
}

// StartNATS starts an event server with an empty store.
func StartNATS(t testing.TB) *NATS {
	t.Helper()
	n := &NATS{address: FreeAddress(t), path: binary(t, "nats-server", "TIANBO_TEST_NATS_SERVER"), store: t.TempDir(), t: t}
	n.URL = fmt.Sprintf("nats://%s", n.address)
	n.Start()
	return n
}

// Start runs it again after Kill, with the store it had.
func (n *NATS) Start() {
	n.t.Helper()
	host, port, _ := net.SplitHostPort(n.address)
	n.running = run(n.t, n.address, n.path, "--jetstream", "--addr", host, "--port", port, "--store_dir", n.store)
}

// Kill ends it at once, as a crash would.
func (n *NATS) Kill() { n.running.kill() }

// Forget loses its store, while it does not run.
func (n *NATS) Forget() {
	n.t.Helper()
	if err := os.RemoveAll(n.store); err != nil {
		n.t.Fatal(err)
	}
}
