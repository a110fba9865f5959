// Package conf is the one typed configuration. Tianbo runs with none at all;
// a YAML file, then TIANBO_… environment variables, then flags override the
// defaults, each key by itself. Secrets may come from the environment and are
// never printed.
package conf

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"tianbo/internal/kernel/geo"
)

// Config holds every setting. The tags are the key, the default and the help
// of the table in the README, which a test compares.
type Config struct {
	Data     string `conf:"data" default:"data" help:"Folder of the database, events, media and keys" zh:"数据库、事件、影像和密钥所在的文件夹"`
	Listen   string `conf:"listen" default:"127.0.0.1:8080" help:"Address of the web server" zh:"网页服务的地址"`
	URL      string `conf:"url" default:"" help:"Public address, e.g. https://live.example.org; empty means the one the browser used" zh:"对外网址，如 https://live.example.org；留空即浏览器所用的网址"`
	Proxies  string `conf:"proxies" default:"" help:"Comma-separated networks whose X-Forwarded-For is believed" zh:"可信代理的网段，逗号分隔，只信它们的 X-Forwarded-For"`
	Database string `conf:"database" default:"" help:"PostgreSQL address (postgres://…); empty means SQLite in the data folder" zh:"PostgreSQL 地址（postgres://…）；留空即用数据文件夹里的 SQLite" secret:"yes"`
	Demo     bool   `conf:"demo" default:"false" help:"Show demo sign-in codes on the screen; never on a real platform" zh:"演示：验证码显示在屏幕上；正式平台切勿打开"`

	Platform Platform `conf:"platform"`
	SignIn   SignIn   `conf:"sign-in"`
	TLS      TLS      `conf:"tls"`
	NATS     NATS     `conf:"nats"`
	S3       S3       `conf:"s3"`
	Media    Media    `conf:"media"`
	SMS      SMS      `conf:"sms"`
	Pay      Pay      `conf:"pay"`
	Push     Push     `conf:"push"`
	Seal     Seal     `conf:"seal"`
	Limits   Limits   `conf:"limits"`
	Log      Log      `conf:"log"`
	Trace    Trace    `conf:"trace"`
}

// Platform is how the platform names itself.
type Platform struct {
	Name     string `conf:"name" default:"田播" help:"Name of the platform shown to people" zh:"平台名称"`
	Operator string `conf:"operator" default:"" help:"Legal name of the operator, shown in every live room" zh:"运营者的法定名称，每个直播间都会显示"`
	Region   string `conf:"region" default:"" help:"Region code of the county (6 digits)" zh:"县区划代码（6 位）"`
}

// SignIn is how people prove who they are.
type SignIn struct {
	StaffSecond bool `conf:"staff-second-factor" default:"false" help:"Parts on the platform work only in sessions with a passkey or an authenticator" zh:"平台职务只在用通行密钥或验证器登录后才有效"`
}

// TLS says where certificates come from. Cameras need a secure context.
type TLS struct {
	SelfSigned bool   `conf:"self-signed" default:"false" help:"Make and use a self-signed certificate (for trying out on a local network)" zh:"自动生成并使用自签名证书（局域网试用）"`
	Cert       string `conf:"cert" default:"" help:"Certificate file (PEM)" zh:"证书文件（PEM）"`
	Key        string `conf:"key" default:"" help:"Key file (PEM)" zh:"证书私钥文件（PEM）"`
	ACME       string `conf:"acme" default:"" help:"Comma-separated domains to get certificates for by ACME" zh:"用 ACME 自动申请证书的域名，逗号分隔"`
	Email      string `conf:"email" default:"" help:"Contact for the ACME account" zh:"ACME 账户的联系邮箱"`
}

