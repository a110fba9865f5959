package media

import "tianbo/internal/kernel/fault"

var (
	// ErrNoChannel: nothing is on air under this address.
	ErrNoChannel = fault.Define(fault.NotFound, "not_on_air", "现在没有直播", "Nothing is on air here now.")
	// ErrToken: the publish token is missing, wrong, ended or for another room.
	ErrToken = fault.Define(fault.Unauthenticated, "publish_token", "开播凭证无效，请回到开播页重新开播", "The publish token is not valid. Go back and start again.")
	// ErrTaken: another publisher is sending.
	ErrTaken = fault.Define(fault.Conflict, "publisher_taken", "另一台设备正在直播。请先在那台设备上停下", "Another device is sending. Stop it there first.")
	// ErrNoH264: the offer has no H.264 picture.
	ErrNoH264 = fault.Define(fault.Invalid, "no_h264", "这个浏览器不能用 H.264 直播，请换用 Chrome、Edge、Safari 或微信", "This browser cannot send H.264. Use Chrome, Edge or Safari.")
	// ErrSDP: the body is not a usable session description.
	ErrSDP = fault.Define(fault.Invalid, "bad_sdp", "直播连接的内容不对", "The session description cannot be used.")
	// ErrSDPType: another content type was sent.
	ErrSDPType = fault.Define(fault.Unsupported, "sdp_type", "内容类型应为 application/sdp", "The content type must be application/sdp.")
	// ErrSDPSize: the body is over 64 KiB.
	ErrSDPSize = fault.Define(fault.TooLarge, "sdp_size", "直播连接的内容太大", "The session description is over 64 KiB.")
	// ErrNoResource: the WHIP or WHEP connection is gone.
	ErrNoResource = fault.Define(fault.NotFound, "media_connection", "这个连接已经断开", "This connection is gone.")
	// ErrStale: the ETag is not the connection's.
	ErrStale = fault.Define(fault.Stale, "media_etag", "连接已经换过，请重新连接", "The connection has been restarted since; connect anew.")
	// ErrUseHLS: this room or node gives no WebRTC to further viewers.
	ErrUseHLS = fault.Define(fault.Unavailable, "use_hls", "低延迟线路满了，请用普通线路观看", "No low-delay viewing here now; watch by HLS.")
	// ErrCrossesChange: the clip would span a change of picture format.
	ErrCrossesChange = fault.Define(fault.Conflict, "clip_crosses_change", "这一段中间断过线，请剪前面或后面的一段", "The picture changed inside this span. Choose a span before or after the break.")
	// ErrNotYet: the span is not stored yet; ask again within a minute.
	ErrNotYet = fault.Define(fault.Unavailable, "not_stored_yet", "这一段还没存好，一分钟后再试", "This span is not stored yet. Try again in a minute.")
	// ErrNotRecorded: nothing is recorded in the span.
	ErrNotRecorded = fault.Define(fault.NotFound, "not_recorded", "这一段没有录像", "Nothing is recorded in this span.")
)
