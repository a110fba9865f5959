package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"tianbo/internal/app"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/sqldb"
	"tianbo/test/peer"
)

func silent(string) {}

// A backup taken while people write restores into either engine, and what had
// been acknowledged before it began is in it.
func TestBackupWhileWritingRestoresOnEitherEngine(t *testing.T) {
	both(t, func(t *testing.T, s *server) {
		token := s.signIn(t, "13900000010")
		files, err := app.OpenStore(t.Context(), s.config)
		if err != nil {
			t.Fatal(err)
		}
		putFile(t, files, "test/before.txt", "before")
		var backup bytes.Buffer
		writing, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		started := make(chan struct{}, 2)
		for w := range 2 {
			writers.Go(func() {
				for i := 0; writing.Err() == nil; i++ {
					s.signIn(t, fmt.Sprintf("1380000%d%03d", w, i%1000))
					putFile(t, files, "test/changing.txt", strings.Repeat("x", i))
					if i == 3 {
						started <- struct{}{}
					}
				}
			})
		}
		<-started
		<-started
		err = app.Backup(t.Context(), s.config, "test", &backup, silent)
		stop()
		writers.Wait()
		if err != nil {
			t.Fatal(err)
		}
		for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
			t.Run("into "+string(dialect), func(t *testing.T) {
				c := configure(t, dialect)
				if err := app.Restore(t.Context(), c, bytes.NewReader(backup.Bytes()), silent); err != nil {
					t.Fatal(err)
				}
				restored := start(t, c)
				if r := restored.call(t, token, "GET", "/api/me", nil, nil); r.status != 200 {
					t.Errorf("who was signed in before is not: %d %s", r.status, r.body)
				}
				// A number sealed under the old key is found again.
				if again := restored.signIn(t, "13900000010"); again == "" {
					t.Error("no session")
				}
				files, err := app.OpenStore(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if got := readFile(t, files, "test/before.txt"); got != "before" {
					t.Errorf("the file holds %q", got)
				}
				restored.stop()
				// The copy equals what it came from: a backup of it restores as well.
				var second bytes.Buffer
				if err := app.Backup(t.Context(), c, "test", &second, silent); err != nil {
					t.Fatal(err)
				}
				if err := app.Restore(t.Context(), configure(t, sqldb.SQLite), &second, silent); err != nil {
					t.Error(err)
				}
				if err := app.Restore(t.Context(), c, bytes.NewReader(backup.Bytes()), silent); err == nil {
					t.Error("restored over a platform that is there")
				}
			})
		}
	})
}

func putFile(t *testing.T, s blob.Store, key, text string) {
	t.Helper()
	if err := s.Put(context.WithoutCancel(t.Context()), key, strings.NewReader(text), int64(len(text)), "text/plain"); err != nil {
		t.Error(err)
	}
}

func readFile(t *testing.T, s blob.Store, key string) string {
	t.Helper()
	f, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A backup goes from a folder to an object store as well.
func TestBackupRestoresIntoAnObjectStore(t *testing.T) {
	t.Parallel()
	c := configure(t, sqldb.SQLite)
	files, err := app.OpenStore(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	putFile(t, files, "rec/a/000001.mp4", "not really a film")
	if err := app.CreateAdmin(t.Context(), c, admin, "周管理"); err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	if err := app.Backup(t.Context(), c, "test", &backup, silent); err != nil {
		t.Fatal(err)
	}
	server := peer.StartS3(t)
	into := configure(t, sqldb.SQLite)
	into.S3 = conf.S3{Endpoint: server.Endpoint, Bucket: "tianbo", Region: "us-east-1", Key: server.Key, Secret: server.Secret, Insecure: true}
	if err := app.Restore(t.Context(), into, &backup, silent); err != nil {
		t.Fatal(err)
	}
	restored, err := app.OpenStore(t.Context(), into)
	if err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, restored, "rec/a/000001.mp4"); got != "not really a film" {
		t.Errorf("the file holds %q", got)
	}
}

func TestDamagedBackupIsRefused(t *testing.T) {
	t.Parallel()
	c := configure(t, sqldb.SQLite)
	if err := app.CreateAdmin(t.Context(), c, admin, "周管理"); err != nil {
		t.Fatal(err)
	}
	var buffer bytes.Buffer
	if err := app.Backup(t.Context(), c, "test", &buffer, silent); err != nil {
		t.Fatal(err)
	}
	whole := buffer.Bytes()
	flipped := bytes.Replace(whole, []byte("platform_admin"), []byte("platform_owner"), 1)
	for name, text := range map[string][]byte{
		"empty": nil, "not an archive": []byte(strings.Repeat("apples", 1000)), "cut in the middle": whole[:len(whole)/2],
		"cut before the manifest": whole[:len(whole)-4096], "changed": flipped,
	} {
		into := configure(t, sqldb.SQLite)
		if err := app.Restore(t.Context(), into, bytes.NewReader(text), silent); err == nil {
			t.Errorf("%s: restored", name)
		}
		// Nothing is left that would hinder the next try.
		if err := app.Restore(t.Context(), into, bytes.NewReader(whole), silent); err != nil {
			t.Errorf("%s: the next try: %v", name, err)
		}
	}
	if err := app.Backup(t.Context(), c, "test", fullWriter{}, silent); !errors.Is(err, errFull) {
		t.Errorf("a full disk while backing up: %v", err)
	}
}

var errFull = errors.New("no space left on device")

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errFull }
