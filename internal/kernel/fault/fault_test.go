package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"tianbo/internal/kernel/fault"
)

var errSoldOut = fault.Define(fault.Conflict, "sold_out", "只剩 {left} 件", "Only {left} left")

func TestCopiesLeaveTheDefinitionAlone(t *testing.T) {
	e := errSoldOut.With("left", 3).At("body.quantity").RetryAfter(time.Second).Wrap(io.EOF)
	if errSoldOut.Message("en") != "Only {left} left" || errSoldOut.Field() != "" || errSoldOut.Wait() != 0 || errSoldOut.Unwrap() != nil {
		t.Error("the definition changed")
	}
	if e.Message("zh-CN") != "只剩 3 件" || e.Message("en-GB") != "Only 3 left" {
		t.Errorf("messages: %q, %q", e.Message("zh-CN"), e.Message("en-GB"))
	}
	wrapped := fmt.Errorf("placing: %w", e)
	if !errors.Is(wrapped, errSoldOut) || !errors.Is(wrapped, io.EOF) || fault.KindOf(wrapped) != fault.Conflict {
		t.Error("the chain is broken")
	}
	if e.Error() != "sold_out at body.quantity: EOF" {
		t.Errorf("log text %q", e.Error())
	}
}

func TestFieldsOfNothingIsNil(t *testing.T) {
	if err := errSoldOut.Fields(); err != nil {
		t.Errorf("got %v", err)
	}
	f, ok := fault.Of(errSoldOut.Fields(errSoldOut.At("body.a"), errSoldOut.At("body.b")))
	if !ok || len(f.Parts()) != 2 {
		t.Errorf("got %v", f)
	}
}

func TestOtherErrorsAreInternal(t *testing.T) {
	if fault.KindOf(io.EOF) != fault.Internal || fault.Internal.Status() != 500 || fault.Unavailable.Status() != 503 || fault.Limited.Status() != 429 {
		t.Error("kinds are out of step with their statuses")
	}
}
