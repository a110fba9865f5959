package clip

import "tianbo/internal/kernel/fault"

// The faults of clips.
var (
	ErrNotFound = fault.Define(fault.NotFound, "clip_not_found", "没有这段视频", "There is no such clip.")
	ErrSpan     = fault.Define(fault.Invalid, "clip_span",
		"片段要在 2 秒到 5 分钟之间，开始要在结束之前", "A clip must be 2 seconds to 5 minutes long and start before it ends.").At("body.to")
	ErrTitle = fault.Define(fault.Invalid, "clip_title",
		"给片段起个 2 到 40 个字的名字", "Give the clip a title of 2 to 40 characters.").At("body.title")
	ErrNotReady = fault.Define(fault.Conflict, "clip_not_ready", "这段视频还没剪好，稍等一下", "The clip is still being cut. Please wait a moment.")
)
