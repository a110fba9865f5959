package media

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// rtc is the WebRTC side of the node: one UDP port for everyone, the same TCP
// port for networks that let no UDP through.
type rtc struct {
	api *webrtc.API
	udp net.PacketConn
	tcp net.Listener
	mux ice.UDPMux
}

// samePort takes a port for both. One that the system chose for the first may
// be somebody's for the second; then it is asked for another.
func samePort(address string) (net.PacketConn, net.Listener, error) {
	_, port, _ := net.SplitHostPort(address)
	for try := 1; ; try++ {
		udp, err := net.ListenPacket("udp", address)
		if err != nil {
			return nil, nil, err
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err == nil {
			return udp, tcp, nil
		}
		udp.Close()
		if port != "0" || try == 10 {
			return nil, nil, err
		}
	}
}

func newRTC(address string, hosts []string) (*rtc, error) {
	udp, tcp, err := samePort(address)
	if err != nil {
		return nil, fmt.Errorf("media port: %w", err)
	}
	r := &rtc{udp: udp, tcp: tcp, mux: webrtc.NewICEUDPMux(nil, udp)}
	var s webrtc.SettingEngine
	s.SetLite(true)
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEUDPMux(r.mux)
	s.SetICETCPMux(webrtc.NewICETCPMux(nil, tcp, 64))
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(5*time.Second, 25*time.Second, 2*time.Second)
	if len(hosts) > 0 {
		err := s.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
			External: hosts, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace,
		})
		if err != nil {
			r.close()
			return nil, fmt.Errorf("media.hosts: %w", err)
		}
	}
	m, err := codecTable()
	if err != nil {
		r.close()
		return nil, err
	}
	registry := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(m, registry); err != nil {
		r.close()
		return nil, fmt.Errorf("WebRTC interceptors: %w", err)
	}
	r.api = webrtc.NewAPI(webrtc.WithSettingEngine(s), webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(registry))
	return r, nil
}

func (r *rtc) close() {
	if r.mux != nil {
		_ = r.mux.Close()
	}
	_ = r.tcp.Close()
	_ = r.udp.Close()
}

// codecTable offers H.264 in every profile that phones send, and Opus.
func codecTable() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	feedback := []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	pt := webrtc.PayloadType(96)
	for _, profile := range []string{"42e01f", "42001f", "4d001f", "64001f"} {
		fmtp := "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=" + profile
		err := m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000, SDPFmtpLine: fmtp, RTCPFeedback: feedback},
			PayloadType:        pt,
		}, webrtc.RTPCodecTypeVideo)
		if err == nil {
			err = m.RegisterCodec(webrtc.RTPCodecParameters{
				RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", pt)},
				PayloadType:        pt + 1,
			}, webrtc.RTPCodecTypeVideo)
		}
		if err != nil {
			return nil, fmt.Errorf("H.264: %w", err)
		}
		pt += 2
	}
	err := m.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"},
		PayloadType:        111,
	}, webrtc.RTPCodecTypeAudio)
	if err != nil {
		return nil, fmt.Errorf("codec Opus: %w", err)
	}
	return m, nil
}

// accepted reports whether the description keeps a medium and a codec in it.
func accepted(d *webrtc.SessionDescription, medium, codec string) bool {
	in := false
	for line := range strings.SplitSeq(d.SDP, "\n") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "m="); ok {
			in = strings.HasPrefix(rest, medium+" ") && !strings.HasPrefix(rest, medium+" 0 ")
		}
		if in && strings.HasPrefix(line, "a=rtpmap:") && strings.Contains(strings.ToUpper(line), " "+codec+"/") {
			return true
		}
	}
	return false
}
