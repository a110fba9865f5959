package account

import (
	"context"
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
)

func faultCode(err error) string {
	if f, ok := fault.Of(err); ok {
		return f.Code()
	}
	return "internal"
}

func region(s string) geo.Region { return geo.Region(s) }

type grantCard struct {
	ID     id.Grant   `json:"id"`
	Owner  id.Account `json:"owner"`
	Helper id.Account `json:"helper"`
	Names  struct {
		Owner  string `json:"owner"`
		Helper string `json:"helper"`
	} `json:"names"`
	Scopes []string  `json:"scopes"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Active bool      `json:"active"`
	Mine   bool      `json:"mine" doc:"The actor gave it; else the actor may use it"`
}

func (m *Module) grantCards(ctx context.Context, grants []Grant) ([]grantCard, error) {
	var accounts []id.Account
	for _, g := range grants {
		accounts = append(accounts, g.Owner, g.Helper)
	}
	names, err := m.Names(ctx, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]grantCard, len(grants))
	for i, g := range grants {
		out[i] = grantCard{ID: g.ID, Owner: g.Owner, Helper: g.Helper, Scopes: g.Actions, From: g.From, Until: g.Until, Active: g.Active(m.Clock.Now()), Mine: g.Owner == authz.From(ctx).Account}
		out[i].Names.Owner, out[i].Names.Helper = names[g.Owner], names[g.Helper]
	}
	return out, nil
}

func (m *Module) grantRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "grant-list", Method: "GET", Path: "/api/grants", Action: "account.act", Tag: "people", Summary: "Helper grants given and got"},
		func(ctx context.Context, in *PageIn) (*struct{ Body page.Of[grantCard] }, error) {
			p, err := m.Grants(ctx, in.request())
			if err != nil {
				return nil, err
			}
			cards, err := m.grantCards(ctx, p.Items)
			return &struct{ Body page.Of[grantCard] }{page.Of[grantCard]{Items: cards, Next: p.Next}}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "grant-give", Method: "POST", Path: "/api/grants", Action: "account.grants", Tag: "people", Status: 201, Summary: "Let a helper act for oneself, for some days"},
		func(ctx context.Context, in *struct {
			Body struct {
				Phone  string   `json:"phone" maxLength:"20"`
				Scopes []string `json:"scopes" minItems:"1" maxItems:"8" doc:"live, goods, orders, profile"`
				Days   int      `json:"days" minimum:"1" maximum:"30"`
			}
		},
		) (*struct{ Body grantCard }, error) {
			g, err := m.Grant(ctx, in.Body.Phone, in.Body.Scopes, in.Body.Days)
			if err != nil {
				return nil, err
			}
			cards, err := m.grantCards(ctx, []Grant{g})
			if err != nil {
				return nil, err
			}
			return &struct{ Body grantCard }{cards[0]}, nil
		})
	httpapi.Register(api, httpapi.Op{ID: "grant-revoke", Method: "DELETE", Path: "/api/grants/{id}", Action: "account.act", Tag: "people", Summary: "End a grant at once"},
		func(ctx context.Context, in *struct {
			ID id.Grant `path:"id"`
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Revoke(ctx, in.ID)
		})
	httpapi.Register(api, httpapi.Op{ID: "grant-act", Method: "POST", Path: "/api/grants/{id}/act", Action: "account.act", Tag: "people", Volatile: true, Summary: "Act for the grant's owner until stopped"},
		func(ctx context.Context, in *struct {
			ID id.Grant `path:"id"`
		},
		) (*doneOut, error) {
			_, err := m.Act(ctx, in.ID)
			return &doneOut{}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "grant-stop", Method: "POST", Path: "/api/grants/stop", Action: "account.act", Tag: "people", Volatile: true, Summary: "Act for oneself again"},
		func(ctx context.Context, _ *struct{}) (*doneOut, error) { return &doneOut{}, m.Stop(ctx) })
}

type consentCard struct {
	Purpose   string    `json:"purpose"`
	Version   string    `json:"version"`
	Given     time.Time `json:"given"`
	Withdrawn time.Time `json:"withdrawn,omitzero"`
}

func (m *Module) dataRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "consent-list", Method: "GET", Path: "/api/me/consents", Action: "account.consents", Tag: "people", Summary: "What one has agreed to, past and present"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.Of[consentCard] }, error) {
			list, err := m.Consents(ctx)
			out := page.Of[consentCard]{}
			for _, c := range list {
				out.Items = append(out.Items, consentCard(c))
			}
			return &struct{ Body page.Of[consentCard] }{out}, err
		})
	type purposeCard struct {
		ID      string `json:"id"`
		Version string `json:"version"`
		Zh      string `json:"zh"`
		En      string `json:"en"`
	}
	httpapi.Register(api, httpapi.Op{ID: "purpose-list", Method: "GET", Path: "/api/consent-purposes", Action: httpapi.Public, Tag: "people", Summary: "What may be agreed to, in the present words"},
		func(context.Context, *struct{}) (*struct{ Body page.Of[purposeCard] }, error) {
			out := page.Of[purposeCard]{}
			for _, p := range Purposes {
				out.Items = append(out.Items, purposeCard(p))
			}
			return &struct{ Body page.Of[purposeCard] }{out}, nil
		})
	httpapi.Register(api, httpapi.Op{ID: "consent-set", Method: "PUT", Path: "/api/me/consents/{purpose}", Action: "account.consents", Tag: "people", Summary: "Give or withdraw consent to a purpose"},
		func(ctx context.Context, in *struct {
			Purpose string `path:"purpose"`
			Body    struct {
				On      bool   `json:"on"`
				Version string `json:"version,omitempty" maxLength:"20" doc:"Of the words read; empty: the present ones"`
			}
		},
		) (*doneOut, error) {
			return &doneOut{}, m.SetConsent(ctx, in.Purpose, in.Body.Version, in.Body.On)
		})
	httpapi.Register(api, httpapi.Op{ID: "data-export", Method: "POST", Path: "/api/me/export", Action: "account.data", Tag: "people", Volatile: true, Summary: "A copy of everything known about oneself"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body Copy }, error) {
			c, err := m.Export(ctx)
			return &struct{ Body Copy }{c}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "data-kept", Method: "GET", Path: "/api/me/erase", Action: "account.data", Tag: "people", Summary: "What would stay of one's data after an erasure, and by which law"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.Of[Kept] }, error) {
			kept, err := m.Keeps(ctx)
			return &struct{ Body page.Of[Kept] }{page.Of[Kept]{Items: kept}}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "data-erase", Method: "POST", Path: "/api/me/erase", Action: "account.data", Tag: "people", Summary: "Erase one's account in a week, or take that back"},
		func(ctx context.Context, in *struct {
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*struct{ Body Person }, error) {
			a, err := m.EraseSoon(ctx, in.Body.On)
			return &struct{ Body Person }{person(a)}, err
		})
}

type verificationCard struct {
	ID       id.Verification   `json:"id,omitempty"`
	Account  id.Account        `json:"account"`
	Name     string            `json:"name" doc:"Shown name of the account"`
	State    VerificationState `json:"state" enum:"none,pending,approved,refused"`
	RealName string            `json:"realName" doc:"For the person and reviewers only"`
	IDEnd    string            `json:"idNumberEnd" doc:"Last four characters"`
	Age      int               `json:"age"`
	Guardian string            `json:"guardian"`
	// GuardianAt is empty until the guardian's own telephone has confirmed.
	GuardianAt time.Time `json:"guardianConfirmed,omitzero" doc:"When the guardian's telephone confirmed the consent; no approval without it"`
	Reason     string    `json:"reason"`
	Asked      time.Time `json:"asked,omitzero"`
	Decided    time.Time `json:"decided,omitzero"`
	Checked    time.Time `json:"checked,omitzero"`
}

func (m *Module) verificationCard(v Verification, name string) verificationCard {
	c := verificationCard{
		ID: v.ID, Account: v.Account, Name: name, State: v.State, RealName: v.RealName, Guardian: v.Guardian, Reason: v.Reason,
		Asked: v.Asked, Decided: v.Decided, Checked: v.Checked, GuardianAt: v.GuardianAt,
	}
	if len(v.IDNumber) > 4 {
		c.IDEnd = v.IDNumber[len(v.IDNumber)-4:]
	}
	if !v.Birth.IsZero() {
		c.Age = AgeAt(v.Birth, m.Clock.Now())
	}
	return c
}

func (m *Module) hostRoutes(api *httpapi.API) {
	type out struct{ Body verificationCard }
	httpapi.Register(api, httpapi.Op{ID: "verification-get", Method: "GET", Path: "/api/host-verification", Action: "account.verify", Tag: "people", Self: true, Summary: "How one's host verification stands"},
		func(ctx context.Context, _ *struct{}) (*out, error) {
			v, err := m.HostStatus(ctx, authz.From(ctx).Account)
			return &out{m.verificationCard(v, "")}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "verification-submit", Method: "POST", Path: "/api/host-verification", Action: "account.verify", Tag: "people", Status: 201, Summary: "Hand in one's real name for review"},
		func(ctx context.Context, in *struct {
			Body struct {
				RealName      string `json:"realName" maxLength:"60"`
				IDNumber      string `json:"idNumber" maxLength:"20"`
				GuardianName  string `json:"guardianName,omitempty" maxLength:"60"`
				GuardianPhone string `json:"guardianPhone,omitempty" maxLength:"20"`
				GuardianCode  string `json:"guardianCode,omitempty" maxLength:"12" doc:"Sent to the guardian by guardian-code"`
			}
		},
		) (*out, error) {
			b := in.Body
			v, err := m.Verify(ctx, Submission{b.RealName, b.IDNumber, b.GuardianName, b.GuardianPhone, b.GuardianCode})
			return &out{m.verificationCard(v, "")}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "guardian-code", Method: "POST", Path: "/api/host-verification/guardian-code", Action: "account.verify", Tag: "people", Rate: httpapi.RateSignIn, Volatile: true, Summary: "Send a consent code to the guardian of a host of 16 or 17"},
		func(ctx context.Context, in *struct {
			Body struct {
				Phone string `json:"phone" maxLength:"20"`
			}
		},
		) (*codeOut, error) {
			shown, err := m.AskGuardian(ctx, in.Body.Phone)
			return codeSent(shown, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "verification-recheck", Method: "POST", Path: "/api/host-verification/recheck", Action: "account.verify", Tag: "people", Summary: "Confirm before the camera that it is oneself who will speak"},
		func(ctx context.Context, _ *struct{}) (*out, error) {
			v, err := m.Recheck(ctx)
			return &out{m.verificationCard(v, "")}, err
		})
}

type auditCard struct {
	ID      id.Audit   `json:"id"`
	At      time.Time  `json:"at"`
	Actor   id.Account `json:"actor"`
	For     id.Account `json:"for"`
	Names   [2]string  `json:"names" doc:"Of the actor and of whom they acted for"`
	Action  string     `json:"action"`
	Subject string     `json:"subject"`
	Detail  string     `json:"detail"`
}

type accountDetail struct {
	Person  Person            `json:"account"`
	Roles   []roleCard        `json:"roles"`
	Host    VerificationState `json:"host" enum:"none,pending,approved,refused"`
	HostWhy string            `json:"hostProblem" doc:"Code of what keeps the person from going live, empty when nothing does"`
}

func (m *Module) detail(ctx context.Context, account id.Account) (accountDetail, error) {
	a, roles, err := m.Look(ctx, account)
	if err != nil {
		return accountDetail{}, err
	}
	d := accountDetail{Person: person(a)}
	for _, r := range roles {
		d.Roles = append(d.Roles, roleCard{r.Name, r.Org, string(r.Region)})
	}
	v, err := m.HostStatus(ctx, account)
	if err != nil {
		return d, err
	}
	d.Host = v.State
	if problem := MayHostAt(v, m.Clock.Now()); problem != nil {
		d.HostWhy = faultCode(problem)
	}
	return d, nil
}

func (m *Module) deskRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "verification-queue", Method: "GET", Path: "/api/desk/host-verifications", Action: "account.review", Tag: "people", Summary: "Verifications that wait for a reviewer"},
		func(ctx context.Context, in *struct {
			State VerificationState `query:"state" enum:"pending,approved,refused" default:"pending"`
			PageIn
		},
		) (*struct{ Body page.Of[verificationCard] }, error) {
			p, err := m.Queue(ctx, in.State, in.request())
			if err != nil {
				return nil, err
			}
			var accounts []id.Account
			for _, v := range p.Items {
				accounts = append(accounts, v.Account)
			}
			names, err := m.Names(ctx, accounts)
			return &struct{ Body page.Of[verificationCard] }{page.Map(p, func(v Verification) verificationCard { return m.verificationCard(v, names[v.Account]) })}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "verification-decide", Method: "POST", Path: "/api/desk/host-verifications/{id}/decide", Action: "account.decide", Tag: "people", Summary: "Approve or refuse a verification"},
		func(ctx context.Context, in *struct {
			ID   id.Verification `path:"id"`
			Body struct {
				Approve bool   `json:"approve"`
				Reason  string `json:"reason,omitempty" maxLength:"400"`
			}
		},
		) (*struct{ Body verificationCard }, error) {
			v, err := m.Decide(ctx, in.ID, in.Body.Approve, in.Body.Reason)
			return &struct{ Body verificationCard }{m.verificationCard(v, "")}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "account-search", Method: "GET", Path: "/api/desk/accounts", Action: "account.search", Tag: "people", Summary: "Accounts, the newest first; a whole phone number finds its account, other words those whose name holds them"},
		func(ctx context.Context, in *struct {
			Q string `query:"q" maxLength:"40"`
			PageIn
		},
		) (*struct{ Body page.Of[Person] }, error) {
			p, err := m.Search(ctx, in.Q, in.request())
			return &struct{ Body page.Of[Person] }{page.Map(p, person)}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "account-get", Method: "GET", Path: "/api/desk/accounts/{id}", Action: "account.search", Tag: "people", Summary: "One account, with the parts it plays and its host verification"},
		func(ctx context.Context, in *struct {
			ID id.Account `path:"id"`
		},
		) (*struct{ Body accountDetail }, error) {
			d, err := m.detail(ctx, in.ID)
			return &struct{ Body accountDetail }{d}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "account-suspend", Method: "POST", Path: "/api/desk/accounts/{id}/suspend", Action: "account.suspend", Tag: "people", Summary: "Suspend an account with a reason, or lift it with none"},
		func(ctx context.Context, in *struct {
			ID   id.Account `path:"id"`
			Body struct {
				Reason string `json:"reason" maxLength:"400"`
			}
		},
		) (*doneOut, error) {
			return &doneOut{}, m.Suspend(ctx, in.ID, in.Body.Reason)
		})
	httpapi.Register(api, httpapi.Op{ID: "audit-log", Method: "GET", Path: "/api/desk/audit", Action: "account.audit", Tag: "people", Summary: "Who did what, for whom"},
		func(ctx context.Context, in *struct {
			Account id.Account `query:"account" doc:"Who acted, or for whom"`
			FilterIn
			PageIn
		},
		) (*auditOut, error) {
			f := in.filter()
			f.Account = in.Account
			p, err := m.Log(ctx, f, in.request())
			return m.auditCards(ctx, p, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "my-acts", Method: "GET", Path: "/api/me/acts", Action: "account.acts", Tag: "people", Summary: "What one did, and what helpers did for one"},
		func(ctx context.Context, in *struct {
			FilterIn
			PageIn
		},
		) (*auditOut, error) {
			p, err := m.Acts(ctx, in.filter(), in.request())
			return m.auditCards(ctx, p, err)
		})
}

// FilterIn narrows the audit log.
type FilterIn struct {
	Action  string    `query:"action" maxLength:"40" doc:"An action, or the noun it begins with: room, chat.mute"`
	Subject string    `query:"subject" maxLength:"80" doc:"What was acted on, by its identifier"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
}

func (f FilterIn) filter() AuditFilter {
	return AuditFilter{Action: f.Action, Subject: f.Subject, From: f.From, To: f.To}
}

type auditOut struct{ Body page.Of[auditCard] }

func (m *Module) auditCards(ctx context.Context, p page.Of[Entry], err error) (*auditOut, error) {
	if err != nil {
		return nil, err
	}
	var accounts []id.Account
	for _, e := range p.Items {
		accounts = append(accounts, e.Actor, e.For)
	}
	names, err := m.Names(ctx, accounts)
	return &auditOut{page.Map(p, func(e Entry) auditCard {
		return auditCard{e.ID, e.At, e.Actor, e.For, [2]string{names[e.Actor], names[e.For]}, e.Action, e.Subject, e.Detail}
	})}, err
}
