package chat

import "tianbo/internal/kernel/fault"

var (
	// ErrQuiet: the room is not on air.
	ErrQuiet = fault.Define(fault.Conflict, "chat_closed", "直播还没开始或已经结束，现在不能发言", "The broadcast is not on air; nothing can be said now.")
	// ErrEmpty: nothing was said, or too much.
	ErrEmpty = fault.Define(fault.Invalid, "chat_text", "请输入 1 到 100 个字", "Write 1 to 100 characters.")
	// ErrMuted: a manager has muted the person.
	ErrMuted = fault.Define(fault.Forbidden, "chat_muted", "您在这个直播间被禁言到 {until}：{reason}", "You are muted in this room until {until}: {reason}")
	// ErrSlow: the room is in slow mode.
	ErrSlow = fault.Define(fault.Limited, "chat_slow", "说得太快了，请 {seconds} 秒后再发", "Too fast. Wait {seconds} seconds.")
	// ErrSame: the same words just before.
	ErrSame = fault.Define(fault.Conflict, "chat_same", "刚才已经发过一样的话了", "You have just said the same.")
	// ErrNoLine: there is no such line.
	ErrNoLine = fault.Define(fault.NotFound, "chat_line_not_found", "这条发言不在了", "This line is not there.")
	// ErrDecided: the line no longer waits.
	ErrDecided = fault.Define(fault.Conflict, "chat_decided", "这条发言已经处理过了", "This line has been decided already.")
	// ErrMuteTarget: the host cannot be muted in the own room.
	ErrMuteTarget = fault.Define(fault.Invalid, "chat_mute_host", "不能禁言主播本人", "The host cannot be muted.")
	// ErrSettings: the settings cannot be used.
	ErrSettings = fault.Define(fault.Invalid, "chat_settings", "慢速 0 到 300 秒；最多 200 个词，每个 1 到 20 个字", "Slow mode takes 0 to 300 seconds; at most 200 words of 1 to 20 characters.")
	// ErrReason: a reason is missing.
	ErrReason = fault.Define(fault.Invalid, "chat_reason", "请写明原因，2 到 60 个字", "Give a reason of 2 to 60 characters.")
)
