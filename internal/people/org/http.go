package org

import (
	"context"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
)

// Card is an organisation as everyone may see it.
type Card struct {
	ID        id.Org `json:"id"`
	Kind      Kind   `json:"kind" enum:"household,cooperative,federation,enterprise,centre,carrier,regulator,training,association,platform"`
	Name      string `json:"name"`
	Region    string `json:"region"`
	Village   string `json:"village"`
	About     string `json:"about"`
	Contact   string `json:"contact"`
	Address   string `json:"address"`
	Licence   string `json:"licence" doc:"Business licence number, empty when exempt"`
	Exemption string `json:"exemption" doc:"Ground of exemption from registration, e.g. self_produced"`
}

func card(o Org) Card {
	return Card{o.ID, o.Kind, o.Name, string(o.Region), o.Village, o.About, o.Contact, o.Address, o.Licence, o.Exemption}
}

type orgBody struct {
	Kind      Kind   `json:"kind" enum:"household,cooperative,federation,enterprise,centre,carrier,regulator,training,association"`
	Name      string `json:"name" maxLength:"80"`
	Region    string `json:"region" maxLength:"12"`
	Village   string `json:"village,omitempty" maxLength:"40"`
	About     string `json:"about,omitempty" maxLength:"500"`
	Contact   string `json:"contact,omitempty" maxLength:"60"`
	Address   string `json:"address,omitempty" maxLength:"120"`
	Licence   string `json:"licence,omitempty" maxLength:"40"`
	Exemption string `json:"exemption,omitempty" enum:",self_produced,small_services,petty_trade"`
}

func (b orgBody) identity() Identity { return Identity{b.Contact, b.Address, b.Licence, b.Exemption} }

type (
	OrgIn struct {
		ID id.Org `path:"id"`
	}
	cardOut struct{ Body Card }
	PageIn  struct {
		Cursor string `query:"cursor" maxLength:"200"`
		Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	}
	doneOut    struct{}
	memberCard struct {
		Account id.Account `json:"account"`
		Name    string     `json:"name"`
		Role    string     `json:"role"`
		Since   time.Time  `json:"since"`
	}
)

func (p PageIn) request() page.Request { return page.Request{Cursor: p.Cursor, Limit: p.Limit} }

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "org-list", Method: "GET", Path: "/api/orgs", Action: "org.list", Tag: "people", Summary: "Organisations, the newest last"},
		func(ctx context.Context, in *struct {
			Kind   Kind   `query:"kind"`
			Region string `query:"region" maxLength:"12" doc:"A region code; all within it"`
			Q      string `query:"q" maxLength:"40" doc:"Words in the name or village"`
			PageIn
		},
		) (*struct{ Body page.Of[Card] }, error) {
			p, err := m.List(ctx, Filter{in.Kind, geo.Region(in.Region), in.Q}, in.request())
			return &struct{ Body page.Of[Card] }{page.Map(p, card)}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "org-get", Method: "GET", Path: "/api/orgs/{id}", Action: "org.view", Tag: "people", Summary: "One organisation, with the identity the law makes public"},
		func(ctx context.Context, in *OrgIn) (*cardOut, error) {
			o, err := m.View(ctx, in.ID)
			return &cardOut{card(o)}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "org-create", Audit: true, Method: "POST", Path: "/api/orgs", Action: "org.create", Tag: "people", Status: 201, Summary: "Register an organisation; the actor becomes its owner"},
		func(ctx context.Context, in *struct{ Body orgBody }) (*cardOut, error) {
			b := in.Body
			o, err := m.Create(ctx, Org{Kind: b.Kind, Name: b.Name, Region: geo.Region(b.Region), Village: b.Village, About: b.About, Identity: b.identity()})
			return &cardOut{card(o)}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "org-edit", Audit: true, Method: "PUT", Path: "/api/orgs/{id}", Action: "org.edit", Tag: "people", Summary: "Change an organisation; kind and region stay"},
		func(ctx context.Context, in *struct {
			OrgIn
			Body orgBody
		},
		) (*cardOut, error) {
			b := in.Body
			o, err := m.Edit(ctx, in.ID, func(o *Org) {
				o.Name, o.Village, o.About, o.Identity = b.Name, b.Village, b.About, b.identity()
			})
			return &cardOut{card(o)}, err
		})
	m.memberRoutes(api)
}

