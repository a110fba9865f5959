package app

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/market/payment"
	"tianbo/internal/platform/conf"
	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/pay/alipay"
	"tianbo/internal/platform/pay/paysim"
	"tianbo/internal/platform/pay/wechat"
)

// firms are the payment firms of the configuration.
type firms struct {
	list     []pay.Provider
	callBack string // address that firms call back
	sellers  *sellers
	// The simulated firm, and the loopback port by which it and the adapters
	// talk to each other; nil for real firms.
	sim  *paysim.Sim
	port net.Listener
}

// sellers give the authorisations that Alipay wants; the module that keeps them
// is made later.
type sellers struct{ payments *payment.Module }

func (s *sellers) authorisation(ctx context.Context, seller string) (string, error) {
	return s.payments.Authorisation(ctx, seller)
}

func openFirms(ctx context.Context, c *conf.Config) (firms, error) {
	if c.Pay.Simulate {
		return simulate(ctx)
	}
	f := firms{callBack: strings.TrimSuffix(c.URL, "/"), sellers: &sellers{}}
	if w := c.Pay.Wechat; w.App != "" {
		o := wechat.Options{App: w.App, Merchant: w.Merchant, Serial: w.Serial, V3Key: w.V3Key, FirmKeyID: w.FirmKeyID}
		var err error
		if o.Key, err = privateKey(w.KeyFile); err != nil {
			return f, fmt.Errorf("pay.wechat.key-file: %w", err)
		}
		if o.FirmKey, err = publicKey(w.FirmKey); err != nil {
			return f, fmt.Errorf("pay.wechat.firm-key-file: %w", err)
		}
		p, err := wechat.New(ctx, o)
		if err != nil {
			return f, err
		}
		f.list = append(f.list, p)
	}
	if a := c.Pay.Alipay; a.App != "" {
		key, err := os.ReadFile(a.KeyFile)
		if err != nil {
			return f, fmt.Errorf("pay.alipay.key-file: %w", err)
		}
		firm, err := os.ReadFile(a.FirmKey)
		if err != nil {
			return f, fmt.Errorf("pay.alipay.firm-key-file: %w", err)
		}
		p, err := alipay.New(alipay.Options{
			App: a.App, Key: strings.TrimSpace(string(key)), FirmKey: strings.TrimSpace(string(firm)), Authorisation: f.sellers.authorisation,
		})
		if err != nil {
			return f, err
		}
		f.list = append(f.list, p)
	}
	return f, nil
}

func simulate(ctx context.Context) (firms, error) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return firms{}, fmt.Errorf("simulated payment firm: %w", err)
	}
	f := firms{port: port, callBack: "http://" + port.Addr().String()}
	if f.sim, err = paysim.New(f.callBack, clock.System); err != nil {
		return f, err
	}
	f.sim.Site = "/paysim"
	w, err := wechat.New(ctx, f.sim.Wechat())
	if err != nil {
		return f, err
	}
	o, err := f.sim.Alipay()
	if err != nil {
		return f, err
	}
	a, err := alipay.New(o)
	f.list = []pay.Provider{w, a}
	return f, err
}

// serve runs the simulated firm until ctx ends; api answers its notices.
func (f firms) serve(ctx context.Context, api http.Handler, log *slog.Logger) {
	mux := http.NewServeMux()
	mux.Handle("/pay/", api)
	mux.Handle("/", f.sim.Handler())
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		_ = s.Close()
	}()
	if err := s.Serve(f.port); !errors.Is(err, http.ErrServerClosed) {
		log.Error("the simulated payment firm has stopped", "error", err)
	}
	<-stopped
	f.sim.Wait()
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("not a PEM file")
	}
	return block.Bytes, nil
}

func privateKey(path string) (*rsa.PrivateKey, error) {
	der, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return x509.ParsePKCS1PrivateKey(der)
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("not an RSA key")
	}
	return rsaKey, nil
}

func publicKey(path string) (*rsa.PublicKey, error) {
	der, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	rsaKey, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("not an RSA key")
	}
	return rsaKey, nil
}