// NATS chooses the event transport.
type NATS struct {
	URL  string `conf:"url" default:"" help:"External NATS address; empty means the server inside the process" zh:"外部 NATS 地址；留空即用进程内的服务" secret:"yes"`
	MQTT string `conf:"mqtt" default:"" help:"Address of the MQTT port for sensors of the inside server, e.g. :1883" zh:"进程内服务给传感器用的 MQTT 端口，如 :1883"`
}

// S3 chooses the object store.
type S3 struct {
	Endpoint string `conf:"endpoint" default:"" help:"S3-compatible endpoint (host:port); empty means files in the data folder" zh:"S3 兼容存储的地址（主机:端口）；留空即存到数据文件夹"`
	Bucket   string `conf:"bucket" default:"tianbo" help:"Bucket" zh:"存储桶"`
	Region   string `conf:"region" default:"us-east-1" help:"Region of the bucket" zh:"存储桶所在区域"`
	Key      string `conf:"key" default:"" help:"Access key" zh:"访问密钥" secret:"yes"`
	Secret   string `conf:"secret" default:"" help:"Secret key" zh:"密钥口令" secret:"yes"`
	Insecure bool   `conf:"insecure" default:"false" help:"Plain HTTP to the endpoint" zh:"用不加密的 HTTP 连接存储"`
}

// Media is live video.
type Media struct {
	UDP       string        `conf:"udp" default:":8189" help:"UDP and TCP address of WebRTC media" zh:"WebRTC 媒体的 UDP 和 TCP 地址"`
	Hosts     string        `conf:"hosts" default:"" help:"Comma-separated public addresses announced to WebRTC peers; empty means those of the machine" zh:"告诉 WebRTC 对端的公网地址，逗号分隔；留空即本机地址"`
	RTMP      string        `conf:"rtmp" default:":1935" help:"Address for encoders (RTMP); off switches it off" zh:"编码器推流（RTMP）的地址；off 关闭"`
	Away      time.Duration `conf:"away" default:"3m" help:"How long a session waits for a lost host before it ends" zh:"主播断线后场次等多久才结束"`
	Retention time.Duration `conf:"retention" default:"26280h" help:"How long recordings are kept after the end; three years is the legal minimum" zh:"录像在场次结束后保存多久；法定至少三年"`
	Viewers   int           `conf:"viewers" default:"200" help:"Most low-latency (WebRTC) viewers of this node; more watch by HLS" zh:"本机低延迟（WebRTC）观众上限；更多的观众看 HLS"`
}

// SMS sends sign-in codes.
type SMS struct {
	Provider string `conf:"provider" default:"console" help:"console (writes codes to the log, for trying out) or aliyun" zh:"console（验证码写进日志，试用）或 aliyun（阿里云短信）"`
	Key      string `conf:"key" default:"" help:"Access key of the provider" zh:"短信服务的访问密钥" secret:"yes"`
	Secret   string `conf:"secret" default:"" help:"Secret of the provider" zh:"短信服务的密钥口令" secret:"yes"`
	Sign     string `conf:"sign" default:"" help:"Approved signature" zh:"已审核的短信签名"`
	Template string `conf:"template" default:"" help:"Approved template of the sign-in code" zh:"已审核的验证码模板"`
}

// Pay is the payment firms; with none, sellers are paid by hand.
type Pay struct {
	Simulate bool   `conf:"simulate" default:"false" help:"Use the simulated payment firm; only together with demo" zh:"使用模拟支付；只能和演示一起用"`
	Wechat   Wechat `conf:"wechat"`
	Alipay   Alipay `conf:"alipay"`
}

