package httpapi

import "tianbo/internal/kernel/fault"

// Faults that any operation may answer.
var (
	errInvalid = fault.Define(fault.Invalid, "invalid_request",
		"有几处填得不对，请按提示改一改", "Some fields need to be corrected.")
	errMalformed = fault.Define(fault.Invalid, "malformed_body",
		"内容读不懂，请检查格式后再发", "The body could not be read. Check its format and send it again.")
	errTooLarge = fault.Define(fault.TooLarge, "too_large",
		"内容太大，最多 {limit} KB", "The content is too large; {limit} KB at most.")
	errUnsupported = fault.Define(fault.Unsupported, "unsupported_content",
		"不支持这种内容格式", "This content type is not supported.")
	errNotFound = fault.Define(fault.NotFound, "not_found",
		"没有找到，可能已经删除或地址有误", "Not found. It may have been removed, or the address is wrong.")
	errInternal = fault.Define(fault.Internal, "internal",
		"服务出了点问题，我们已记下。请稍后再试，编号 {trace}", "Something went wrong on our side and has been recorded. Please try again later, reference {trace}.")
	errUnavailable = fault.Define(fault.Unavailable, "unavailable",
		"服务正忙，请稍后再试", "The service is busy. Please try again shortly.")
	errLimited = fault.Define(fault.Limited, "too_many_requests",
		"操作太快了，请 {seconds} 秒后再试", "Too many requests. Try again in {seconds} s.")
	errCrossOrigin = fault.Define(fault.Forbidden, "cross_origin",
		"这个请求来自别的网站，已拦下", "This request came from another site and was refused.")
	errKeyReused = fault.Define(fault.Conflict, "key_reused",
		"同一个请求编号用在了不同的内容上", "The idempotency key was already used for a different request.").At("header.Idempotency-Key")
	errKeyShape = fault.Define(fault.Invalid, "key_malformed",
		"请求编号要用 8 到 64 个字母、数字或 - _", "The idempotency key must be 8 to 64 letters, digits, - or _.").At("header.Idempotency-Key")
	errCursor = fault.Define(fault.Invalid, "bad_cursor",
		"翻页标记不对，请从第一页重新看", "The page cursor is not valid. Start again from the first page.").At("query.cursor")
)
