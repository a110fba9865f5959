package media

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/httpapi"
)

// forever is beyond the end of every recording.
const forever = int64(1) << 62

// replayPlaylist lists a recording as HLS on demand: one byte range a GOP.
func (e *Engine) replayPlaylist(w http.ResponseWriter, r *http.Request) {
	session, slot := id.Session(r.PathValue("session")), slotOf(r)
	if err := e.Gate.MayReplay(r.Context(), session); err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	files, err := records(r.Context(), session, slot, -1, forever)
	if err == nil && len(files) == 0 {
		err = ErrNotRecorded
	}
	var row channelRow
	if err == nil {
		row, err = loadChannel(r.Context(), session, slot)
	}
	if err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.apple.mpegurl")
	h.Set("Cache-Control", "no-cache") // it may be hidden or still grow by its last file
	_, _ = io.WriteString(w, vod(files, row.Origin))
}

func slotOf(r *http.Request) string {
	if s := r.PathValue("slot"); s != "" {
		return s
	}
	return SlotHost
}

// vod writes the list. Each file and each end of a hole tells the time of day,
// so that a player can set what was said beside what was shown: a list leaves
// holes out.
func vod(files []record, origin time.Time) string {
	longest := int64(1_000_000)
	for _, f := range files {
		for _, g := range f.GOPs {
			longest = max(longest, g.Length)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n", (longest+999_999)/1_000_000)
	end := int64(-1)
	for i, f := range files {
		if i > 0 && files[i-1].Epoch != f.Epoch {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		name := fmt.Sprintf("file/%06d.mp4", f.Seq)
		fmt.Fprintf(&b, "#EXT-X-MAP:URI=%q,BYTERANGE=\"%d@0\"\n", name, f.InitSize)
		for j, g := range f.GOPs {
			if j == 0 || g.Start != end {
				at := origin.Add(time.Duration(g.Start) * time.Microsecond).UTC()
				fmt.Fprintf(&b, "#EXT-X-PROGRAM-DATE-TIME:%s\n", at.Format("2006-01-02T15:04:05.000Z"))
			}
			end = g.Start + g.Length
			fmt.Fprintf(&b, "#EXTINF:%.5f,\n#EXT-X-BYTERANGE:%d@%d\n%s\n", float64(g.Length)/1e6, g.Size, g.Offset, name)
		}
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
}

// replayFile serves a recorded file, in ranges.
func (e *Engine) replayFile(w http.ResponseWriter, r *http.Request) {
	session, slot := id.Session(r.PathValue("session")), slotOf(r)
	if err := e.Gate.MayReplay(r.Context(), session); err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	number, ok := strings.CutSuffix(r.PathValue("file"), ".mp4")
	seq, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		httpapi.WriteProblem(w, r, ErrNotRecorded)
		return
	}
	f, err := e.Store.Open(r.Context(), fmt.Sprintf("rec/%s/%s/%06d.mp4", session, slot, seq))
	if err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", "video/mp4")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("ETag", fmt.Sprintf(`"%s-%d"`, slot, seq))
	http.ServeContent(w, r, "", time.Time{}, f)
}

// Length is how long the host's recording is, holes included.
func (*Engine) Length(ctx context.Context, session id.Session) (time.Duration, error) {
	files, err := records(ctx, session, SlotHost, -1, forever)
	if err != nil || len(files) == 0 {
		return 0, err
	}
	return time.Duration(files[len(files)-1].end()-files[0].start()) * time.Microsecond, nil
}

// Bytes is the size of a session's recording of one slot.
func (*Engine) Bytes(ctx context.Context, session id.Session, slot string) (int64, error) {
	_, n, err := extent(ctx, session, slot)
	return n, err
}

// Erase deletes a session's recording. The caller has made sure that it may.
func (e *Engine) Erase(ctx context.Context, session id.Session) error {
	keys, err := allKeys(ctx, session)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := e.Store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return forget(ctx, session)
}

// Position is where the present stands in the host's running picture.
func (*Engine) Position(ctx context.Context, session id.Session, now time.Time) (time.Duration, error) {
	row, err := loadChannel(ctx, session, SlotHost)
	if err != nil {
		return 0, err
	}
	return max(now.Sub(row.Origin), 0), nil
}
