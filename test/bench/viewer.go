package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// audience gathers what the viewers measure, in ms.
type audience struct {
	mu     sync.Mutex
	delays []float64 // from sending the newest picture of a part to having the part
	ages   []float64 // from sending the oldest
	parts  int
}

func (a *audience) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.delays, a.ages, a.parts = nil, nil, 0
}

func (a *audience) taken() (delays, ages []float64, parts int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(slices.Values(a.delays)), slices.Sorted(slices.Values(a.ages)), a.parts
}

// view is one LL-HLS viewer: it follows every playlist of the stream that a
// player would, asks for the next part as soon as it has one, and takes each.
func (a *audience) view(ctx context.Context, address string, measuring bool) {
	jar, _ := cookiejar.New(nil) // never fails without options
	v := &viewer{ctx: ctx, a: a, measuring: measuring, web: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	defer v.web.CloseIdleConnections()
	text, base, err := v.get(address)
	if err != nil {
		return
	}
	lists := []string{base}
	if strings.Contains(text, "#EXT-X-STREAM-INF") {
		lists = nil
		for _, m := range playlists.FindAllStringSubmatch(text, -1) {
			lists = append(lists, resolve(base, m[1]+m[2]))
		}
	}
	var wg sync.WaitGroup
	for _, list := range lists {
		wg.Go(func() { v.follow(list) })
	}
	wg.Wait()
}

var (
	playlists = regexp.MustCompile(`(?m)URI="([^"]+\.m3u8[^"]*)"|^([^#\s]\S*\.m3u8\S*)$`)
	partLine  = regexp.MustCompile(`#EXT-X-PART:[^\n]*URI="([^"]+)"`)
	sequence  = regexp.MustCompile(`#EXT-X-MEDIA-SEQUENCE:(\d+)`)
)

type viewer struct {
	ctx       context.Context
	a         *audience
	web       *http.Client
	measuring bool
}

func (v *viewer) get(address string) (text, base string, err error) {
	req, err := http.NewRequestWithContext(v.ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", "", err
	}
	res, err := v.web.Do(req)
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d", address, res.StatusCode)
	}
	return string(body), res.Request.URL.String(), err
}

func resolve(base, ref string) string {
	b, err1 := url.Parse(base)
	r, err2 := url.Parse(ref)
	if err1 != nil || err2 != nil {
		return ref
	}
	out := b.ResolveReference(r)
	if out.RawQuery == "" {
		out.RawQuery = b.RawQuery // a session, where the server keeps one there
	}
	return out.String()
}

// follow takes one media playlist's parts.
func (v *viewer) follow(list string) {
	seen := map[string]bool{}
	first := true
	ask := list
	for v.ctx.Err() == nil {
		text, base, err := v.get(ask)
		if err != nil {
			sleep(v.ctx, 200*time.Millisecond)
			ask = list
			continue
		}
		names := partLine.FindAllStringSubmatch(text, -1)
		for i, m := range names {
			if seen[m[1]] {
				continue
			}
			seen[m[1]] = true
			if !first || i == len(names)-1 {
				v.take(resolve(base, m[1]))
			}
		}
		first = false
		ask = next(list, text)
		if len(seen) > 2000 {
			clear(seen)
			first = true
		}
	}
}

// next asks for the part after the last of the playlist, and waits for it.
func next(list, text string) string {
	msn := int64(0)
	if m := sequence.FindStringSubmatch(text); m != nil {
		_, _ = fmt.Sscan(m[1], &msn)
	}
	msn += int64(strings.Count(text, "#EXTINF:"))
	tail := text
	if i := strings.LastIndex(text, "#EXTINF:"); i >= 0 {
		tail = text[i:]
	}
	u, err := url.Parse(list)
	if err != nil {
		return list
	}
	q := u.Query()
	q.Set("_HLS_msn", fmt.Sprint(msn))
	q.Set("_HLS_part", fmt.Sprint(strings.Count(tail, "#EXT-X-PART:")))
	u.RawQuery = q.Encode()
	return u.String()
}

func (v *viewer) take(address string) {
	req, err := http.NewRequestWithContext(v.ctx, http.MethodGet, address, nil)
	if err != nil {
		return
	}
	res, err := v.web.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	if !v.measuring {
		_, _ = io.Copy(io.Discard, res.Body)
		v.a.mu.Lock()
		v.a.parts++
		v.a.mu.Unlock()
		return
	}
	data, err := io.ReadAll(res.Body)
	now := time.Now()
	if err != nil || res.StatusCode != http.StatusOK {
		return
	}
	v.a.mu.Lock()
	defer v.a.mu.Unlock()
	v.a.parts++
	oldest, newest := moments(data)
	if !newest.IsZero() {
		v.a.delays = append(v.a.delays, now.Sub(newest).Seconds()*1000)
		v.a.ages = append(v.a.ages, now.Sub(oldest).Seconds()*1000)
	}
}

// moments are when the first and the last picture of a part were sent.
func moments(data []byte) (oldest, newest time.Time) {
	for {
		i := bytes.Index(data, sign)
		if i < 0 || len(data) < i+len(sign)+16 {
			return oldest, newest
		}
		at, err := hex.DecodeString(string(data[i+len(sign) : i+len(sign)+16]))
		data = data[i+len(sign):]
		if err != nil {
			continue
		}
		newest = time.Unix(0, int64(binary.BigEndian.Uint64(at)))
		if oldest.IsZero() {
			oldest = newest
		}
	}
}
