package payment

import "tianbo/internal/kernel/fault"

// The faults of payments.
var (
	ErrProvider   = fault.Define(fault.Invalid, "pay_provider", "这家店还不能用这种方式收款，请换一种", "This seller cannot be paid that way. Please choose another.").At("body.provider")
	ErrWay        = fault.Define(fault.Invalid, "pay_way", "付款方式只能是扫码、网页或应用内", "The way is native, h5 or jsapi.").At("body.way")
	ErrMerchant   = fault.Define(fault.Invalid, "pay_merchant", "请填支付机构给这家店的商户号（6 到 32 位字母或数字）", "Give the merchant number of this seller at the firm, 6 to 32 letters or digits.").At("body.merchant")
	ErrNoTrade    = fault.Define(fault.NotFound, "trade_not_found", "没有这笔付款", "There is no such payment.")
	ErrNoSuspense = fault.Define(fault.NotFound, "suspense_not_found", "没有这笔待查款", "There is no such amount in suspense.")
	ErrNote       = fault.Define(fault.Invalid, "suspense_note", "请写明查到了什么（5 到 200 字）", "Say what was found, in 5 to 200 characters.").At("body.note")
)
