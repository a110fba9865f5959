package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
)

// Aliyun sends through Alibaba Cloud's short message service (Dysmsapi,
// version 2017-05-25), with request signature V3 (ACS3-HMAC-SHA256).
type Aliyun struct {
	Key, Secret    string
	Sign, Template string // approved signature and template code
	Endpoint       string // https://dysmsapi.aliyuncs.com when empty
	Client         *http.Client
	Clock          clock.Clock
}

// NewAliyun is the provider as it runs: its public endpoint, ten seconds for
// an answer.
func NewAliyun(key, secret, sign, template string) *Aliyun {
	return &Aliyun{Key: key, Secret: secret, Sign: sign, Template: template, Client: &http.Client{Timeout: 10 * time.Second}, Clock: clock.System}
}

// SendCode implements Sender. The template has one variable, code.
func (a *Aliyun) SendCode(ctx context.Context, phone, code string) error {
	parameter, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return fmt.Errorf("encoding the template's variables: %w", err)
	}
	query := url.Values{
		"PhoneNumbers": {phone}, "SignName": {a.Sign}, "TemplateCode": {a.Template}, "TemplateParam": {string(parameter)},
	}
	endpoint := a.Endpoint
	if endpoint == "" {
		endpoint = "https://dysmsapi.aliyuncs.com"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/?"+canonicalQuery(query), nil)
	if err != nil {
		return fmt.Errorf("building the request: %w", err)
	}
	a.sign(r, query)
	response, err := a.Client.Do(r)
	if err != nil {
		return ErrUndelivered.Wrap(redact(err))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return ErrUndelivered.Wrap(err)
	}
	var answer struct{ Code, RequestID string }
	if err := json.Unmarshal(body, &answer); err != nil {
		return ErrUndelivered.Wrap(fmt.Errorf("status %d, unreadable body", response.StatusCode))
	}
	if response.StatusCode != http.StatusOK || answer.Code != "OK" {
		return ErrUndelivered.Wrap(fmt.Errorf("status %d, code %s, request %s", response.StatusCode, answer.Code, answer.RequestID))
	}
	return nil
}

// redact drops the address of a failed request, which holds the phone number.
func redact(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// sign adds the headers of signature V3.
func (a *Aliyun) sign(r *http.Request, query url.Values) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	headers := map[string]string{
		"host": r.URL.Host, "x-acs-action": "SendSms", "x-acs-version": "2017-05-25",
		"x-acs-date": a.Clock.Now().UTC().Format(time.RFC3339), "x-acs-signature-nonce": rand.Text(), "x-acs-content-sha256": empty,
	}
	var names []string
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	var canonical strings.Builder
	for _, name := range names {
		canonical.WriteString(name + ":" + headers[name] + "\n")
		r.Header.Set(name, headers[name])
	}
	signed := strings.Join(names, ";")
	request := strings.Join([]string{r.Method, "/", canonicalQuery(query), canonical.String(), signed, empty}, "\n")
	digest := sha256.Sum256([]byte(request))
	mac := hmac.New(sha256.New, []byte(a.Secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(digest[:])))
	r.Header.Set("Authorization", fmt.Sprintf("ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%s",
		a.Key, signed, hex.EncodeToString(mac.Sum(nil))))
}

// canonicalQuery is sorted and percent-encoded by RFC 3986.
func canonicalQuery(query url.Values) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(query.Encode())
}
