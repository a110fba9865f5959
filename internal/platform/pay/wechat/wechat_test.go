package wechat_test

import (
	"context"
	"testing"

	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/pay/paysim"
	"tianbo/internal/platform/pay/paytest"
	"tianbo/internal/platform/pay/wechat"
)

func TestProvider(t *testing.T) {
	paytest.Run(t, func(s *paysim.Sim) pay.Provider {
		p, err := wechat.New(context.Background(), s.Wechat())
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
}
