package media

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"

	"tianbo/internal/kernel/id"
	"tianbo/internal/live/media/av"
	"tianbo/internal/platform/httpapi"
)

const (
	// keyEvery is how often a keyframe is asked for: it sets the length of
	// segments and so the delay of HLS.
	keyEvery = 2 * time.Second
	// lateness is how many packets a lost one is waited for.
	lateness = 256
)

// whip takes a publisher (RFC 9725).
func (e *Engine) whip(w http.ResponseWriter, r *http.Request) {
	if err := e.publish(w, r); err != nil {
		httpapi.WriteProblem(w, r, err)
	}
}

func (e *Engine) publish(w http.ResponseWriter, r *http.Request) error {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || secret == "" {
		w.Header().Set("WWW-Authenticate", "Bearer")
		return ErrToken
	}
	offer, err := readSDP(r, typeSDP)
	if err != nil {
		return err
	}
	who, err := e.Gate.Authorize(r.Context(), secret)
	if err != nil {
		return err
	}
	slot := r.PathValue("slot")
	if slot == "" {
		slot = SlotHost
	}
	if who.Room != id.Room(r.PathValue("room")) || who.Slot != slot {
		return ErrToken
	}
	pc, err := e.rtc.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	p := &peer{room: who.Room, kind: "whip", pc: pc}
	in := &whipIn{pc: pc, ready: make(chan struct{})}
	c := e.open(who)
	p.close = sync.OnceFunc(func() {
		e.remove(p)
		select {
		case <-in.ready:
			c.leave(in.feed)
		default: // never was attached
		}
		_ = pc.Close()
	})
	pc.OnTrack(in.track)
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateClosed {
			go p.close()
		}
	})
	sdp, err := p.answer(offer)
	if err == nil && !accepted(pc.LocalDescription(), "video", "H264") {
		err = ErrNoH264
	}
	if err == nil {
		in.feed, err = c.attach(secret, func() { p.close() })
	}
	if err != nil {
		_ = pc.Close()
		return err
	}
	if accepted(pc.LocalDescription(), "audio", "OPUS") {
		in.feed.sound(func(p *av.Params) { p.Opus = 2 })
	}
	in.feed.refresh = in.refresh
	close(in.ready)
	e.add(p)
	p.created(w, r, sdp)
	return nil
}

// whipIn turns the tracks of a publisher into its feed's units.
type whipIn struct {
	pc    *webrtc.PeerConnection
	feed  *feed
	ready chan struct{} // closed when feed is set

	video     atomic.Uint32 // SSRC of the picture
	refreshed atomic.Int64  // UnixNano of the last keyframe request

	mu     sync.Mutex // guards the clocks: two tracks share the alignment
	clocks [2]av.RTPTime
	said   [2]*av.Report
}

// refresh asks for a keyframe, at most twice a second.
func (in *whipIn) refresh() {
	now := time.Now().UnixNano()
	last := in.refreshed.Load()
	if now-last < int64(500*time.Millisecond) || !in.refreshed.CompareAndSwap(last, now) || in.video.Load() == 0 {
		return
	}
	_ = in.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: in.video.Load()}}) // asked again soon
}

func (in *whipIn) track(t *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	<-in.ready
	kind := av.Audio
	rate := int64(48000)
	if t.Kind() == webrtc.RTPCodecTypeVideo {
		kind, rate = av.Video, 90000
		in.video.Store(uint32(t.SSRC()))
		in.refresh()
	}
	in.mu.Lock()
	in.clocks[kind].Rate = rate
	in.mu.Unlock()
	go in.reports(kind, receiver)
	if kind == av.Video {
		in.pictures(t)
	} else {
		in.sounds(t)
	}
}

func (in *whipIn) at(kind av.Kind, stamp uint32) int64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.clocks[kind].At(stamp, in.feed.c.now())
}

// reports follows the sender's clock; when it is known for both tracks the
// sound is set beside its picture, once.
func (in *whipIn) reports(kind av.Kind, receiver *webrtc.RTPReceiver) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			sr, ok := packet.(*rtcp.SenderReport)
			if !ok {
				continue
			}
			in.mu.Lock()
			if in.said[kind] == nil {
				in.said[kind] = &av.Report{NTP: sr.NTPTime, Stamp: sr.RTPTime}
				if v, a := in.said[av.Video], in.said[av.Audio]; v != nil && a != nil {
					av.Align(&in.clocks[av.Video], *v, &in.clocks[av.Audio], *a)
				}
			}
			in.mu.Unlock()
		}
	}
}

func (in *whipIn) pictures(t *webrtc.TrackRemote) {
	builder := samplebuilder.New(lateness, &codecs.H264Packet{}, 90000)
	asked := time.Now()
	whole := true // no packet missing since the last keyframe
	for {
		packet, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		in.feed.touched(len(packet.Payload))
		builder.Push(packet)
		for s := builder.Pop(); s != nil; s = builder.Pop() {
			if s.PrevDroppedPackets > 0 {
				whole = false
				in.refresh()
			}
			var nals h264.AnnexB
			if nals.Unmarshal(s.Data) != nil {
				continue
			}
			if !whole && !h264.IsRandomAccess(nals) {
				continue // would be shown broken
			}
			whole = true
			at := in.at(av.Video, s.PacketTimestamp)
			in.feed.picture(at, at, nals)
		}
		if time.Since(asked) > keyEvery {
			asked = time.Now()
			in.refresh()
		}
	}
}

// reorder is how many packets of sound may be held to bring them in order.
const reorder = 8

func (in *whipIn) sounds(t *webrtc.TrackRemote) {
	var held []*rtp.Packet
	var next uint16
	for started := false; ; {
		packet, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		in.feed.touched(len(packet.Payload))
		if !started {
			started, next = true, packet.SequenceNumber
		}
		if int16(packet.SequenceNumber-next) < 0 {
			continue // its place has gone by
		}
		held = insertBySequence(held, packet)
		for len(held) > 0 && (held[0].SequenceNumber == next || len(held) > reorder) {
			next = held[0].SequenceNumber + 1
			in.sound(held[0])
			held = held[1:]
		}
	}
}

func (in *whipIn) sound(p *rtp.Packet) {
	if len(p.Payload) == 0 {
		return
	}
	duration := av.Micros(opus.PacketDuration2(p.Payload), 48000)
	in.feed.packet(in.at(av.Audio, p.Timestamp), duration, p.Payload)
}

// insertBySequence keeps packets in the order of their 16-bit numbers.
func insertBySequence(held []*rtp.Packet, p *rtp.Packet) []*rtp.Packet {
	i := len(held)
	for i > 0 && int16(held[i-1].SequenceNumber-p.SequenceNumber) > 0 {
		i--
	}
	held = append(held, nil)
	copy(held[i+1:], held[i:])
	held[i] = p
	return held
}
