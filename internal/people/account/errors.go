package account

import "tianbo/internal/kernel/fault"

// The faults of accounts.
var (
	ErrPhone     = fault.Define(fault.Invalid, "phone_malformed", "手机号不对，请填 11 位手机号", "This is not a mobile number; 11 digits are needed.").At("body.phone")
	ErrTooSoon   = fault.Define(fault.Limited, "code_too_soon", "验证码刚发过，请 {seconds} 秒后再要", "A code was just sent. Ask again in {seconds} s.")
	ErrTooMany   = fault.Define(fault.Limited, "code_too_many", "今天要的验证码太多了，请明天再试，或到服务站请人帮忙", "Too many codes today. Try tomorrow or ask at a service centre.")
	ErrCode      = fault.Define(fault.Invalid, "code_wrong", "验证码不对或已过期，请重新核对，或再要一个", "The code is wrong or has expired. Check it or ask for a new one.").At("body.code")
	ErrSuspended = fault.Define(fault.Forbidden, "account_suspended", "账号已停用：{reason}。有异议请联系平台", "The account is suspended: {reason}. Contact the platform if you disagree.")
	ErrNotFound  = fault.Define(fault.NotFound, "account_not_found", "没有这个人", "There is no such person.")
	ErrName      = fault.Define(fault.Invalid, "name_malformed", "名字要 1 到 20 个字", "The name must have 1 to 20 characters.").At("body.name")

	ErrAddress   = fault.Define(fault.Invalid, "address_incomplete", "请填收件人、手机号、所在地区和详细地址", "Give the name, phone, region and street.").At("body")
	ErrNoAddress = fault.Define(fault.NotFound, "address_not_found", "没有这个地址", "There is no such address.")
	ErrAddresses = fault.Define(fault.Conflict, "address_too_many", "最多存 20 个地址，先删掉不用的", "At most 20 addresses are kept. Remove one first.")

	ErrHostUnverified = fault.Define(fault.Forbidden, "host_unverified", "开播前先做实名认证，几分钟就好", "Verify your identity before going live; it takes a few minutes.")
	ErrHostPending    = fault.Define(fault.Forbidden, "host_pending", "实名认证正在审核，通过后就能开播", "Your verification is being reviewed. You can go live once it is approved.")
	ErrHostRefused    = fault.Define(fault.Forbidden, "host_refused", "实名认证没通过：{reason}。改好后请再交一次", "Your verification was refused: {reason}. Correct it and submit again.")
	ErrHostAge        = fault.Define(fault.Forbidden, "host_too_young", "未满 16 岁不能做主播", "Nobody under 16 may go live.")
	ErrHostGuardian   = fault.Define(fault.Forbidden, "host_guardian", "16、17 岁要有监护人同意才能开播", "At 16 or 17 a guardian must consent first.")
	ErrHostRecheck    = fault.Define(fault.Forbidden, "host_recheck", "离上次本人核验超过 30 天，请先做一次本人核验", "Your last check was over 30 days ago. Please confirm that it is you.")
	ErrIDNumber       = fault.Define(fault.Invalid, "id_number", "身份证号不对，请核对 18 位号码", "The identity number is not valid; check its 18 characters.").At("body.idNumber")
	ErrRealName       = fault.Define(fault.Invalid, "real_name", "请填身份证上的姓名", "Give the name on your identity card.").At("body.realName")
	ErrDecided        = fault.Define(fault.Conflict, "verification_decided", "这份认证已经有结果了", "This verification has already been decided.")
	ErrOwnCase        = fault.Define(fault.Forbidden, "own_verification", "不能审核自己的认证", "You cannot decide your own verification.")
	ErrReason         = fault.Define(fault.Invalid, "reason_required", "请写明原因（5 到 200 字）", "Give a reason of 5 to 200 characters.").At("body.reason")

	ErrGrantScope  = fault.Define(fault.Invalid, "grant_scopes", "请选要请人帮做的事", "Choose what the helper may do.").At("body.scopes")
	ErrGrantDays   = fault.Define(fault.Invalid, "grant_days", "代操作最长 30 天", "A grant lasts at most 30 days.").At("body.days")
	ErrGrantSelf   = fault.Define(fault.Invalid, "grant_self", "不用授权给自己", "You need no grant for yourself.").At("body.phone")
	ErrGrantOver   = fault.Define(fault.Forbidden, "grant_over", "这份代操作授权已结束", "This helper grant has ended.")
	ErrNotByHelper = fault.Define(fault.Forbidden, "not_by_helper", "这件事要本人来做", "The person must do this themselves.")

	ErrStrongFirst = fault.Define(fault.Forbidden, "second_factor_first", "改动登录保护前，请用第二重验证重新登录", "Sign in with your second factor before changing it.")
	ErrSecondWrong = fault.Define(fault.Invalid, "second_factor_wrong", "验证不对，或者已经用过，请换下一个", "The code is wrong or was used already. Wait for the next one.").At("body.code")
	ErrStepOver    = fault.Define(fault.Invalid, "step_over", "这一步已经过期，请从头再来", "This step has expired. Please start again.")
	ErrNoFactor    = fault.Define(fault.Conflict, "no_second_factor", "还没有开启第二重验证", "There is no second factor yet.")
	ErrHaveTOTP    = fault.Define(fault.Conflict, "totp_exists", "已经绑过动态口令，先解绑再换", "An authenticator is set up already. Remove it first.")
	ErrPasskeys    = fault.Define(fault.Conflict, "passkey_too_many", "最多 10 个通行密钥，先删掉不用的", "At most 10 passkeys. Remove one first.")
	ErrPasskey     = fault.Define(fault.Invalid, "passkey_refused", "通行密钥没有通过，请再试一次或换别的方式登录", "The passkey was not accepted. Try again or sign in another way.")
	ErrOrigin      = fault.Define(fault.Invalid, "origin_unknown", "请在浏览器里打开本站再试", "Open the site in a browser and try again.")

	ErrPushOff      = fault.Define(fault.Conflict, "push_off", "平台还没有开通消息推送", "Push messages are not switched on here.")
	ErrSubscription = fault.Define(fault.Invalid, "push_subscription", "浏览器给的推送地址不对，请刷新再试", "The browser's push subscription is not valid. Reload and try again.").At("body")

	ErrConsentVersion = fault.Define(fault.Conflict, "consent_version", "条款已更新，请看过新的再同意", "The terms have changed. Read the new ones first.").At("body.version")
	ErrOwnAccount     = fault.Define(fault.Conflict, "own_account", "不能停用自己的账号", "You cannot suspend your own account.")
	ErrVerified       = fault.Define(fault.Conflict, "verification_done", "已经通过实名认证，不用再交", "You are verified already.")
	ErrGuardianCode   = fault.Define(fault.Invalid, "guardian_code", "监护人手机上的验证码不对或已过期", "The code sent to the guardian is wrong or has expired.").At("body.guardianCode")
	ErrGrants         = fault.Define(fault.Conflict, "grant_too_many", "同时最多 10 份代操作授权，先收回不用的", "At most 10 grants at a time. Take one back first.")

	ErrPurpose = fault.Define(fault.Invalid, "consent_purpose", "没有这一项同意", "There is no such purpose to consent to.").At("body.purpose")
)
