package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tianbo/internal/kernel/id"
	"tianbo/internal/people/account"
)

// token makes a code of an authenticator at the world's time.
func (w *world) authenticator(secret string) string {
	w.t.Helper()
	code, err := totp.GenerateCode(secret, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// firstStep signs in as far as the phone code goes.
func (w *world) firstStep(phone string) answer {
	w.t.Helper()
	w.clock.Advance(61 * time.Second)
	w.must("", "POST", "/api/auth/code", map[string]any{"phone": phone})
	return w.must("", "POST", "/api/auth/sign-in", map[string]any{"phone": phone, "code": w.post.code(phone), "token": true})
}

func TestAuthenticator(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		old, _ := w.signIn(ada)
		token, who := w.signIn(ada)
		add := w.must(token, "POST", "/api/me/totp", nil)
		secret := add.str("secret")
		if !strings.HasPrefix(add.str("uri"), "otpauth://totp/") || !strings.Contains(add.str("uri"), secret) || strings.Contains(add.str("uri"), ada) {
			t.Errorf("%s", add.raw)
		}
		w.refused("second_factor_wrong", token, "POST", "/api/me/totp/confirm", map[string]any{"code": "000000"})
		done := w.must(token, "POST", "/api/me/totp/confirm", map[string]any{"code": w.authenticator(secret)})
		if done.count("recoveryCodes") != 10 {
			t.Fatalf("%s", done.raw)
		}
		recovery := done.str("recoveryCodes.0")
		w.refused("session_ended", old, "GET", "/api/me", nil) // others sign in anew
		if f := w.must(token, "GET", "/api/me/second-factor", nil); f.at("totp") != true || f.at("strong") != true || f.at("recoveryCodesLeft") != 10.0 || f.at("required") != false {
			t.Errorf("%s", f.raw)
		}
		w.refused("totp_exists", token, "POST", "/api/me/totp", nil)

		in := w.firstStep(ada)
		if in.str("token") != "" || in.str("account.id") != "" || in.count("secondFactor.methods") != 2 {
			t.Fatalf("%s", in.raw)
		}
		step := in.str("secondFactor.step")
		w.refused("second_factor_wrong", "", "POST", "/api/auth/second-factor", map[string]any{"step": step, "code": "123"})
		code := w.authenticator(secret)
		ok := w.must("", "POST", "/api/auth/second-factor", map[string]any{"step": step, "code": code, "token": true})
		if ok.str("account.id") != string(who) {
			t.Errorf("%s", ok.raw)
		}
		w.refused("step_over", "", "POST", "/api/auth/second-factor", map[string]any{"step": step, "code": code})

		in = w.firstStep(ada)
		step = in.str("secondFactor.step")
		code = w.authenticator(secret)
		w.must("", "POST", "/api/auth/second-factor", map[string]any{"step": step, "code": code, "token": true})
		in = w.must("", "POST", "/api/auth/passkey/begin", nil) // time does not move: the code was used
		_ = in
		w.clock.Advance(time.Second)
		next := w.firstStep(ada).str("secondFactor.step")
		w.must("", "POST", "/api/auth/second-factor", map[string]any{"step": next, "code": recovery, "recovery": true, "token": true})
		next = w.firstStep(ada).str("secondFactor.step")
		for range 5 {
			w.refused("second_factor_wrong", "", "POST", "/api/auth/second-factor", map[string]any{"step": next, "code": recovery, "recovery": true})
		}
		w.refused("step_over", "", "POST", "/api/auth/second-factor", map[string]any{"step": next, "code": w.authenticator(secret)})
		next = w.firstStep(ada).str("secondFactor.step")
		w.clock.Advance(6 * time.Minute)
		w.refused("step_over", "", "POST", "/api/auth/second-factor", map[string]any{"step": next, "code": w.authenticator(secret)})
	})
}

func TestACodeOfTheAuthenticatorWorksOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, _ := w.signIn(ada)
		secret := w.must(token, "POST", "/api/me/totp", nil).str("secret")
		w.must(token, "POST", "/api/me/totp/confirm", map[string]any{"code": w.authenticator(secret)})
		w.clock.Advance(time.Minute)
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada})
		first := w.must("", "POST", "/api/auth/sign-in", map[string]any{"phone": ada, "code": w.post.code(ada), "token": true}).str("secondFactor.step")
		code := w.authenticator(secret)
		w.must("", "POST", "/api/auth/second-factor", map[string]any{"step": first, "code": code, "token": true})
		w.clock.Advance(time.Minute)
		w.must("", "POST", "/api/auth/code", map[string]any{"phone": ada})
		second := w.must("", "POST", "/api/auth/sign-in", map[string]any{"phone": ada, "code": w.post.code(ada), "token": true}).str("secondFactor.step")
		w.refused("second_factor_wrong", "", "POST", "/api/auth/second-factor", map[string]any{"step": second, "code": code})
		w.must("", "POST", "/api/auth/second-factor", map[string]any{"step": second, "code": w.authenticator(secret), "token": true})
		w.refused("second_factor_wrong", "", "POST", "/api/auth/second-factor", map[string]any{"step": w.firstStep(ada).str("secondFactor.step"), "code": w.authenticator(secret) + "1"})
	})
}

