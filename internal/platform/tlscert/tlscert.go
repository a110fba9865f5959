// Package tlscert gives the web server its certificate: from files, from a
// certificate authority by ACME, or self-signed for trying out. Cameras and
// microphones are open only to pages in a secure context, so that anything
// but localhost needs one of the three.
package tlscert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"
)

// FromFiles serves a certificate and key in PEM. The files are read again
// when they change, so that a renewal needs no restart.
func FromFiles(certFile, keyFile string) (*tls.Config, error) {
	r := &reloader{cert: certFile, key: keyFile}
	if _, err := r.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: r.get}, nil
}

type reloader struct {
	cert, key string
	mu        sync.Mutex
	changed   time.Time
	looked    time.Time
	current   *tls.Certificate
}

func (r *reloader) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.current != nil && now.Sub(r.looked) < time.Minute {
		return r.current, nil
	}
	r.looked = now
	info, err := os.Stat(r.cert)
	if err == nil && r.current != nil && info.ModTime().Equal(r.changed) {
		return r.current, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(r.cert, r.key)
	}
	if err != nil {
		if r.current != nil {
			return r.current, nil // a half-written renewal must not take the site down
		}
		return nil, fmt.Errorf("certificate %s: %w", r.cert, err)
	}
	r.current, r.changed = &pair, info.ModTime()
	return r.current, nil
}

// FromACME gets certificates for the domains when first asked and renews
// them. The authority reaches the server on port 443 (TLS-ALPN).
func FromACME(domains []string, email, cacheDir string) *tls.Config {
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(domains...),
		Cache: autocert.DirCache(cacheDir), Email: email,
	}
	config := m.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	return config
}

const selfSignedLife = 365 * 24 * time.Hour

// SelfSigned uses the certificate in dir, making it when there is none, when
// it soon expires or when it does not cover the machine's present addresses.
// Browsers warn about it once.
func SelfSigned(dir string, hosts []string, now time.Time) (*tls.Config, error) {
	certFile, keyFile := filepath.Join(dir, "self-signed.crt"), filepath.Join(dir, "self-signed.key")
	names := append([]string{"localhost"}, hosts...)
	addresses := localAddresses()
	if pair, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil && covers(pair, names, addresses, now) {
		return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("self-signed certificate: %w; delete %s to have it made anew", err, dir)
	}
	if err := makeSelfSigned(dir, certFile, keyFile, names, addresses, now); err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("self-signed certificate: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}

func covers(pair tls.Certificate, names []string, addresses []net.IP, now time.Time) bool {
	leaf := pair.Leaf
	if leaf == nil || now.Add(7*24*time.Hour).After(leaf.NotAfter) {
		return false
	}
	for _, name := range names {
		if leaf.VerifyHostname(name) != nil {
			return false
		}
	}
	for _, a := range addresses {
		if !slices.ContainsFunc(leaf.IPAddresses, a.Equal) {
			return false
		}
	}
	return true
}

func makeSelfSigned(dir, certFile, keyFile string, names []string, addresses []net.IP, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return fmt.Errorf("making a serial number: %w", err)
	}
	template := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Tianbo self-signed"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(selfSignedLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IPAddresses: addresses,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		return fmt.Errorf("making a certificate: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encoding a key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("folder of the certificate: %w", err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return fmt.Errorf("writing the key: %w", err)
	}
	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600); err != nil {
		return fmt.Errorf("writing the certificate: %w", err)
	}
	return nil
}

// localAddresses are those a phone on the same network may use.
func localAddresses() []net.IP {
	out := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	found, err := net.InterfaceAddrs()
	if err != nil {
		return out
	}
	for _, a := range found {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			out = append(out, n.IP)
		}
	}
	return out
}
