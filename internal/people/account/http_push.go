package account

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/notify"
)

type subscriptionCard struct {
	ID      id.Subscription `json:"id"`
	Created time.Time       `json:"created"`
	Current bool            `json:"current" doc:"Made by this session"`
}

func (m *Module) pushRoutes(api *httpapi.API) {
	card := func(ctx context.Context, s Subscription) subscriptionCard {
		return subscriptionCard{s.ID, s.Created, s.Device == authz.From(ctx).Device}
	}
	type statusOut struct {
		Body struct {
			Available bool               `json:"available" doc:"Whether the platform sends pushes"`
			Key       string             `json:"publicKey" doc:"applicationServerKey for PushManager.subscribe"`
			Items     []subscriptionCard `json:"items"`
		}
	}
	httpapi.Register(api, httpapi.Op{ID: "push-list", Method: "GET", Path: "/api/me/push", Action: "account.push", Tag: "people", Summary: "One's browsers that may be pushed to"},
		func(ctx context.Context, _ *struct{}) (*statusOut, error) {
			list, err := m.Subscriptions(ctx)
			var out statusOut
			out.Body.Available, out.Body.Key = m.Push != nil, m.PushKey
			for _, s := range list {
				out.Body.Items = append(out.Body.Items, card(ctx, s))
			}
			return &out, err
		})
	httpapi.Register(api, httpapi.Op{ID: "push-add", Method: "POST", Path: "/api/me/push", Action: "account.push", Tag: "people", Status: 201, Summary: "Let this browser be pushed to: PushSubscription.toJSON()"},
		func(ctx context.Context, in *struct {
			Body struct {
				Endpoint string   `json:"endpoint" maxLength:"2000"`
				Expires  *float64 `json:"expirationTime,omitempty" nullable:"true"`
				Keys     struct {
					P256dh string `json:"p256dh" maxLength:"200"`
					Auth   string `json:"auth" maxLength:"60"`
				} `json:"keys"`
			}
		},
		) (*struct{ Body subscriptionCard }, error) {
			b := in.Body
			s, err := m.Subscribe(ctx, notify.Subscription{Endpoint: b.Endpoint, P256dh: b.Keys.P256dh, Auth: b.Keys.Auth})
			return &struct{ Body subscriptionCard }{card(ctx, s)}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "push-remove", Method: "DELETE", Path: "/api/me/push/{id}", Action: "account.push", Tag: "people", Summary: "Push to a browser no more"},
		func(ctx context.Context, in *struct {
			ID id.Subscription `path:"id"`
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Unsubscribe(ctx, in.ID)
		})
}