func TestABorrowedPhoneDoesNotRemoveTheSecondFactor(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, _ := w.signIn(ada)
		secret := w.must(token, "POST", "/api/me/totp", nil).str("secret")
		w.must(token, "POST", "/api/me/totp/confirm", map[string]any{"code": w.authenticator(secret)})
		w.must(token, "POST", "/api/me/recovery-codes", nil)
		w.must(token, "DELETE", "/api/me/totp", nil)
		if f := w.must(token, "GET", "/api/me/second-factor", nil); f.at("totp") != false || f.at("recoveryCodesLeft") != 0.0 {
			t.Errorf("%s", f.raw)
		}
		w.refused("no_second_factor", token, "POST", "/api/me/recovery-codes", nil)
		weak, _ := w.signIn(ada) // no factor now, so the phone is enough
		secret = w.must(token, "POST", "/api/me/totp", nil).str("secret")
		w.must(weak, "GET", "/api/me", nil)
		w.must(token, "POST", "/api/me/totp/confirm", map[string]any{"code": w.authenticator(secret)})
		w.refused("session_ended", weak, "DELETE", "/api/me/totp", nil)
	})
}

func TestStaffNeedASecondFactorWhereItIsRequired(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		boss, _ := w.official(bob, "platform_admin")
		w.refused("forbidden", boss, "GET", "/api/desk/audit", nil)
		me := w.must(boss, "GET", "/api/me", nil)
		if me.at("secondFactorNeeded") != true || me.count("roles") != 0 {
			t.Errorf("%s", me.raw)
		}
		secret := w.must(boss, "POST", "/api/me/totp", nil).str("secret")
		w.must(boss, "POST", "/api/me/totp/confirm", map[string]any{"code": w.authenticator(secret)})
		w.must(boss, "GET", "/api/desk/audit", nil) // at once, in this session
		if me := w.must(boss, "GET", "/api/me", nil); me.at("secondFactorNeeded") != false || me.str("roles.0.name") != "platform_admin" {
			t.Errorf("%s", me.raw)
		}
		step := w.firstStep(bob).str("secondFactor.step")
		in := w.must("", "POST", "/api/auth/second-factor", map[string]any{"step": step, "code": w.authenticator(secret), "token": true})
		w.must(in.str("token"), "GET", "/api/desk/audit", nil)
		farmer, _ := w.signIn(ada)
		if me := w.must(farmer, "GET", "/api/me", nil); me.at("secondFactorNeeded") != false {
			t.Errorf("a farmer is asked for one: %s", me.raw)
		}
	}, func(d *account.Deps) { d.SecondRequired = true })
}

// key is a passkey in software: what a telephone does with its chip.
type key struct {
	id      []byte
	private *ecdsa.PrivateKey
	user    []byte
	count   uint32
	// Faults of a key or a thief.
	origin   string
	unseen   bool // the holder was not checked
	goesBack bool
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func newKey(t *testing.T) *key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &key{id: []byte(rand.Text()), private: private, origin: site}
}

func (k *key) client(kind, challenge string) []byte {
	text, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	return text
}

func (k *key) data(flags byte) []byte {
	rp := sha256.Sum256([]byte("tianbo.example"))
	if k.unseen {
		flags &^= 0x04
	}
	if k.goesBack {
		k.count -= 2
	}
	k.count++
	return binary.BigEndian.AppendUint32(append(rp[:], flags), k.count)
}

// cborBytes is a CBOR byte string shorter than 64 KiB.
func cborBytes(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x59}, uint16(len(b))), b...)
}

