package httpapi

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tianbo/internal/kernel/clock"
)

// Rate is a class of operations that share an allowance, counted per signed-in
// account, else per network address.
type Rate struct {
	Name   string
	Every  time.Duration // one more request is allowed each Every
	Burst  int
	ByAddr bool // count by address even when signed in
}

// The classes.
var (
	RateRead   = Rate{Name: "read", Every: 20 * time.Millisecond, Burst: 200}
	RateWrite  = Rate{Name: "write", Every: 200 * time.Millisecond, Burst: 60}
	RateChat   = Rate{Name: "chat", Every: time.Second, Burst: 10}
	RateUpload = Rate{Name: "upload", Every: 2 * time.Second, Burst: 30}
	RateSignIn = Rate{Name: "sign_in", Every: 6 * time.Second, Burst: 20, ByAddr: true}
)

// limiter keeps token buckets and forgets those that have filled up again.
type limiter struct {
	clock   clock.Clock
	factor  float64 // scales every allowance; 0 switches limits off
	mu      sync.Mutex
	buckets map[string]*bucket
	swept   time.Time
}

type bucket struct {
	tokens *rate.Limiter
	full   time.Time // when nothing is left to remember
}

func newLimiter(c clock.Clock, factor float64) *limiter {
	return &limiter{clock: c, factor: factor, buckets: map[string]*bucket{}}
}

// take spends one request of who in class; wait is 0 when allowed.
func (l *limiter) take(class Rate, who string) (wait time.Duration) {
	if l.factor <= 0 || class.Every <= 0 {
		return 0
	}
	now := l.clock.Now()
	every := time.Duration(float64(class.Every) / l.factor)
	burst := max(1, int(float64(class.Burst)*l.factor))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	key := class.Name + " " + who
	b := l.buckets[key]
	if b == nil {
		b = &bucket{tokens: rate.NewLimiter(rate.Every(every), burst)}
		l.buckets[key] = b
	}
	b.full = now.Add(every * time.Duration(burst))
	r := b.tokens.ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for key, b := range l.buckets {
		if now.After(b.full) {
			delete(l.buckets, key)
		}
	}
}
