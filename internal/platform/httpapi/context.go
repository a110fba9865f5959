package httpapi

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

type (
	langKey    struct{}
	traceKey   struct{}
	addressKey struct{}
)

// Lang is the language of the request: "zh-CN" or "en".
func Lang(ctx context.Context) string {
	if lang, ok := ctx.Value(langKey{}).(string); ok {
		return lang
	}
	return "zh-CN"
}

// Trace is the request's reference, shown to the person when we fail.
func Trace(ctx context.Context) string {
	trace, _ := ctx.Value(traceKey{}).(string)
	return trace
}

// Address is the network address of the client, for rate limits and the
// security log. Empty outside a request.
func Address(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}

// negotiate picks the language: the first of Accept-Language that we speak,
// Chinese otherwise.
func negotiate(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch {
		case strings.HasPrefix(strings.ToLower(tag), "zh"):
			return "zh-CN"
		case strings.HasPrefix(strings.ToLower(tag), "en"):
			return "en"
		}
	}
	return "zh-CN"
}

// clientAddress is the peer's address, or what a trusted proxy says it is.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	peer = peer.Unmap()
	hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	for i := len(hops) - 1; i >= 0 && within(trusted, peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap()
	}
	return peer.String()
}

func within(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
