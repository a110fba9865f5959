package media

import (
	"net/http"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/httpapi"
)

// rateMedia is wide: a player asks for a part four times a second, and many
// viewers may share an address.
var rateMedia = httpapi.Rate{Name: "media", Every: 5 * time.Millisecond, Burst: 4000, ByAddr: true}

// Routes mounts the media addresses. They carry no cookie and no token except
// for publishing, so that any cache may stand before them.
func (e *Engine) Routes(api *httpapi.API) {
	media := httpapi.RawOp{Rate: rateMedia, Foreign: true}
	for _, at := range []string{"/live/{room}", "/live/{room}/guest/{slot}"} {
		api.Raw("GET "+at+"/index.m3u8", http.HandlerFunc(e.playlist), media)
		api.Raw("POST "+at+"/whip", http.HandlerFunc(e.whip), media)
		api.Raw("POST "+at+"/whep", http.HandlerFunc(e.whep), media)
		for _, kind := range []string{"whip", "whep"} {
			api.Raw("DELETE "+at+"/"+kind+"/{peer}", e.resource(kind), media)
			api.Raw("PATCH "+at+"/"+kind+"/{peer}", e.resource(kind), media)
			api.Raw("OPTIONS "+at+"/"+kind, http.HandlerFunc(preflight), media)
		}
		api.Raw("OPTIONS "+at+"/whip/{peer}", http.HandlerFunc(preflight), media)
		api.Raw("OPTIONS "+at+"/whep/{peer}", http.HandlerFunc(preflight), media)
	}
	api.Raw("GET /live/{room}/hls/{file}", http.HandlerFunc(e.file), media)
	api.Raw("GET /live/{room}/guest/{slot}/hls/{file}", http.HandlerFunc(e.file), media)
	for _, at := range []string{"/replay/{session}", "/replay/{session}/guest/{slot}"} {
		api.Raw("GET "+at+"/index.m3u8", http.HandlerFunc(e.replayPlaylist), media)
	}
	api.Raw("GET /replay/{session}/file/{file}", http.HandlerFunc(e.replayFile), media)
	api.Raw("GET /replay/{session}/guest/{slot}/file/{file}", http.HandlerFunc(e.replayFile), media)
}

// preflight lets pages of other origins publish and watch, as RFC 9725 asks.
func preflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
	h.Set("Accept-Post", typeSDP)
	w.WriteHeader(http.StatusNoContent)
}

func (e *Engine) playlist(w http.ResponseWriter, r *http.Request) {
	c := e.find(id.Room(r.PathValue("room")), slotOf(r))
	if c == nil || c.dark.Load() {
		w.Header().Set("Cache-Control", "no-store")
		httpapi.WriteProblem(w, r, ErrNoChannel)
		return
	}
	m := c.muxer.Load()
	if m == nil {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Retry-After", "2")
		http.Error(w, "no picture yet", http.StatusServiceUnavailable)
		return
	}
	m.ServePlaylist(w, r)
}

func (e *Engine) file(w http.ResponseWriter, r *http.Request) {
	c := e.find(id.Room(r.PathValue("room")), slotOf(r))
	if c == nil || c.dark.Load() || c.muxer.Load() == nil {
		w.Header().Set("Cache-Control", "no-store")
		httpapi.WriteProblem(w, r, ErrNoChannel)
		return
	}
	c.muxer.Load().ServeFile(w, r, r.PathValue("file"))
}
