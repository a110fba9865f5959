// Package process runs the real server as a process of its own, for tests that
// kill it and for measurements over HTTP.
package process

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the server, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tianbo-fault-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tianbo")
	out, err := exec.Command("go", "build", "-o", path, "tianbo/cmd/tianbo").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the server: %w: %s", err, out)
	}
	return path, nil
})

// Remove deletes the binary; a TestMain calls it at the end.
func Remove() {
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
}

// Server is one running process.
type Server struct {
	T    testing.TB
	URL  string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs a server over a data folder and, with dsn, a PostgreSQL.
func Start(t testing.TB, dir, dsn string) *Server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{T: t, cmd: exec.Command(path, "serve"), done: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), "TIANBO_DATA="+dir, "TIANBO_LISTEN=127.0.0.1:0", "TIANBO_DATABASE="+dsn, "TIANBO_DEMO=true",
		"TIANBO_LIMITS_FACTOR=0", "TIANBO_MEDIA_UDP=127.0.0.1:0", "TIANBO_MEDIA_RTMP=off", "TIANBO_LOG_LEVEL=info")
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	logs, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	address := make(chan string, 1)
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(logs)
		for lines.Scan() {
			if _, rest, ok := strings.Cut(lines.Text(), "address="); ok {
				address <- strings.Fields(rest)[0]
			}
			if strings.Contains(lines.Text(), "level=ERROR") || strings.Contains(lines.Text(), "panic") {
				t.Logf("server: %s", lines.Text())
			}
		}
		_ = s.cmd.Wait()
	}()
	select {
	case s.URL = <-address:
	case <-s.done:
		t.Fatal("the server ended at once")
	case <-time.After(2 * time.Minute):
		t.Fatal("the server did not start")
	}
	return s
}

// Kill is kill -9.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may be dead
	<-s.done
}

var web = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1024, MaxIdleConns: 0}}

// Call sends JSON and reads JSON; an error means that no answer came.
func (s *Server) Call(ctx context.Context, token, method, path, key string, in, out any) (int, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	return s.Send(ctx, token, method, path, key, "application/json", body, out)
}

// Send sends a body of any kind and reads JSON.
func (s *Server) Send(ctx context.Context, token, method, path, key, kind string, body []byte, out any) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+token)
	if token == "" {
		r.Header.Del("Authorization")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	response, err := web.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	if out != nil && response.StatusCode < 300 {
		return response.StatusCode, json.Unmarshal(text, out)
	}
	return response.StatusCode, nil
}

// Must fails the test unless the call went well.
func (s *Server) Must(token, method, path string, in, out any) {
	s.T.Helper()
	if status, err := s.Call(s.T.Context(), token, method, path, "", in, out); err != nil || status >= 300 {
		s.T.Fatalf("%s %s: %d %v", method, path, status, err)
	}
}

// SignIn gives the token of a person.
func (s *Server) SignIn(phone string) string {
	s.T.Helper()
	var asked struct{ DemoCode string }
	s.Must("", "POST", "/api/auth/code", map[string]any{"phone": phone}, &asked)
	var in struct{ Token string }
	s.Must("", "POST", "/api/auth/sign-in", map[string]any{"phone": phone, "code": asked.DemoCode, "token": true}, &in)
	return in.Token
}

// Shop is one product on sale.
type Shop struct{ Seller, Product, Pack string }

// Open puts a product with so many units on sale.
func (s *Server) Open(stock int) Shop {
	s.T.Helper()
	token := s.SignIn("13900000000")
	var made struct{ ID string }
	s.Must(token, "POST", "/api/orgs", map[string]any{
		"kind": "household", "name": "李桂芳家", "region": "629921", "contact": "139", "address": "石沟村", "exemption": "self_produced",
	}, &made)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 32, 32))); err != nil {
		s.T.Fatal(err)
	}
	var photo struct{ ID string }
	if status, err := s.Send(s.T.Context(), token, "POST", "/api/uploads", "", "application/octet-stream", picture.Bytes(), &photo); err != nil || status != 201 {
		s.T.Fatal(status, err)
	}
	var product struct {
		ID    string
		Packs []struct{ ID string }
	}
	s.Must(token, "POST", "/api/products", map[string]any{"org": made.ID, "title": "花牛苹果", "origin": "629921", "photos": []string{photo.ID}}, &product)
	s.Must(token, "POST", "/api/products/"+product.ID+"/packs", map[string]any{"label": "5 斤装", "netGrams": 2500, "priceFen": 2980, "stock": stock}, &product)
	s.Must(token, "POST", "/api/products/"+product.ID+"/list", nil, nil)
	return Shop{token, product.ID, product.Packs[0].ID}
}

// Buyer is a person with an address.
type Buyer struct{ Token, Address string }

// Buyers signs many people in.
func (s *Server) Buyers(n int) []Buyer {
	s.T.Helper()
	out := make([]Buyer, n)
	for i := range out {
		phone := fmt.Sprintf("138%08d", i)
		out[i].Token = s.SignIn(phone)
		var address struct{ ID string }
		s.Must(out[i].Token, "POST", "/api/me/addresses", map[string]any{
			"name": "陈", "phone": phone, "region": "310101", "place": "上海", "street": "示范路 1 号",
		}, &address)
		out[i].Address = address.ID
	}
	return out
}

// Buy asks for one unit under a key and gives the order placed.
func (s *Server) Buy(ctx context.Context, b Buyer, goods Shop, key string) (order string, status int, err error) {
	var placed struct{ ID string }
	status, err = s.Call(ctx, b.Token, "POST", "/api/orders", key, map[string]any{
		"addressId": b.Address, "lines": []any{map[string]any{"pack": goods.Pack, "quantity": 1, "priceVersion": 1}},
	}, &placed)
	return placed.ID, status, err
}
