package realtime

import (
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"

	"tianbo/internal/platform/httpapi"
)

// rateConnect is wide: a village shares one address.
var rateConnect = httpapi.Rate{Name: "connect", Every: 20 * time.Millisecond, Burst: 3000, ByAddr: true}

// gate admits a bounded number of new connections a second, a quarter of what
// a core can take: after a fall of the node all its clients come at once.
type gate struct {
	mu     sync.Mutex
	second int64
	n      int
}

func (g *gate) admits(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := now.Unix(); s != g.second {
		g.second, g.n = s, 0
	}
	g.n++
	return g.n <= 2000*runtime.GOMAXPROCS(0)
}

// Routes mounts the connection endpoints: WebSocket, and for networks that
// break it HTTP streaming and server-sent events with emulation.
func (h *Hub) Routes(api *httpapi.API) {
	ping := centrifuge.PingPongConfig{PingInterval: pingEvery, PongTimeout: patience}
	admit := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !h.gate.admits(time.Now()) {
				w.Header().Set("Retry-After", "5")
				http.Error(w, "too many at once", http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	op := httpapi.RawOp{Rate: rateConnect}
	api.Raw("GET /api/connect/websocket", admit(centrifuge.NewWebsocketHandler(h.node, centrifuge.WebsocketConfig{
		ReadBufferSize: 512, UseWriteBufferPool: true, MessageSizeLimit: 16 << 10, PingPongConfig: ping, Compression: false,
	})), op)
	api.Raw("POST /api/connect/http_stream", admit(centrifuge.NewHTTPStreamHandler(h.node, centrifuge.HTTPStreamConfig{MaxRequestBodySize: 16 << 10, PingPongConfig: ping})), op)
	api.Raw("GET /api/connect/sse", admit(centrifuge.NewSSEHandler(h.node, centrifuge.SSEConfig{MaxRequestBodySize: 16 << 10, PingPongConfig: ping})), op)
	api.Raw("POST /api/connect/emulation", centrifuge.NewEmulationHandler(h.node, centrifuge.EmulationConfig{MaxRequestBodySize: 16 << 10}), op)
}