// Wechat is WeChat Pay, with the operator as service provider.
type Wechat struct {
	App       string `conf:"app" default:"" help:"App id of the service provider; empty switches WeChat Pay off" zh:"服务商的应用 ID；留空即关闭微信支付"`
	Merchant  string `conf:"merchant" default:"" help:"Merchant number of the service provider" zh:"服务商的商户号"`
	Serial    string `conf:"serial" default:"" help:"Serial number of the merchant's certificate" zh:"商户证书序列号"`
	KeyFile   string `conf:"key-file" default:"" help:"File of the merchant's private key (PEM)" zh:"商户私钥文件（PEM）"`
	V3Key     string `conf:"v3-key" default:"" help:"API v3 key, 32 characters" zh:"API v3 密钥，32 位" secret:"yes"`
	FirmKeyID string `conf:"firm-key-id" default:"" help:"Identifier of WeChat Pay's public key" zh:"微信支付公钥 ID"`
	FirmKey   string `conf:"firm-key-file" default:"" help:"File of WeChat Pay's public key (PEM)" zh:"微信支付公钥文件（PEM）"`
}

// Alipay is Alipay's open platform, with the operator's application.
type Alipay struct {
	App     string `conf:"app" default:"" help:"Application id; empty switches Alipay off" zh:"应用 ID；留空即关闭支付宝"`
	KeyFile string `conf:"key-file" default:"" help:"File of the application's private key (base64)" zh:"应用私钥文件（base64）"`
	FirmKey string `conf:"firm-key-file" default:"" help:"File of Alipay's public key (base64)" zh:"支付宝公钥文件（base64）"`
}

// Push is web push.
type Push struct {
	Contact string `conf:"contact" default:"" help:"mailto: or https: contact that push services ask for; empty switches web push off" zh:"推送服务要求的联系方式（mailto: 或 https:）；留空即关闭网页推送"`
}

// Seal protects personal data.
type Seal struct {
	Keyset string `conf:"keyset" default:"" help:"Folder of the sealing keys; empty means keys/ in the data folder" zh:"个人信息加密密钥的文件夹；留空即数据文件夹里的 keys/"`
}

// Limits are the rate limits.
type Limits struct {
	Factor float64 `conf:"factor" default:"1" help:"Scales every rate limit; 0 switches them off" zh:"按倍数放大所有频率限制；0 即不限制"`
}

// Log is the server's log.
type Log struct {
	Level  string `conf:"level" default:"info" help:"debug, info, warn or error" zh:"debug、info、warn 或 error"`
	Format string `conf:"format" default:"text" help:"text or json" zh:"text 或 json"`
}

// Trace exports OpenTelemetry traces.
type Trace struct {
	Endpoint string `conf:"endpoint" default:"" help:"OTLP/HTTP address for traces; empty switches them off" zh:"链路追踪的 OTLP/HTTP 地址；留空即关闭"`
}

// Setting is one key, for tables and tests.
type Setting struct {
	Key, Env, Default, Help string
	HelpZH                  string
	Secret                  bool
}

// Settings lists every key in the order of Config.
func Settings() []Setting { return settings(reflect.TypeFor[Config](), "") }

func settings(t reflect.Type, prefix string) []Setting {
	var out []Setting
	for i := range t.NumField() {
		f := t.Field(i)
		key := prefix + f.Tag.Get("conf")
		if f.Type.Kind() == reflect.Struct {
			out = append(out, settings(f.Type, key+".")...)
			continue
		}
		out = append(out, Setting{
			Key: key, Env: envName(key), Default: f.Tag.Get("default"),
			Help: f.Tag.Get("help"), HelpZH: f.Tag.Get("zh"), Secret: f.Tag.Get("secret") != "",
		})
	}
	return out
}

