package account

import (
	"context"
	"net/http"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
	"tianbo/internal/platform/session"
)

// Person is one's own account.
type Person struct {
	ID        id.Account `json:"id"`
	Name      string     `json:"name"`
	Phone     string     `json:"phone" doc:"Masked"`
	Lang      string     `json:"lang" enum:"zh-CN,en"`
	Elder     bool       `json:"elder"`
	Created   time.Time  `json:"created"`
	Suspended string     `json:"suspended" doc:"Reason, empty when not"`
	EraseAt   time.Time  `json:"eraseAt,omitzero" doc:"When the account will be erased, absent when it will not"`
}

func person(a Account) Person {
	return Person{a.ID, a.Name, MaskPhone(a.Phone), a.Lang, a.Elder, a.Created, a.Suspended, a.EraseAt}
}

// Part a person plays.
type roleCard struct {
	Name   string `json:"name"`
	Org    id.Org `json:"org" doc:"Empty for a part on the platform"`
	Region string `json:"region"`
}

type meBody struct {
	Person  Person            `json:"account"`
	Roles   []roleCard        `json:"roles"`
	Helping *Person           `json:"helping,omitempty" doc:"Whom the session acts for; the account is then theirs"`
	Helper  id.Account        `json:"helper,omitempty" doc:"Who is at the device, when acting for another"`
	Host    VerificationState `json:"host" enum:"none,pending,approved,refused"`
	HostWhy string            `json:"hostProblem" doc:"Code of what keeps the person from going live, empty when nothing does"`
	// Second tells staff what keeps their parts from working.
	Second bool `json:"secondFactorNeeded" doc:"The parts on the platform work only after a second factor: register one or sign in with it"`
}

type (
	PageIn struct {
		Cursor string `query:"cursor" maxLength:"200"`
		Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	}
	doneOut struct{}
	meOut   struct{ Body meBody }
)

func (p PageIn) request() page.Request { return page.Request{Cursor: p.Cursor, Limit: p.Limit} }

// admissionOut is the answer of every way to sign in.
type admissionOut struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   struct {
		Account Person      `json:"account" doc:"Empty while a second factor is missing"`
		Token   string      `json:"token,omitempty"`
		Second  *secondStep `json:"secondFactor,omitempty" doc:"Nobody is signed in yet: a second factor is asked for"`
	}
}

type secondStep struct {
	Step    string   `json:"step" doc:"Finishes the second step, within five minutes"`
	Methods []string `json:"methods" enum:"passkey,totp,recovery"`
}

func (m *Module) admission(a Admission, wantsToken bool, err error) (*admissionOut, error) {
	if err != nil {
		return nil, err
	}
	var out admissionOut
	switch {
	case a.Token == "":
		out.Body.Second = &secondStep{a.Pending, a.Methods}
		out.Cookie = session.Clear()
	case wantsToken:
		out.Body.Account, out.Body.Token = person(a.Account), a.Token
		out.Cookie = session.Clear()
	default:
		out.Body.Account = person(a.Account)
		out.Cookie = session.Cookie(a.Token, m.SecureCookies)
	}
	return &out, nil
}

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	m.signInRoutes(api)
	m.passkeyRoutes(api)
	m.factorRoutes(api)
	m.profileRoutes(api)
	m.deviceRoutes(api)
	m.addressRoutes(api)
	m.pushRoutes(api)
	m.grantRoutes(api)
	m.dataRoutes(api)
	m.hostRoutes(api)
	m.deskRoutes(api)
}

// codeOut says that a code is on its way.
type codeOut struct {
	Body struct {
		RetryAfter int    `json:"retryAfterSeconds"`
		DemoCode   string `json:"demoCode,omitempty" doc:"The code itself, in demo mode only"`
	}
}

func codeSent(shown string, err error) (*codeOut, error) {
	if err != nil {
		return nil, err
	}
	var out codeOut
	out.Body.RetryAfter, out.Body.DemoCode = int(codePause.Seconds()), shown
	return &out, nil
}