// create answers navigator.credentials.create.
func (k *key) create(t *testing.T, options any) map[string]any {
	t.Helper()
	public := options.(map[string]any)["publicKey"].(map[string]any)
	user := public["user"].(map[string]any)
	var err error
	if k.user, err = base64.RawURLEncoding.DecodeString(user["id"].(string)); err != nil {
		t.Fatal(err)
	}
	x, y := k.private.X.FillBytes(make([]byte, 32)), k.private.Y.FillBytes(make([]byte, 32))
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, x...)
	cose = append(append(cose, 0x22, 0x58, 0x20), y...)
	data := append(k.data(0x45), make([]byte, 16)...) // present, checked, with a key; no model
	data = append(append(binary.BigEndian.AppendUint16(data, uint16(len(k.id))), k.id...), cose...)
	attestation := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"), cborBytes(data)...)
	return map[string]any{
		"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(k.client("webauthn.create", public["challenge"].(string))), "attestationObject": b64(attestation)},
	}
}

// get answers navigator.credentials.get.
func (k *key) get(t *testing.T, options any) map[string]any {
	t.Helper()
	public := options.(map[string]any)["publicKey"].(map[string]any)
	client, data := k.client("webauthn.get", public["challenge"].(string)), k.data(0x05)
	digest := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), digest[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(k.user)},
	}
}

func (w *world) addPasskey(token string, k *key) answer {
	w.t.Helper()
	begun := w.must(token, "POST", "/api/me/passkeys/begin", nil)
	return w.call(token, "POST", "/api/me/passkeys", map[string]any{"step": begun.str("step"), "name": "我的手机", "credential": k.create(w.t, begun.at("options"))})
}

func (w *world) byPasskey(k *key) (answer, map[string]any) {
	w.t.Helper()
	begun := w.must("", "POST", "/api/auth/passkey/begin", nil)
	body := map[string]any{"step": begun.str("step"), "token": true, "credential": k.get(w.t, begun.at("options"))}
	return w.call("", "POST", "/api/auth/passkey", body), body
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		token, who := w.signIn(ada)
		k := newKey(t)
		if a, _ := w.byPasskey(k); a.str("code") != "passkey_refused" {
			t.Errorf("an unknown passkey: %d %s", a.status, a.raw)
		}
		made := w.addPasskey(token, k)
		if made.status != 201 || made.str("passkey.name") != "我的手机" || made.count("recoveryCodes") != 10 {
			t.Fatalf("%d %s", made.status, made.raw)
		}
		in, body := w.byPasskey(k)
		if in.status != 200 || in.str("account.id") != string(who) {
			t.Fatalf("%d %s", in.status, in.raw)
		}
		if again := w.call("", "POST", "/api/auth/passkey", body); again.str("code") != "step_over" {
			t.Errorf("replayed: %d %s", again.status, again.raw)
		}
		strong := in.str("token")
		if f := w.must(strong, "GET", "/api/me/second-factor", nil); f.at("strong") != true || f.count("passkeys") != 1 || f.str("passkeys.0.used") == "" {
			t.Errorf("%s", f.raw)
		}
		if first := w.firstStep(ada); first.str("token") != "" || first.str("secondFactor.methods.0") != account.MethodPasskey {
			t.Errorf("the phone alone signed in: %s", first.raw)
		}
		for name, thief := range map[string]func(k *key){
			"another site":         func(k *key) { k.origin = "https://tianb0.example" },
			"nobody checked":       func(k *key) { k.unseen = true },
			"a copied key":         func(k *key) { k.goesBack = true },
			"another key's holder": func(k *key) { k.private = newKey(t).private },
			"somebody else's name": func(k *key) { k.user = []byte(id.New[id.Account]()) },
			"a credential unknown": func(k *key) { k.id = []byte("unknown") },
		} {
			bad := *k
			thief(&bad)
			if a, _ := w.byPasskey(&bad); a.str("code") != "passkey_refused" && a.str("code") != "account_not_found" {
				t.Errorf("%s: %d %s", name, a.status, a.raw)
			}
		}
		if a := w.addPasskey(strong, k); a.str("code") != "passkey_refused" {
			t.Errorf("the same key twice: %d %s", a.status, a.raw)
		}
		other, _ := w.signIn(eva)
		w.must(other, "DELETE", "/api/me/passkeys/"+made.str("passkey.id"), nil) // not hers: nothing happens
		if a, _ := w.byPasskey(k); a.status != 200 {
			t.Errorf("%s", a.raw)
		}
		w.must(strong, "DELETE", "/api/me/passkeys/"+made.str("passkey.id"), nil)
		if a, _ := w.byPasskey(k); a.status == 200 {
			t.Error("a removed passkey signed in")
		}
		w.refused("passkey_refused", strong, "POST", "/api/me/passkeys", map[string]any{"step": w.must(strong, "POST", "/api/me/passkeys/begin", nil).str("step"), "credential": map[string]any{"id": "x"}})
		w.refused("step_over", strong, "POST", "/api/me/passkeys", map[string]any{"step": "none", "credential": map[string]any{}})
	})
}
