package app

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/people/account"
)

// part is one module's share of what is known about a person (account.Part).
type part struct {
	name   string
	export func(ctx context.Context, who id.Account) (any, error)
	// kept names what stays of an erased person, where there is any of it.
	kept  account.Kept
	holds func(ctx context.Context, who id.Account) (bool, error)
	erase func(ctx context.Context, who id.Account) error
}

func (p part) Name() string { return p.name }

func (p part) Export(ctx context.Context, who id.Account) (any, error) { return p.export(ctx, who) }

func (p part) Keeps(ctx context.Context, who id.Account) ([]account.Kept, error) {
	if p.holds == nil {
		return nil, nil
	}
	holds, err := p.holds(ctx, who)
	if err != nil || !holds {
		return nil, err
	}
	return []account.Kept{p.kept}, nil
}

func (p part) Erase(ctx context.Context, who id.Account) error {
	if p.erase == nil {
		return nil
	}
	return p.erase(ctx, who)
}

// parts are those of all modules that know something about persons.
func (m *modules) parts() []account.Part {
	return []account.Part{
		part{
			name:   "organisations",
			export: func(ctx context.Context, who id.Account) (any, error) { return m.orgs.Personal(ctx, who) },
			erase:  func(ctx context.Context, who id.Account) error { return m.orgs.ForgetPerson(ctx, who) },
		},
		part{
			name:   "rooms",
			export: func(ctx context.Context, who id.Account) (any, error) { return m.rooms.Personal(ctx, who) },
			kept:   account.Kept{What: "主持过的直播的录像和记录", Law: "电商法第三十一条：交易信息保存不少于三年；直播内容同样保存"},
			holds: func(ctx context.Context, who id.Account) (bool, error) {
				p, err := m.rooms.Personal(ctx, who)
				return len(p.Broadcasts) > 0, err
			},
			erase: func(ctx context.Context, who id.Account) error { return m.rooms.ForgetPerson(ctx, who) },
		},
		part{
			name:   "chat",
			export: func(ctx context.Context, who id.Account) (any, error) { return m.chat.Personal(ctx, who) },
			kept:   account.Kept{What: "直播间里的发言（去掉姓名）", Law: "网络直播营销管理办法：互动内容保存不少于三年"},
			holds: func(ctx context.Context, who id.Account) (bool, error) {
				said, err := m.chat.Personal(ctx, who)
				return len(said) > 0, err
			},
			erase: func(ctx context.Context, who id.Account) error {
				return m.chat.ForgetPerson(ctx, who, account.ErasedName)
			},
		},
		part{
			name:   "interactions",
			export: func(ctx context.Context, who id.Account) (any, error) { return m.interact.Personal(ctx, who) },
			kept:   account.Kept{What: "提问和抽奖记录（去掉姓名）", Law: "规范促销行为暂行规定：抽奖过程和结果留存备查"},
			holds: func(ctx context.Context, who id.Account) (bool, error) {
				p, err := m.interact.Personal(ctx, who)
				return len(p.Questions)+len(p.Draws) > 0, err
			},
			erase: func(ctx context.Context, who id.Account) error {
				return m.interact.ForgetPerson(ctx, who, account.ErasedName)
			},
		},
		part{
			name:   "orders",
			export: func(ctx context.Context, who id.Account) (any, error) { return m.orders.Personal(ctx, who) },
			kept:   account.Kept{What: "买过的订单、收货地址（加密）和付款记录", Law: "电商法第三十一条：交易完成之日起保存不少于三年"},
			holds: func(ctx context.Context, who id.Account) (bool, error) {
				bought, err := m.orders.Personal(ctx, who)
				return len(bought) > 0, err
			},
		},
		part{
			name:   "catalogue",
			export: func(ctx context.Context, who id.Account) (any, error) { return m.catalog.Personal(ctx, who) },
			kept:   account.Kept{What: "发布过的商品信息和图片", Law: "电商法第三十一条：商品和服务信息保存不少于三年"},
			holds: func(ctx context.Context, who id.Account) (bool, error) {
				made, err := m.catalog.Personal(ctx, who)
				return len(made.Products)+len(made.Pictures) > 0, err
			},
		},
	}
}