func (m *Module) memberRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "org-members", Method: "GET", Path: "/api/orgs/{id}/members", Action: "org.members", Tag: "people", Summary: "Who plays which part"},
		func(ctx context.Context, in *struct {
			OrgIn
			PageIn
		},
		) (*struct{ Body page.Of[memberCard] }, error) {
			p, err := m.Members(ctx, in.ID, in.request())
			if err != nil {
				return nil, err
			}
			var accounts []id.Account
			for _, x := range p.Items {
				accounts = append(accounts, x.Account)
			}
			names, err := m.Names(ctx, accounts)
			return &struct{ Body page.Of[memberCard] }{page.Map(p, func(x Member) memberCard {
				return memberCard{x.Account, names[x.Account], x.Role, x.Since}
			})}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "org-invite", Audit: true, Method: "POST", Path: "/api/orgs/{id}/invitations", Action: "org.invite", Tag: "people", Status: 201, Volatile: true, Summary: "Invite somebody; the secret is shown once and works once"},
		func(ctx context.Context, in *struct {
			OrgIn
			Body struct {
				Role string `json:"role" maxLength:"20"`
			}
		},
		) (*struct {
			Body struct {
				ID      id.Invite `json:"id"`
				Secret  string    `json:"secret"`
				Expires time.Time `json:"expires"`
			}
		}, error,
		) {
			i, secret, err := m.Invite(ctx, in.ID, in.Body.Role)
			var out struct {
				Body struct {
					ID      id.Invite `json:"id"`
					Secret  string    `json:"secret"`
					Expires time.Time `json:"expires"`
				}
			}
			out.Body.ID, out.Body.Secret, out.Body.Expires = i.ID, secret, i.Expires
			return &out, err
		})
	httpapi.Register(api, httpapi.Op{ID: "invitation-accept", Method: "POST", Path: "/api/invitations/accept", Action: "org.accept", Tag: "people", Summary: "Accept an invitation"},
		func(ctx context.Context, in *struct {
			Body struct {
				Secret string `json:"secret" maxLength:"64"`
			}
		},
		) (*cardOut, error) {
			o, err := m.Accept(ctx, in.Body.Secret)
			return &cardOut{card(o)}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "member-remove", Audit: true, Method: "DELETE", Path: "/api/orgs/{id}/members/{account}/{role}", Action: "org.remove", Tag: "people", Summary: "End a member's part"},
		func(ctx context.Context, in *struct {
			OrgIn
			Account id.Account `path:"account"`
			Role    string     `path:"role"`
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Remove(ctx, in.ID, in.Account, in.Role)
		})
	httpapi.Register(api, httpapi.Op{ID: "role-appoint", Audit: true, Method: "POST", Path: "/api/desk/roles", Action: "org.appoint", Tag: "people", Summary: "Give a part on the platform within a region"},
		func(ctx context.Context, in *struct {
			Body struct {
				Account id.Account `json:"account"`
				Role    string     `json:"role" maxLength:"20"`
				Region  string     `json:"region" maxLength:"12"`
			}
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Appoint(ctx, in.Body.Account, in.Body.Role, geo.Region(in.Body.Region))
		})
	m.staffRoutes(api)
}

type staffCard struct {
	Account id.Account `json:"account"`
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	Region  string     `json:"region" doc:"Empty is everywhere"`
	Since   time.Time  `json:"since"`
}

func (m *Module) staffRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "role-list", Method: "GET", Path: "/api/desk/roles", Action: "org.appoint", Tag: "people", Summary: "Who plays a part on the platform"},
		func(ctx context.Context, in *PageIn) (*struct{ Body page.Of[staffCard] }, error) {
			p, err := m.Staff(ctx, in.request())
			if err != nil {
				return nil, err
			}
			var accounts []id.Account
			for _, x := range p.Items {
				accounts = append(accounts, x.Account)
			}
			names, err := m.Names(ctx, accounts)
			return &struct{ Body page.Of[staffCard] }{page.Map(p, func(x Staff) staffCard {
				return staffCard{x.Account, names[x.Account], x.Role, string(x.Region), x.Since}
			})}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "role-dismiss", Audit: true, Method: "POST", Path: "/api/desk/roles/dismiss", Action: "org.appoint", Tag: "people", Summary: "End a part on the platform; the last administrator stays"},
		func(ctx context.Context, in *struct {
			Body struct {
				Account id.Account `json:"account"`
				Role    string     `json:"role" maxLength:"20"`
				Region  string     `json:"region" maxLength:"12"`
			}
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Dismiss(ctx, in.Body.Account, in.Body.Role, geo.Region(in.Body.Region))
		})
	type inviteCard struct {
		ID      id.Invite `json:"id"`
		Role    string    `json:"role"`
		By      string    `json:"by" doc:"Name of the one who invited"`
		Expires time.Time `json:"expires"`
	}
	httpapi.Register(api, httpapi.Op{ID: "invitation-list", Method: "GET", Path: "/api/orgs/{id}/invitations", Action: "org.members", Tag: "people", Summary: "Invitations that still wait, without their secrets"},
		func(ctx context.Context, in *struct {
			OrgIn
			PageIn
		},
		) (*struct{ Body page.Of[inviteCard] }, error) {
			p, err := m.Invites(ctx, in.ID, in.request())
			if err != nil {
				return nil, err
			}
			var accounts []id.Account
			for _, x := range p.Items {
				accounts = append(accounts, x.By)
			}
			names, err := m.Names(ctx, accounts)
			return &struct{ Body page.Of[inviteCard] }{page.Map(p, func(x Invite) inviteCard {
				return inviteCard{x.ID, x.Role, names[x.By], x.Expires}
			})}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "invitation-revoke", Audit: true, Method: "DELETE", Path: "/api/orgs/{id}/invitations/{invite}", Action: "org.edit", Tag: "people", Summary: "Take an invitation back"},
		func(ctx context.Context, in *struct {
			OrgIn
			Invite id.Invite `path:"invite"`
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Revoke(ctx, in.ID, in.Invite)
		})
}
