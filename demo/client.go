package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client is one signed-in person at the public API.
type client struct {
	base    string
	token   string
	account string
}

var web = &http.Client{Timeout: 20 * time.Second}

// call sends JSON and reads JSON. Writes carry a key, so a retry is safe.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	return c.send(ctx, method, path, "application/json", body, out)
}

func (c *client) send(ctx context.Context, method, path, contentType string, body []byte, out any) error {
	key := rand.Text()
	var err error
	for try := range 4 {
		var again bool
		if again, err = c.once(ctx, method, path, contentType, key, body, out); err == nil || !again {
			return err
		}
		pause(ctx, time.Duration(try+1)*300*time.Millisecond)
	}
	return err
}

func (c *client) once(ctx context.Context, method, path, contentType, key string, body []byte, out any) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", contentType)
	}
	if method != http.MethodGet {
		req.Header.Set("Idempotency-Key", key)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := web.Do(req)
	if err != nil {
		return true, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		return true, err
	}
	if res.StatusCode >= 300 {
		return res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, answer)
	}
	if out == nil || len(answer) == 0 {
		return false, nil
	}
	return false, json.Unmarshal(answer, out)
}

// signIn signs a person in with the code that a demo server shows.
func (d *Demo) signIn(ctx context.Context, phone string) (*client, error) {
	c := &client{base: d.Base}
	var code struct{ DemoCode string }
	if err := c.call(ctx, "POST", "/api/auth/code", map[string]any{"phone": phone}, &code); err != nil {
		return nil, err
	}
	var in struct {
		Token   string
		Account struct{ ID string }
	}
	err := c.call(ctx, "POST", "/api/auth/sign-in", map[string]any{"phone": phone, "code": code.DemoCode, "token": true, "deviceName": "demo"}, &in)
	c.token, c.account = in.Token, in.Account.ID
	return c, err
}
