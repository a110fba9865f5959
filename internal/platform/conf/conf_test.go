package conf_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tianbo/internal/platform/conf"
)

func TestDefaultsAreComplete(t *testing.T) {
	c, err := conf.Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.Media.Away != 3*time.Minute || c.Limits.Factor != 1 || c.Demo {
		t.Errorf("defaults: %+v", c)
	}
}

func TestLaterSourcesWin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tianbo.yaml")
	if err := os.WriteFile(path, []byte("listen: :1\ndata: a\nmedia:\n  rtmp: :2\n  viewers: 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := conf.Load(path, []string{"TIANBO_DATA=b", "TIANBO_MEDIA_RTMP=:3", "TIANBO_TLS_SELF_SIGNED=true", "HOME=/x"}, map[string]any{"data": "c"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != ":1" || c.Data != "c" || c.Media.RTMP != ":3" || c.Media.Viewers != 7 || !c.TLS.SelfSigned {
		t.Errorf("got %+v", c)
	}
}

func TestMistakesNameTheKey(t *testing.T) {
	for key, value := range map[string]any{
		"listen": "8080", "url": "live.example.org", "database": "mysql://x", "tls.cert": "a.pem", "platform.region": "12345",
		"proxies": "10.0.0.1", "media.udp": "off", "media.rtmp": "1935", "media.retention": "1h", "sms.provider": "pigeon", "log.level": "loud", "log.format": "xml", "data": "",
	} {
		_, err := conf.Load("", nil, map[string]any{key: value})
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%v: got %v", key, value, err)
		}
	}
	path := filepath.Join(t.TempDir(), "tianbo.yaml")
	if err := os.WriteFile(path, []byte("lisen: :1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := conf.Load(path, nil, nil); err == nil || !strings.Contains(err.Error(), "lisen") {
		t.Errorf("unknown key: got %v", err)
	}
}

func TestEverySettingIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range conf.Settings() {
		if s.Help == "" || s.HelpZH == "" || seen[s.Env] {
			t.Errorf("%+v is not described or repeats", s)
		}
		seen[s.Env] = true
	}
}
