package media

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"

	"tianbo/internal/live/media/av"
)

const (
	// rtmpPatience bounds every read and write of an encoder's connection.
	rtmpPatience = 10 * time.Second
	// rtmpConnections bounds connections that have not yet shown a key.
	rtmpConnections = 64
)

// deadlineConn ends a connection that stands still.
type deadlineConn struct{ net.Conn }

func (c deadlineConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(rtmpPatience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c deadlineConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(rtmpPatience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// serveRTMP takes encoders until the listener is closed.
func (e *Engine) serveRTMP() {
	var unknown atomic.Int64
	conns := map[net.Conn]struct{}{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for {
		conn, err := e.rtmp.Accept()
		if errors.Is(err, net.ErrClosed) {
			break
		}
		if err != nil {
			e.Log.Warn("an encoder could not connect", "error", err)
			<-time.After(100 * time.Millisecond) // out of descriptors: others will close
			continue
		}
		if unknown.Add(1) > rtmpConnections {
			unknown.Add(-1)
			conn.Close()
			continue
		}
		mu.Lock()
		conns[conn] = struct{}{}
		mu.Unlock()
		wg.Go(func() {
			known := sync.OnceFunc(func() { unknown.Add(-1) })
			defer known()
			defer func() {
				if r := recover(); r != nil {
					e.Log.Error("an encoder's connection failed", "panic", r, "stack", string(debug.Stack()))
				}
				conn.Close()
				mu.Lock()
				delete(conns, conn)
				mu.Unlock()
			}()
			if err := e.encoder(conn, known); err != nil {
				e.Log.Info("an encoder's connection ended", "reason", err)
			}
		})
	}
	mu.Lock()
	for c := range conns {
		c.Close()
	}
	mu.Unlock()
	wg.Wait()
}

// encoder serves one connection. The stream key is the last part of the
// address; it is never logged.
func (e *Engine) encoder(conn net.Conn, known func()) error {
	sc := &gortmplib.ServerConn{RW: deadlineConn{conn}}
	if err := sc.Initialize(); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if err := sc.Accept(); err != nil {
		return fmt.Errorf("command: %w", err)
	}
	if !sc.Publish {
		return errors.New("it wants to play; viewers watch by HLS or WHEP")
	}
	secret := path.Base(sc.URL.Path)
	ctx, cancel := context.WithTimeout(e.ctx, rtmpPatience)
	defer cancel()
	who, err := e.Gate.Authorize(ctx, secret)
	if err != nil {
		return fmt.Errorf("stream key: %w", err)
	}
	known()
	reader := &gortmplib.Reader{Conn: sc}
	if err := reader.Initialize(); err != nil {
		return fmt.Errorf("reading tracks: %w", err)
	}
	c := e.open(who)
	f, err := c.attach(secret, func() { conn.Close() })
	if err != nil {
		return err
	}
	defer c.leave(f)
	if err := takeTracks(f, reader); err != nil {
		return err
	}
	for {
		if err := reader.Read(); err != nil {
			return err
		}
	}
}

// rtmpClock maps an encoder's time stamps to the timeline. Stamps that jump
// (an encoder that began anew on one connection) are mapped afresh.
type rtmpClock struct {
	f       *feed
	started bool
	offset  int64
}

func (k *rtmpClock) at(stamp time.Duration) int64 {
	now := k.f.c.now()
	at := stamp.Microseconds() + k.offset
	if d := at - now; !k.started || d > 10_000_000 || d < -30_000_000 {
		k.started, k.offset = true, now-stamp.Microseconds()
		at = now
	}
	return at
}

// takeTracks connects the one H.264 track and the first sound there is.
func takeTracks(f *feed, reader *gortmplib.Reader) error {
	clock := &rtmpClock{f: f}
	video, sound := false, false
	for _, t := range reader.Tracks() {
		switch codec := t.Codec.(type) {
		case *codecs.H264:
			if video {
				continue
			}
			video = true
			f.sound(func(p *av.Params) { p.SPS, p.PPS = codec.SPS, codec.PPS })
			reader.OnDataH264(t, func(pts, dts time.Duration, au [][]byte) {
				n := 0
				for _, nal := range au {
					n += len(nal)
				}
				f.touched(n)
				d := clock.at(dts)
				f.picture(d+(pts-dts).Microseconds(), d, au)
			})
		case *codecs.MPEG4Audio:
			if sound || codec.Config == nil || codec.Config.SampleRate <= 0 {
				continue
			}
			sound = true
			f.sound(func(p *av.Params) { p.AAC = codec.Config })
			length := av.Micros(mpeg4audio.SamplesPerAccessUnit, int64(codec.Config.SampleRate))
			reader.OnDataMPEG4Audio(t, func(pts time.Duration, au []byte) {
				f.touched(len(au))
				f.packet(clock.at(pts), length, au)
			})
		case *codecs.Opus:
			if sound {
				continue
			}
			sound = true
			f.sound(func(p *av.Params) { p.Opus = max(codec.ChannelCount, 1) })
			reader.OnDataOpus(t, func(pts time.Duration, packet []byte) {
				f.touched(len(packet))
				f.packet(clock.at(pts), av.Micros(opus.PacketDuration2(packet), 48000), packet)
			})
		}
	}
	if !video {
		return errors.New("the encoder sends no H.264 picture")
	}
	return nil
}
