package account

import (
	"context"
	"encoding/json"
	"time"

	"tianbo/internal/platform/httpapi"
)

// OriginIn is where the browser says it is; only it knows which passkeys it
// has for that place.
type OriginIn struct {
	Origin string `header:"Origin" maxLength:"300"`
}

type ceremonyOut struct {
	Body struct {
		Step    string          `json:"step" doc:"Finishes the ceremony, within five minutes"`
		Options json.RawMessage `json:"options" doc:"For navigator.credentials.create or .get"`
	}
}

func ceremony(c Ceremony, err error) (*ceremonyOut, error) {
	if err != nil {
		return nil, err
	}
	var out ceremonyOut
	out.Body.Step, out.Body.Options = c.Secret, c.Options
	return &out, nil
}

type passkeyCard struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used,omitzero"`
}

type recoveryOut struct {
	Body struct {
		Codes []string `json:"recoveryCodes" doc:"Shown once; empty when there are some already"`
	}
}

func recoveryCodesOut(codes []string, err error) (*recoveryOut, error) {
	if err != nil {
		return nil, err
	}
	var out recoveryOut
	out.Body.Codes = codes
	return &out, nil
}

func (m *Module) passkeyRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "passkey-ask", Method: "POST", Path: "/api/auth/passkey/begin", Action: httpapi.Public, Tag: "people", Rate: httpapi.RateSignIn, Volatile: true,
		Summary: "Begin a sign-in by passkey; the answer does not depend on who asks",
	}, func(ctx context.Context, in *OriginIn) (*ceremonyOut, error) {
		return ceremony(m.AskPasskey(ctx, in.Origin))
	})
	httpapi.Register(api, httpapi.Op{
		ID: "passkey-sign-in", Method: "POST", Path: "/api/auth/passkey", Action: httpapi.Public, Tag: "people", Rate: httpapi.RateSignIn, Volatile: true,
		Summary: "Exchange a passkey's answer for a session; it is two factors by itself",
	}, func(ctx context.Context, in *struct {
		OriginIn
		Body struct {
			Step       string          `json:"step" maxLength:"64"`
			Credential json.RawMessage `json:"credential"`
			Device     string          `json:"deviceName,omitempty" maxLength:"120"`
			Token      bool            `json:"token,omitempty" doc:"Answer with a token and set no cookie"`
		}
	},
	) (*admissionOut, error) {
		a, err := m.SignInByPasskey(ctx, in.Origin, in.Body.Step, in.Body.Device, in.Body.Credential)
		return m.admission(a, in.Body.Token, err)
	})
	httpapi.Register(api, httpapi.Op{ID: "passkey-add", Method: "POST", Path: "/api/me/passkeys/begin", Action: "account.second", Tag: "people", Volatile: true, Summary: "Begin the making of a passkey"},
		func(ctx context.Context, in *OriginIn) (*ceremonyOut, error) {
			return ceremony(m.AddPasskey(ctx, in.Origin))
		})
	httpapi.Register(api, httpapi.Op{ID: "passkey-finish", Method: "POST", Path: "/api/me/passkeys", Action: "account.second", Tag: "people", Status: 201, Volatile: true, Summary: "Keep the passkey made; other devices must sign in anew"},
		func(ctx context.Context, in *struct {
			OriginIn
			Body struct {
				Step       string          `json:"step" maxLength:"64"`
				Name       string          `json:"name,omitempty" maxLength:"80"`
				Credential json.RawMessage `json:"credential"`
			}
		},
		) (*struct {
			Body struct {
				Passkey passkeyCard `json:"passkey"`
				Codes   []string    `json:"recoveryCodes" doc:"Shown once, with the first second factor"`
			}
		}, error,
		) {
			key, codes, err := m.FinishPasskey(ctx, in.Origin, in.Body.Step, in.Body.Name, in.Body.Credential)
			if err != nil {
				return nil, err
			}
			var out struct {
				Body struct {
					Passkey passkeyCard `json:"passkey"`
					Codes   []string    `json:"recoveryCodes" doc:"Shown once, with the first second factor"`
				}
			}
			out.Body.Passkey, out.Body.Codes = passkeyCard(key), codes
			return &out, nil
		})
	httpapi.Register(api, httpapi.Op{ID: "passkey-remove", Method: "DELETE", Path: "/api/me/passkeys/{id}", Action: "account.second", Tag: "people", Summary: "Take a passkey away"},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"400"`
		},
		) (*doneOut, error) {
			return &doneOut{}, m.RemovePasskey(ctx, in.ID)
		})
}

type factorsOut struct {
	Body struct {
		Passkeys []passkeyCard `json:"passkeys"`
		TOTP     bool          `json:"totp"`
		Recovery int           `json:"recoveryCodesLeft"`
		Required bool          `json:"required" doc:"The person's parts on the platform ask for one"`
		Strong   bool          `json:"strong" doc:"One was proved in this session"`
	}
}

func (m *Module) factorRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "factors", Method: "GET", Path: "/api/me/second-factor", Action: "account.second", Tag: "people", Summary: "One's second factors"},
		func(ctx context.Context, _ *struct{}) (*factorsOut, error) {
			f, err := m.Factors(ctx)
			var out factorsOut
			for _, k := range f.Passkeys {
				out.Body.Passkeys = append(out.Body.Passkeys, passkeyCard(k))
			}
			out.Body.TOTP, out.Body.Recovery, out.Body.Required, out.Body.Strong = f.TOTP, f.Recovery, f.Required, f.Strong
			return &out, err
		})
	httpapi.Register(api, httpapi.Op{ID: "totp-add", Method: "POST", Path: "/api/me/totp", Action: "account.second", Tag: "people", Status: 201, Volatile: true, Summary: "Begin an authenticator; its secret is shown once"},
		func(ctx context.Context, _ *struct{}) (*struct {
			Body struct {
				Secret string `json:"secret"`
				URI    string `json:"uri" doc:"For a QR code"`
			}
		}, error,
		) {
			var out struct {
				Body struct {
					Secret string `json:"secret"`
					URI    string `json:"uri" doc:"For a QR code"`
				}
			}
			var err error
			out.Body.Secret, out.Body.URI, err = m.AddTOTP(ctx)
			return &out, err
		})
	httpapi.Register(api, httpapi.Op{ID: "totp-confirm", Method: "POST", Path: "/api/me/totp/confirm", Action: "account.second", Tag: "people", Volatile: true, Summary: "Make the authenticator count with a code of it; other devices must sign in anew"},
		func(ctx context.Context, in *struct {
			Body struct {
				Code string `json:"code" maxLength:"12"`
			}
		},
		) (*recoveryOut, error) {
			return recoveryCodesOut(m.ConfirmTOTP(ctx, in.Body.Code))
		})
	httpapi.Register(api, httpapi.Op{ID: "totp-remove", Method: "DELETE", Path: "/api/me/totp", Action: "account.second", Tag: "people", Summary: "Take the authenticator away"},
		func(ctx context.Context, _ *struct{}) (*doneOut, error) { return &doneOut{}, m.RemoveTOTP(ctx) })
	httpapi.Register(api, httpapi.Op{ID: "recovery-renew", Method: "POST", Path: "/api/me/recovery-codes", Action: "account.second", Tag: "people", Volatile: true, Summary: "Make new recovery codes; the old ones are void"},
		func(ctx context.Context, _ *struct{}) (*recoveryOut, error) {
			return recoveryCodesOut(m.Recovery(ctx))
		})
}
