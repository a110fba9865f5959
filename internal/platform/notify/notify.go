// Package notify reaches people who do not have Tianbo open: short messages to
// telephones, web push to browsers.
//
// A Sender is one provider of short messages. The console one writes the
// message where the operator sees it and serves trying out; Aliyun is a real
// one. WebPush is RFC 8030, 8291 and 8292 on the standard library.
package notify

import (
	"context"
	"log/slog"

	"tianbo/internal/kernel/fault"
)

// ErrUndelivered: the provider refused or did not answer.
var ErrUndelivered = fault.Define(fault.Unavailable, "sms_undelivered",
	"短信没发出去，请过一会儿再试", "The message could not be sent. Please try again in a while.")

// Sender sends one sign-in code.
type Sender interface {
	SendCode(ctx context.Context, phone, code string) error
}

// Console writes codes to the log. It is for trying out: whoever reads the
// log can sign in as anyone.
type Console struct{ Log *slog.Logger }

// SendCode implements Sender.
func (c Console) SendCode(ctx context.Context, phone, code string) error {
	c.Log.InfoContext(ctx, "sign-in code (console provider, for trying out only)", "phone_end", phone[max(0, len(phone)-4):], "code", code)
	return nil
}
