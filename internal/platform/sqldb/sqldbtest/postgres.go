package sqldbtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"tianbo/internal/platform/sqldb"
)

var shared = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("TIANBO_TEST_POSTGRES"); dsn != "" {
		return dsn, nil
	}
	s, err := StartPostgres()
	if err != nil {
		return "", err
	}
	return s.DSN, nil
})

func postgres(t testing.TB) string {
	t.Helper()
	dsn, err := shared()
	if err != nil {
		t.Fatalf("PostgreSQL is needed (make test installs it): %v", err)
	}
	return dsn
}

// Server is a PostgreSQL of our own, in a temporary folder, without fsync. It
// dies with the process that started it.
type Server struct {
	DSN  string
	dir  string
	port int
	// settings are given after our own.
	settings []string
	cred     *syscall.Credential
	cmd      *exec.Cmd
	exited   chan struct{}
}

// StartPostgres makes and starts a server, with further settings ("name=value").
// As root it runs under the account "postgres", for the server refuses to run
// as root.
func StartPostgres(settings ...string) (*Server, error) {
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	s := &Server{settings: settings}
	if s.dir, err = os.MkdirTemp("", "tianbo-pg-"); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		if s.cred, err = credential("postgres"); err != nil {
			return nil, err
		}
		if err := os.Chown(s.dir, int(s.cred.Uid), int(s.cred.Gid)); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(s.dir, "data"), "-U", "tianbo", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred}
	initdb.Dir = s.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	s.DSN = fmt.Sprintf("postgres://tianbo@127.0.0.1:%d/postgres?sslmode=disable", s.port)
	return s, s.Start(bin)
}

// Start runs the server again after Stop; bin may be empty.
func (s *Server) Start(bin string) (err error) {
	if bin == "" {
		if bin, err = findBinaries(); err != nil {
			return err
		}
	}
	args := []string{
		"-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port), "-k", s.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
		"-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "autovacuum=off",
	}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), args...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred, Pdeathsig: syscall.SIGQUIT}
	s.cmd.Dir = s.dir
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	s.exited = make(chan struct{})
	go func(cmd *exec.Cmd, exited chan struct{}) { _ = cmd.Wait(); close(exited) }(s.cmd, s.exited)
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		db, err := sqldb.Open(contextWithTimeout(), s.DSN)
		if err == nil {
			return db.Close()
		}
		select {
		case <-s.exited:
			return fmt.Errorf("PostgreSQL ended at once")
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("PostgreSQL did not answer in time")
}

// Stop ends the server at once, as a crash would.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-s.exited
	return nil
}

// Remove ends the server and deletes its folder.
func (s *Server) Remove() error {
	_ = s.Stop() // it may have ended already
	return os.RemoveAll(s.dir)
}

func findBinaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err == nil && len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", fmt.Errorf("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
	}
	return filepath.Dir(path), nil
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func contextWithTimeout() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	context.AfterFunc(ctx, cancel)
	return ctx
}
