package order

import "tianbo/internal/kernel/fault"

// The faults of orders.
var (
	ErrNotFound = fault.Define(fault.NotFound, "order_not_found", "没有这个订单", "There is no such order.")
	ErrLines    = fault.Define(fault.Invalid, "order_lines", "请选 1 到 30 样商品，每样 1 到 999 件", "Choose 1 to 30 items, 1 to 999 of each.").At("body.lines")
	ErrSellers  = fault.Define(fault.Invalid, "order_sellers", "一个订单只能买同一家的货，请分开下单", "One order buys from one seller. Please place separate orders.").At("body.lines")
	ErrAddress  = fault.Define(fault.Invalid, "order_address", "请先选收货地址", "Choose a delivery address first.").At("body.addressId")
	ErrKey      = fault.Define(fault.Invalid, "key_required", "下单请求缺少编号，请刷新再试", "The request needs an Idempotency-Key. Reload and try again.").At("header.Idempotency-Key")
	ErrKeyUsed  = fault.Define(fault.Conflict, "key_reused", "同一个请求编号用在了不同的内容上", "The idempotency key was already used for a different request.").At("header.Idempotency-Key")
	ErrBusy     = fault.Define(fault.Limited, "queue_full", "抢购的人太多，请稍等再试", "Too many buyers at once. Please try again in a moment.")
	ErrStopped  = fault.Define(fault.Unavailable, "order_stopping", "服务正在重启，请稍后再试", "The service is restarting. Please try again shortly.")
	ErrIllegal  = fault.Define(fault.Conflict, "illegal_transition", "订单现在是“{state}”，不能这样做", "The order is {state}; this cannot be done now.")
	ErrPaidTwo  = fault.Define(fault.Conflict, "two_persons", "收款要另一个人来确认", "A payment must be confirmed by another person.")
	ErrNoClaim  = fault.Define(fault.Conflict, "no_payment", "买家还没说已付款", "The buyer has not claimed to have paid.")
	ErrByFirm   = fault.Define(fault.Conflict, "refund_by_firm", "这笔钱由支付机构原路退回，不用手工退", "The payment firm returns this money by the way it came; nothing to do by hand.")
	ErrNoRefund = fault.Define(fault.Conflict, "no_refund", "这个订单没有要退的钱", "Nothing is to be refunded for this order.")
	ErrTracking = fault.Define(fault.Invalid, "tracking", "请填快递公司和 5 到 40 位单号", "Give the carrier and a tracking number of 5 to 40 characters.").At("body.trackingNumber")
	ErrReason   = fault.Define(fault.Invalid, "reason_required", "请写明原因（2 到 200 字）", "Give a reason of 2 to 200 characters.").At("body.reason")
	ErrMethod   = fault.Define(fault.Invalid, "pay_method", "付款方式只能是转账或现金", "The method must be transfer or cash.").At("body.method")
)