func (m *Module) signInRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "code-ask", Method: "POST", Path: "/api/auth/code", Action: httpapi.Public, Tag: "people", Rate: httpapi.RateSignIn, Volatile: true,
		Summary: "Send a sign-in code to a phone", Description: "Answers the same whether the phone has an account or not.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Phone string `json:"phone" maxLength:"20"`
		}
	},
	) (*codeOut, error) {
		shown, err := m.AskCode(ctx, in.Body.Phone)
		return codeSent(shown, err)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "sign-in", Method: "POST", Path: "/api/auth/sign-in", Action: httpapi.Public, Tag: "people", Rate: httpapi.RateSignIn, Volatile: true,
		Summary:     "Exchange a code for a session",
		Description: "Sets an HttpOnly cookie. Programs ask for a token instead and send it as a Bearer. Where secondFactor is answered nobody is signed in yet: go on with second-factor or passkey-sign-in.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Phone  string `json:"phone" maxLength:"20"`
			Code   string `json:"code" maxLength:"12"`
			Device string `json:"deviceName,omitempty" maxLength:"120"`
			Token  bool   `json:"token,omitempty" doc:"Answer with a token and set no cookie"`
		}
	},
	) (*admissionOut, error) {
		a, err := m.SignIn(ctx, in.Body.Phone, in.Body.Code, in.Body.Device)
		return m.admission(a, in.Body.Token, err)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "second-factor", Method: "POST", Path: "/api/auth/second-factor", Action: httpapi.Public, Tag: "people", Rate: httpapi.RateSignIn, Volatile: true,
		Summary: "Take the second step of a sign-in with a code of the authenticator or a recovery code",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Step     string `json:"step" maxLength:"64" doc:"From sign-in"`
			Code     string `json:"code" maxLength:"20"`
			Recovery bool   `json:"recovery,omitempty" doc:"The code is a recovery code"`
			Token    bool   `json:"token,omitempty" doc:"Answer with a token and set no cookie"`
		}
	},
	) (*admissionOut, error) {
		a, err := m.Second(ctx, in.Body.Step, in.Body.Code, in.Body.Recovery)
		return m.admission(a, in.Body.Token, err)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "sign-out", Method: "POST", Path: "/api/auth/sign-out", Action: httpapi.Public, Tag: "people", Volatile: true, Summary: "End this session",
	}, func(ctx context.Context, _ *struct{}) (*struct {
		Cookie http.Cookie `header:"Set-Cookie"`
	}, error,
	) {
		return &struct {
			Cookie http.Cookie `header:"Set-Cookie"`
		}{session.Clear()}, m.SignOut(ctx)
	})
}

func (m *Module) me(ctx context.Context) (*meOut, error) {
	actor := authz.From(ctx)
	a, err := m.Me(ctx)
	if err != nil {
		return nil, err
	}
	var out meOut
	out.Body.Person = person(a)
	if actor.For != "" {
		out.Body.Helper = actor.Account
		out.Body.Helping = &out.Body.Person
	}
	for _, r := range actor.Roles {
		out.Body.Roles = append(out.Body.Roles, roleCard{r.Name, r.Org, string(r.Region)})
	}
	if m.SecondRequired && !actor.Strong {
		roles, err := m.Roles.RolesOf(ctx, actor.Account)
		if err != nil {
			return nil, err
		}
		out.Body.Second = staff(roles)
	}
	v, err := m.HostStatus(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	out.Body.Host = v.State
	if problem := MayHostAt(v, m.Clock.Now()); problem != nil {
		out.Body.HostWhy = faultCode(problem)
	}
	return &out, nil
}

func (m *Module) profileRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "me", Method: "GET", Path: "/api/me", Action: "account.view", Tag: "people", Summary: "Who the session acts as"},
		func(ctx context.Context, _ *struct{}) (*meOut, error) { return m.me(ctx) })
	httpapi.Register(api, httpapi.Op{ID: "me-edit", Method: "PATCH", Path: "/api/me", Action: "account.edit", Tag: "people", Summary: "Change the shown name, language or elder mode"},
		func(ctx context.Context, in *struct {
			Body struct {
				Name  *string `json:"name,omitempty" maxLength:"40"`
				Lang  *string `json:"lang,omitempty" enum:"zh-CN,en"`
				Elder *bool   `json:"elder,omitempty"`
			}
		},
		) (*struct{ Body Person }, error) {
			a, err := m.Edit(ctx, in.Body.Name, in.Body.Lang, in.Body.Elder)
			return &struct{ Body Person }{person(a)}, err
		})
}

