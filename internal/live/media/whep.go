package media

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"tianbo/internal/kernel/id"
	"tianbo/internal/live/media/av"
	"tianbo/internal/platform/httpapi"
)

// packetSize leaves room for SRTP and the network's headers.
const packetSize = 1200

// rtpOut is the sink for WebRTC viewers: each unit is cut into packets once,
// and sent to all.
type rtpOut struct {
	engine  *Engine
	viewers atomic.Int64
	refused atomic.Bool // the stream cannot be shown over WebRTC

	mu     sync.Mutex
	video  *webrtc.TrackLocalStaticRTP
	audio  *webrtc.TrackLocalStaticRTP
	opus   bool
	peers  map[*peer]struct{}
	closed bool

	packVideo rtp.Packetizer
	packAudio rtp.Packetizer
}

func newRTPOut(e *Engine) *rtpOut { return &rtpOut{engine: e, peers: map[*peer]struct{}{}} }

// Begin notes what the stream holds.
func (o *rtpOut) Begin(epoch av.Epoch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opus = epoch.Params.Opus > 0
	o.refused.Store(epoch.Params.Reordered)
}

// refuse: B-frames have come; WebRTC shows pictures in the order sent.
func (o *rtpOut) refuse() { o.refused.Store(true) }

// tracks makes the shared tracks with the first viewer.
func (o *rtpOut) tracks() (video, audio *webrtc.TrackLocalStaticRTP, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.video == nil {
		o.video, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000}, "video", "tianbo")
		if err != nil {
			return nil, nil, err
		}
		o.audio, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "audio", "tianbo")
		if err != nil {
			return nil, nil, err
		}
		o.packVideo = rtp.NewPacketizer(packetSize, 96, 1, &codecs.H264Payloader{}, rtp.NewRandomSequencer(), 90000)
		o.packAudio = rtp.NewPacketizer(packetSize, 111, 2, &codecs.OpusPayloader{}, rtp.NewRandomSequencer(), 48000)
	}
	if !o.opus {
		return o.video, nil, nil
	}
	return o.video, o.audio, nil
}

// Write sends a unit to the viewers there are.
func (o *rtpOut) Write(u *av.Unit) {
	if o.viewers.Load() == 0 || o.refused.Load() {
		return
	}
	if u.Kind == av.Audio {
		if o.opus {
			o.write(o.audio, o.packAudio, u.Packet, av.Ticks(u.PTS, 48000))
		}
		return
	}
	size := 0
	for _, n := range u.NALs {
		size += len(n) + 4
	}
	annexB := make([]byte, 0, size)
	for _, n := range u.NALs {
		annexB = append(append(annexB, 0, 0, 0, 1), n...)
	}
	o.write(o.video, o.packVideo, annexB, av.Ticks(u.PTS, 90000))
}

func (o *rtpOut) write(t *webrtc.TrackLocalStaticRTP, p rtp.Packetizer, data []byte, stamp int64) {
	for _, packet := range p.Packetize(data, 0) {
		packet.Timestamp = uint32(stamp)
		_ = t.WriteRTP(packet) // each viewer's connection tells of its own end
	}
}

func (o *rtpOut) close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.empty()
}

// empty sends all viewers away.
func (o *rtpOut) empty() {
	o.mu.Lock()
	peers := make([]*peer, 0, len(o.peers))
	for p := range o.peers {
		peers = append(peers, p)
	}
	o.mu.Unlock()
	for _, p := range peers {
		p.close()
	}
}

func (o *rtpOut) join(p *peer) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	if n := o.engine.viewers.Add(1); n > int64(o.engine.Viewers) {
		o.engine.viewers.Add(-1)
		return false
	}
	o.viewers.Add(1)
	o.peers[p] = struct{}{}
	return true
}

func (o *rtpOut) part(p *peer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.peers[p]; ok {
		delete(o.peers, p)
		o.viewers.Add(-1)
		o.engine.viewers.Add(-1)
	}
}

// whep gives a viewer the stream with the least delay.
func (e *Engine) whep(w http.ResponseWriter, r *http.Request) {
	if err := e.watch(w, r); err != nil {
		httpapi.WriteProblem(w, r, err)
	}
}

func (e *Engine) watch(w http.ResponseWriter, r *http.Request) error {
	offer, err := readSDP(r, typeSDP)
	if err != nil {
		return err
	}
	slot := r.PathValue("slot")
	if slot == "" {
		slot = SlotHost
	}
	room := id.Room(r.PathValue("room"))
	c := e.find(room, slot)
	if c == nil || c.dark.Load() || c.muxer.Load() == nil {
		return ErrNoChannel
	}
	if c.out.refused.Load() {
		return ErrUseHLS
	}
	pc, err := e.rtc.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	p := &peer{room: room, kind: "whep", pc: pc}
	p.close = sync.OnceFunc(func() {
		e.remove(p)
		c.out.part(p)
		_ = pc.Close()
	})
	if !c.out.join(p) {
		_ = pc.Close()
		return ErrUseHLS
	}
	if err := c.out.serve(c, pc); err != nil {
		p.close()
		return err
	}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			c.refresh()
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			go p.close()
		}
	})
	sdp, err := p.answer(offer)
	if err == nil && !accepted(pc.LocalDescription(), "video", "H264") {
		err = ErrNoH264
	}
	if err != nil {
		p.close()
		return err
	}
	e.add(p)
	p.created(w, r, sdp)
	return nil
}

// refresh asks the publisher for a keyframe.
func (c *channel) refresh() {
	if f := c.current(); f != nil {
		f.wanted()
	}
}

// serve adds the shared tracks to a viewer and heeds its wish for keyframes.
func (o *rtpOut) serve(c *channel, pc *webrtc.PeerConnection) error {
	video, audio, err := o.tracks()
	if err != nil {
		return err
	}
	sender, err := pc.AddTrack(video)
	if err != nil {
		return err
	}
	go func() {
		for {
			packets, _, err := sender.ReadRTCP()
			if err != nil {
				return
			}
			for _, packet := range packets {
				switch packet.(type) {
				case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
					c.refresh()
				}
			}
		}
	}()
	if audio == nil {
		return nil
	}
	second, err := pc.AddTrack(audio)
	if err != nil {
		return err
	}
	go func() {
		for buf := make([]byte, 1500); ; {
			if _, _, err := second.Read(buf); err != nil {
				return
			}
		}
	}()
	return nil
}
