package org

import "tianbo/internal/kernel/fault"

// The faults of organisations.
var (
	ErrNotFound = fault.Define(fault.NotFound, "org_not_found", "没有这个组织", "There is no such organisation.")
	ErrName     = fault.Define(fault.Invalid, "org_name", "名称要 2 到 40 个字", "The name must have 2 to 40 characters.").At("body.name")
	ErrKind     = fault.Define(fault.Invalid, "org_kind", "不能自己登记这类组织，请联系平台", "This kind of organisation is registered by the platform. Please contact it.").At("body.kind")
	ErrRegion   = fault.Define(fault.Invalid, "org_region", "地区代码要 6、9 或 12 位数字", "The region code must be 6, 9 or 12 digits.").At("body.region")
	ErrIdentity = fault.Define(fault.Invalid, "org_identity",
		"请填联系方式、地址，以及营业执照号或免登记理由（二选一）", "Give a contact, an address, and either a licence number or the ground of exemption.").At("body.identity")
	ErrRole   = fault.Define(fault.Invalid, "org_role", "没有这种身份", "There is no such role.").At("body.role")
	ErrInvite = fault.Define(fault.NotFound, "invite_over", "邀请已失效，请对方再发一次", "The invitation is no longer valid. Ask for a new one.")
	// ErrLastAdmin keeps somebody there who can appoint others.
	ErrLastAdmin = fault.Define(fault.Conflict, "last_admin", "这是最后一位平台管理员，先任命另一位", "This is the last administrator. Appoint another first.")
	ErrNobody    = fault.Define(fault.NotFound, "account_not_found", "没有这个人", "There is no such person.").At("body.account")
	ErrTooMany   = fault.Define(fault.Conflict, "org_too_many", "一个人最多登记 10 家", "One person registers at most 10 organisations.")
	ErrLast      = fault.Define(fault.Conflict, "last_owner", "这是最后一位负责人，先请别人接手", "This is the last owner. Let someone take over first.")
)
