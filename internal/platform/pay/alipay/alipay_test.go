package alipay_test

import (
	"testing"

	"tianbo/internal/platform/pay"
	"tianbo/internal/platform/pay/alipay"
	"tianbo/internal/platform/pay/paysim"
	"tianbo/internal/platform/pay/paytest"
)

func TestProvider(t *testing.T) {
	paytest.Run(t, func(s *paysim.Sim) pay.Provider {
		o, err := s.Alipay()
		if err != nil {
			t.Fatal(err)
		}
		p, err := alipay.New(o)
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
}
