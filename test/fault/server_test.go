package fault_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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

	"tianbo/test/peer"
)

// binary is the program under test, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tianbo-fault-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tianbo")
	build := exec.Command("go", "build", "-o", path, "tianbo/cmd/tianbo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building: %w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// server is a process with its settings, which outlive it.
type server struct {
	t    *testing.T
	url  string
	args []string
	cmd  *exec.Cmd
	done chan struct{}
	log  *os.File
}

func newServer(t *testing.T, data, database string) *server {
	t.Helper()
	web, media, rtmp := peer.FreeAddress(t), peer.FreeAddress(t), peer.FreeAddress(t)
	s := &server{t: t, url: "http://" + web, args: []string{
		"serve", "--data", data, "--listen", web, "--set", "media.udp=" + media, "--set", "media.rtmp=" + rtmp,
		"--set", "demo=true", "--set", "limits.factor=0", "--set", "platform.region=629901",
	}}
	if database != "" {
		s.args = append(s.args, "--database", database)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	s.log = log
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("the server said: %s", text[max(0, len(text)-4000):])
		}
		log.Close()
	})
	s.start()
	return s
}

// start runs the process and waits until it answers.
func (s *server) start() {
	s.t.Helper()
	path, err := binary()
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd = exec.Command(path, s.args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.done = make(chan struct{})
	go func(cmd *exec.Cmd, done chan struct{}) { _ = cmd.Wait(); close(done) }(s.cmd, s.done)
	s.until("the server to be ready", func() bool { return s.ready() == http.StatusOK })
}

// kill ends the process as a power cut does.
func (s *server) kill() {
	if s.done == nil {
		return // it never began
	}
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.done
}

func (s *server) running() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

func (s *server) ready() int {
	res, err := client.Get(s.url + "/readyz")
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// until waits for a condition.
func (s *server) until(what string, done func() bool) {
	s.t.Helper()
	deadline := time.NewTimer(60 * time.Second)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !done() {
		select {
		case <-look.C:
		case <-deadline.C:
			s.t.Fatalf("waited for %s", what)
		}
	}
}

// reply is an answer; status 0 is no answer at all.
type reply struct {
	status int
	code   string
	body   []byte
}

func (s *server) call(token, key, method, path string, in any) reply {
	var body []byte
	if raw, ok := in.([]byte); ok {
		body = raw
	} else if in != nil {
		body, _ = json.Marshal(in)
	}
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return reply{}
	}
	req.Header.Set("Content-Type", "application/json")
	if _, raw := in.([]byte); raw {
		req.Header.Set("Content-Type", "image/jpeg")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := client.Do(req)
	if err != nil {
		return reply{}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}
	}
	var problem struct{ Code string }
	_ = json.Unmarshal(text, &problem) // only problems have one
	return reply{res.StatusCode, problem.Code, text}
}

// must is a call that has to succeed; it fills out.
func (s *server) must(token, method, path string, in, out any) {
	s.t.Helper()
	r := s.call(token, "", method, path, in)
	if r.status < 200 || r.status > 299 {
		s.t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			s.t.Fatalf("%s %s: %s: %v", method, path, r.body, err)
		}
	}
}

func (s *server) signIn(phone string) string {
	s.t.Helper()
	var asked struct{ DemoCode string }
	s.must("", "POST", "/api/auth/code", map[string]any{"phone": phone}, &asked)
	var signed struct{ Token string }
	s.must("", "POST", "/api/auth/sign-in", map[string]any{"phone": phone, "code": asked.DemoCode, "token": true}, &signed)
	return signed.Token
}

// shop is one pack for sale.
type shop struct {
	seller        string
	product, pack string
	version       int64
}

func (s *server) openShop(stock int) shop {
	s.t.Helper()
	var h shop
	h.seller = s.signIn("13900000021")
	var org, photo, product struct{ ID string }
	s.must(h.seller, "POST", "/api/orgs", map[string]any{
		"kind": "household", "name": "李家", "region": "629901", "village": "会宁坪", "contact": "13900000021",
		"address": "示范县会宁坪村", "exemption": "self_produced", "about": "自己种，自己卖。",
	}, &org)
	picture, err := os.ReadFile("../../demo/apple.jpg")
	if err != nil {
		s.t.Fatal(err)
	}
	s.must(h.seller, "POST", "/api/uploads", picture, &photo)
	s.must(h.seller, "POST", "/api/products", map[string]any{
		"org": org.ID, "title": "会宁坪红富士苹果", "story": "海拔一千六百米的坡地。", "method": "人工疏果", "origin": "629901", "place": "会宁坪",
		"photos": []string{photo.ID}, "fresh": false, "harvested": time.Now().Add(-20 * time.Hour).Format(time.RFC3339),
	}, &product)
	s.must(h.seller, "POST", "/api/products/"+product.ID+"/packs", map[string]any{"label": "5 斤装", "netGrams": 2500, "priceFen": 2980, "stock": stock}, nil)
	s.must(h.seller, "POST", "/api/products/"+product.ID+"/list", map[string]any{}, nil)
	h.product = product.ID
	pack := s.packOf(h)
	h.pack, h.version = pack.ID, pack.Version
	return h
}

type pack struct {
	ID      string
	Version int64 `json:"priceVersion"`
	Free    int
}

// packOf is the shop's pack as the seller sees it.
func (s *server) packOf(h shop) pack {
	s.t.Helper()
	var p struct{ Packs []pack }
	s.must(h.seller, "GET", "/api/products/"+h.product, nil, &p)
	if len(p.Packs) != 1 {
		s.t.Fatalf("%d packs", len(p.Packs))
	}
	return p.Packs[0]
}

// buyer is a person with an address.
type buyer struct{ token, address string }

func (s *server) newBuyer(n int) buyer {
	s.t.Helper()
	phone := fmt.Sprintf("1370000%04d", n)
	b := buyer{token: s.signIn(phone)}
	var address struct{ ID string }
	s.must(b.token, "POST", "/api/me/addresses", map[string]any{
		"name": "小陈", "phone": phone, "region": "310101", "place": "上海市黄浦区", "street": "示范路 10 号", "default": true,
	}, &address)
	b.address = address.ID
	return b
}

// buy places an order for one pack and gives its id when that was acknowledged.
func (s *server) buy(h shop, b buyer, key string) (order string, r reply) {
	r = s.call(b.token, key, "POST", "/api/orders", map[string]any{
		"lines": []any{map[string]any{"pack": h.pack, "quantity": 1, "priceVersion": h.version}}, "addressId": b.address,
	})
	if r.status != http.StatusCreated {
		return "", r
	}
	var placed struct{ ID string }
	if err := json.Unmarshal(r.body, &placed); err != nil || !strings.HasPrefix(placed.ID, "ord_") {
		s.t.Errorf("placed %s: %v", r.body, err)
	}
	return placed.ID, r
}