func envName(key string) string {
	return "TIANBO_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}

// Load reads the defaults, the file (none when path is empty), the
// environment and the given overrides (flags), in that order, and checks the
// whole.
func Load(path string, environ []string, overrides map[string]any) (*Config, error) {
	k := koanf.New(".")
	known := map[string]string{}
	for _, s := range Settings() {
		known[s.Env] = s.Key
		if err := k.Set(s.Key, s.Default); err != nil {
			return nil, fmt.Errorf("default of %s: %w", s.Key, err)
		}
	}
	if path != "" {
		fromFile := koanf.New(".")
		if err := fromFile.Load(file.Provider(path), yaml.Parser()); err != nil {
			return nil, fmt.Errorf("configuration file %s: %w", path, err)
		}
		for _, key := range fromFile.Keys() {
			if !slices.ContainsFunc(Settings(), func(s Setting) bool { return s.Key == key }) {
				return nil, fmt.Errorf("configuration file %s: unknown key %q", path, key)
			}
		}
		if err := k.Merge(fromFile); err != nil {
			return nil, fmt.Errorf("configuration file %s: %w", path, err)
		}
	}
	err := k.Load(env.Provider(".", env.Opt{
		Prefix: "TIANBO_", EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) { return known[name], value },
	}), nil)
	if err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	for key, value := range overrides {
		if err := k.Set(key, value); err != nil {
			return nil, fmt.Errorf("flag %s: %w", key, err)
		}
	}
	var c Config
	if err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{Tag: "conf"}); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return &c, c.check()
}

// check finds every mistake at once.
func (c *Config) check() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: "+format, append([]any{key}, args...)...))
	}
	if c.Data == "" {
		bad("data", "name a folder")
	}
	for key, address := range map[string]string{"listen": c.Listen, "media.udp": c.Media.UDP, "media.rtmp": c.Media.RTMP, "nats.mqtt": c.NATS.MQTT} {
		if address == "" && key == "nats.mqtt" || address == "off" && key == "media.rtmp" {
			continue
		}
		if _, _, err := net.SplitHostPort(address); err != nil {
			bad(key, "%q is not host:port", address)
		}
	}
	if c.URL != "" {
		if u, err := url.Parse(c.URL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path != "" {
			bad("url", "%q must be http(s)://host without a path", c.URL)
		}
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		bad("database", "must begin with postgres://")
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		bad("tls.cert", "give both tls.cert and tls.key")
	}
	if _, err := geo.ParseRegion(c.Platform.Region); err != nil {
		bad("platform.region", "%v", err)
	}
	if _, err := c.TrustedProxies(); err != nil {
		bad("proxies", "%v", err)
	}
	if c.Media.Retention < 3*365*24*time.Hour {
		bad("media.retention", "recordings must be kept for three years (26280h) at least")
	}
	if !slices.Contains([]string{"console", "aliyun"}, c.SMS.Provider) {
		bad("sms.provider", "%q is neither console nor aliyun", c.SMS.Provider)
	}
	if c.Pay.Simulate && !c.Demo {
		bad("pay.simulate", "only works together with demo: no real platform may pretend to take money")
	}
	if w := c.Pay.Wechat; w.App != "" && (w.Merchant == "" || w.Serial == "" || w.KeyFile == "" || len(w.V3Key) != 32 || w.FirmKeyID == "" || w.FirmKey == "") {
		bad("pay.wechat", "give merchant, serial, key-file, v3-key (32 characters), firm-key-id and firm-key-file as well")
	}
	if a := c.Pay.Alipay; a.App != "" && (a.KeyFile == "" || a.FirmKey == "") {
		bad("pay.alipay", "give key-file and firm-key-file as well")
	}
	if (c.Pay.Wechat.App != "" || c.Pay.Alipay.App != "") && !strings.HasPrefix(c.URL, "https://") {
		bad("url", "payment firms call back: give the public https address")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		bad("log.level", "%q is none of debug, info, warn, error", c.Log.Level)
	}
	if !slices.Contains([]string{"text", "json"}, c.Log.Format) {
		bad("log.format", "%q is neither text nor json", c.Log.Format)
	}
	return errors.Join(errs...)
}

// TrustedProxies are the networks of Proxies.
func (c *Config) TrustedProxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, part := range List(c.Proxies) {
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("%q is not a network such as 10.0.0.0/8", part)
		}
		out = append(out, p)
	}
	return out, nil
}

// List splits a comma-separated setting.
func List(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
