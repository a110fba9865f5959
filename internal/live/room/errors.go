package room

import "tianbo/internal/kernel/fault"

// The faults of rooms.
var (
	ErrNotFound = fault.Define(fault.NotFound, "room_not_found",
		"没有这个直播间", "There is no such room.")
	ErrSessionNotFound = fault.Define(fault.NotFound, "session_not_found",
		"没有这一场直播", "There is no such broadcast.")
	ErrTitle = fault.Define(fault.Invalid, "room_title",
		"标题要 2 到 40 个字", "The title must have 2 to 40 characters.").At("body.title")
	ErrPlannedAt = fault.Define(fault.Invalid, "room_planned_at",
		"开播时间要在现在到 90 天之内", "The time must be between now and 90 days ahead.").At("body.plannedAt")
	ErrOrg = fault.Define(fault.Invalid, "room_org",
		"请选您所在的农户或合作社", "Choose a household or co-operative that you belong to.").At("body.org")
	ErrRoomTaken = fault.Define(fault.Conflict, "room_exists",
		"您在这家已经有直播间了", "You already have a room for this seller.")
	ErrIllegal = fault.Define(fault.Conflict, "illegal_transition",
		"这一场现在是“{state}”，不能这样做", "The broadcast is {state}; this cannot be done now.")
	ErrOnAir = fault.Define(fault.Conflict, "room_on_air",
		"正在直播，先结束这一场", "The room is on air. End the broadcast first.")
	ErrFrozen = fault.Define(fault.Conflict, "room_frozen",
		"直播间被暂停：{reason}。处理好后联系平台恢复", "The room is frozen: {reason}. Settle it, then ask the platform to lift it.")
	ErrToken = fault.Define(fault.Unauthenticated, "publish_token",
		"开播凭证失效了，请回到开播页重新进入", "The publish token is no longer valid. Go back and start again.")
	ErrReplayHidden = fault.Define(fault.NotFound, "replay_hidden",
		"主播收起了这场回放", "The host has put this replay away.")
	ErrThumbnail = fault.Define(fault.Invalid, "thumbnail",
		"封面要是 512 KB 以内的 JPEG 图片", "The picture must be a JPEG of at most 512 KB.")
	ErrHeld = fault.Define(fault.Conflict, "legal_hold",
		"这场录像在留存取证（{case}），不能删除", "The recording is under legal hold ({case}) and cannot be deleted.")
	ErrKept = fault.Define(fault.Conflict, "retention",
		"录像要依法保留到 {until}", "The recording must by law be kept until {until}.")
	ErrSamePerson = fault.Define(fault.Conflict, "two_persons",
		"删除录像要两个人：请另一位管理员来确认", "Deleting a recording takes two persons: another administrator must confirm.")
	ErrReason = fault.Define(fault.Invalid, "reason_required",
		"请写明原因（5 到 200 字）", "Give a reason of 5 to 200 characters.").At("body.reason")
)