func (m *Module) deviceRoutes(api *httpapi.API) {
	type deviceCard struct {
		ID      id.Device `json:"id"`
		Name    string    `json:"name"`
		Created time.Time `json:"created"`
		Seen    time.Time `json:"seen"`
		Current bool      `json:"current"`
	}
	httpapi.Register(api, httpapi.Op{ID: "device-list", Method: "GET", Path: "/api/me/devices", Action: "account.devices", Tag: "people", Summary: "One's signed-in devices"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.Of[deviceCard] }, error) {
			list, err := m.Devices(ctx)
			out := page.Of[deviceCard]{}
			for _, s := range list {
				out.Items = append(out.Items, deviceCard{s.ID, s.Name, s.Created, s.Seen, s.ID == authz.From(ctx).Device})
			}
			return &struct{ Body page.Of[deviceCard] }{out}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "device-end", Method: "DELETE", Path: "/api/me/devices/{id}", Action: "account.devices", Tag: "people", Summary: "Sign a device out at once"},
		func(ctx context.Context, in *struct {
			ID id.Device `path:"id"`
		},
		) (*doneOut, error) {
			return &doneOut{}, m.EndDevice(ctx, in.ID)
		})
}

func (m *Module) addressRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "address-list", Method: "GET", Path: "/api/me/addresses", Action: "account.addresses", Tag: "people", Summary: "One's delivery addresses, the main one first"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.Of[Address] }, error) {
			list, err := m.Addresses(ctx)
			return &struct{ Body page.Of[Address] }{page.Of[Address]{Items: list}}, err
		})
	type addressBody struct {
		Name    string `json:"name" maxLength:"40"`
		Phone   string `json:"phone" maxLength:"20"`
		Region  string `json:"region" maxLength:"12"`
		Place   string `json:"place" maxLength:"80" doc:"Province, city, county, town in words"`
		Street  string `json:"street" maxLength:"120"`
		Default bool   `json:"default,omitempty"`
	}
	save := func(ctx context.Context, address id.Address, b addressBody) (*struct{ Body Address }, error) {
		a, err := m.SaveAddress(ctx, Address{ID: address, Name: b.Name, Phone: b.Phone, Region: region(b.Region), Place: b.Place, Street: b.Street, Default: b.Default})
		return &struct{ Body Address }{a}, err
	}
	httpapi.Register(api, httpapi.Op{ID: "address-add", Method: "POST", Path: "/api/me/addresses", Action: "account.addresses", Tag: "people", Status: 201, Summary: "Add a delivery address"},
		func(ctx context.Context, in *struct{ Body addressBody }) (*struct{ Body Address }, error) {
			return save(ctx, "", in.Body)
		})
	httpapi.Register(api, httpapi.Op{ID: "address-edit", Method: "PUT", Path: "/api/me/addresses/{id}", Action: "account.addresses", Tag: "people", Summary: "Replace a delivery address"},
		func(ctx context.Context, in *struct {
			ID   id.Address `path:"id"`
			Body addressBody
		},
		) (*struct{ Body Address }, error) {
			return save(ctx, in.ID, in.Body)
		})
	httpapi.Register(api, httpapi.Op{ID: "address-delete", Method: "DELETE", Path: "/api/me/addresses/{id}", Action: "account.addresses", Tag: "people", Summary: "Remove a delivery address"},
		func(ctx context.Context, in *struct {
			ID id.Address `path:"id"`
		},
		) (*doneOut, error) {
			return &doneOut{}, m.DeleteAddress(ctx, in.ID)
		})
}
