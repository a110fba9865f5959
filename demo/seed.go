package demo

import (
	"context"
	"fmt"
	"time"

	"tianbo/internal/live/media/loop"
)

// idNumber makes an identity number of the right form for an invented person.
func idNumber(year, n int) string {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	s := fmt.Sprintf("%s%04d%02d%02d%03d", county, year, 1+n%12, 1+n%28, n%1000)
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

func household(n int) (phone, name string) {
	name = surnames[n%len(surnames)] + givens[n%len(givens)]
	switch n {
	case 0:
		name = "李桂芳"
	case 1:
		name = "王建国"
	}
	return fmt.Sprintf("138000001%02d", n+1), name
}

const households = 40

// seed makes the county. Each step is a call that the public may make too.
func (d *Demo) seed(ctx context.Context) error {
	admin, err := d.signIn(ctx, AdminPhone)
	if err != nil {
		return err
	}
	if err := admin.call(ctx, "PATCH", "/api/me", map[string]any{"name": "周管理"}, nil); err != nil {
		return err
	}
	for _, s := range staff {
		c, err := d.named(ctx, s.phone, s.name)
		if err != nil {
			return err
		}
		if err := admin.call(ctx, "POST", "/api/desk/roles", map[string]any{"account": c.account, "role": s.role, "region": ""}, nil); err != nil {
			return err
		}
	}
	for _, o := range coops {
		c, err := d.named(ctx, o.phone, o.manager)
		if err != nil {
			return err
		}
		err = c.call(ctx, "POST", "/api/orgs", map[string]any{
			"kind": "cooperative", "name": o.name, "region": county, "village": o.village, "about": o.about,
			"contact": o.phone, "address": "示范县" + o.village + "村委会旁", "licence": "93629901DEMO0001X",
		}, nil)
		if err != nil {
			return err
		}
	}
	for n := range households {
		if err := d.household(ctx, admin, n); err != nil {
			return err
		}
	}
	if err := d.shoppers(ctx); err != nil {
		return err
	}
	return d.past(ctx)
}

func (d *Demo) named(ctx context.Context, phone, name string) (*client, error) {
	c, err := d.signIn(ctx, phone)
	if err != nil {
		return nil, err
	}
	return c, c.call(ctx, "PATCH", "/api/me", map[string]any{"name": name}, nil)
}

// household registers one family with its goods; the first dozen have a
// verified host and a room.
func (d *Demo) household(ctx context.Context, admin *client, n int) error {
	phone, name := household(n)
	c, err := d.named(ctx, phone, name)
	if err != nil {
		return err
	}
	village := villages[n%len(villages)]
	var org struct{ ID string }
	err = c.call(ctx, "POST", "/api/orgs", map[string]any{
		"kind": "household", "name": name + "家", "region": county, "village": village, "contact": phone,
		"address": "示范县" + village + "村", "exemption": "self_produced", "about": village + "的农户，自己种，自己卖。",
	}, &org)
	if err != nil {
		return err
	}
	if n >= 24 {
		return nil // registered, nothing on the shelf yet
	}
	for _, firm := range []string{"wechat", "alipay"} {
		body := map[string]any{"merchant": fmt.Sprintf("19%08d", n)}
		if err := admin.call(ctx, "PUT", "/api/orgs/"+org.ID+"/merchants/"+firm, body, nil); err != nil {
			return err
		}
	}
	count := 1
	if n < 2 {
		count = 4
	}
	var products []string
	for k := range count {
		product, err := d.product(ctx, c, org.ID, village, (n*3+k)%len(goods), n < 12)
		if err != nil {
			return err
		}
		products = append(products, product)
	}
	if n >= 12 {
		return nil
	}
	return d.host(ctx, admin, c, org.ID, name, n, products)
}

func (d *Demo) product(ctx context.Context, c *client, org, village string, g int, listed bool) (string, error) {
	good := goods[g]
	picture, err := assets.ReadFile(good.art + ".jpg")
	if err != nil {
		return "", err
	}
	var photo, product struct{ ID string }
	if err := c.send(ctx, "POST", "/api/uploads", "image/jpeg", picture, &photo); err != nil {
		return "", err
	}
	err = c.call(ctx, "POST", "/api/products", map[string]any{
		"org": org, "title": good.title, "story": good.story, "method": good.method, "origin": county, "place": village,
		"photos": []string{photo.ID}, "fresh": good.fresh, "harvested": time.Now().Add(-20 * time.Hour).UTC().Format(time.RFC3339),
	}, &product)
	if err != nil {
		return "", err
	}
	for _, p := range good.packs {
		body := map[string]any{"label": p.label, "netGrams": p.grams, "priceFen": p.fen, "stock": p.stock}
		if err := c.call(ctx, "POST", "/api/products/"+product.ID+"/packs", body, nil); err != nil {
			return "", err
		}
	}
	if !listed {
		return product.ID, nil
	}
	return product.ID, c.call(ctx, "POST", "/api/products/"+product.ID+"/list", nil, nil)
}

// host has the family's speaker verified and opens a room.
func (d *Demo) host(ctx context.Context, admin, c *client, org, name string, n int, products []string) error {
	var v struct{ ID string }
	err := c.call(ctx, "POST", "/api/host-verification", map[string]any{"realName": name, "idNumber": idNumber(1956+n*2, n)}, &v)
	if err != nil {
		return err
	}
	if n < 9 { // the last three wait in the reviewer's queue
		if err := admin.call(ctx, "POST", "/api/desk/host-verifications/"+v.ID+"/decide", map[string]any{"approve": true}, nil); err != nil {
			return err
		}
		if err := c.call(ctx, "POST", "/api/host-verification/recheck", nil, nil); err != nil {
			return err
		}
	}
	var room struct{ ID string }
	title := name + "家的" + villages[n%len(villages)] + "直播间"
	if err := c.call(ctx, "POST", "/api/rooms", map[string]any{"org": org, "title": title, "topic": goods[(n*3)%len(goods)].title}, &room); err != nil {
		return err
	}
	if err := c.call(ctx, "PUT", "/api/rooms/"+room.ID+"/bag", map[string]any{"products": products}, nil); err != nil {
		return err
	}
	if n >= 2 && n < 6 {
		at := time.Now().Add(time.Duration(n*5) * time.Hour).UTC().Truncate(time.Hour)
		return c.call(ctx, "POST", "/api/rooms/"+room.ID+"/announce", map[string]any{"title": title, "plannedAt": at.Format(time.RFC3339)}, nil)
	}
	return nil
}

// shoppers follow rooms and buy; some parcels wait to be shipped.
func (d *Demo) shoppers(ctx context.Context) error {
	host, err := d.signIn(ctx, hostPhone)
	if err != nil {
		return err
	}
	var rooms struct {
		Items []struct{ ID string }
	}
	if err := host.call(ctx, "GET", "/api/me/rooms", nil, &rooms); err != nil {
		return err
	}
	var bag struct {
		Items []struct {
			Packs []struct {
				ID      string
				Version int64
			}
		}
	}
	if err := host.call(ctx, "GET", "/api/rooms/"+rooms.Items[0].ID+"/bag", nil, &bag); err != nil {
		return err
	}
	for i, b := range buyers {
		c, err := d.named(ctx, b.phone, b.name)
		if err != nil {
			return err
		}
		if err := c.call(ctx, "PUT", "/api/rooms/"+rooms.Items[0].ID+"/follow", map[string]any{"on": true}, nil); err != nil {
			return err
		}
		var address, order struct{ ID string }
		err = c.call(ctx, "POST", "/api/me/addresses", map[string]any{
			"name": b.name, "phone": b.phone, "region": "310101", "place": "上海市黄浦区", "street": fmt.Sprintf("示范路 %d 号", 10+i), "default": true,
		}, &address)
		if err != nil || i >= 5 {
			if err != nil {
				return err
			}
			continue
		}
		pack := bag.Items[i%len(bag.Items)].Packs[0]
		err = c.call(ctx, "POST", "/api/orders", map[string]any{
			"addressId": address.ID, "lines": []any{map[string]any{"pack": pack.ID, "quantity": 1 + i%2, "priceVersion": pack.Version}},
		}, &order)
		if err != nil {
			return err
		}
		if err := d.settle(ctx, c, host, order.ID, i); err != nil {
			return err
		}
	}
	return nil
}

// settle pays an order and moves it on, each to another stage.
func (d *Demo) settle(ctx context.Context, buyer, seller *client, order string, i int) error {
	if i == 4 {
		return nil // stays unpaid and will lapse
	}
	if err := buyer.call(ctx, "POST", "/api/orders/"+order+"/pay", map[string]any{"method": "transfer", "reference": "示范"}, nil); err != nil {
		return err
	}
	if err := seller.call(ctx, "POST", "/api/orders/"+order+"/confirm", nil, nil); err != nil || i < 2 {
		return err
	}
	err := seller.call(ctx, "POST", "/api/orders/"+order+"/ship", map[string]any{"carrier": "县乡共配", "trackingNumber": fmt.Sprintf("DEMO%06d", i)}, nil)
	if err != nil || i < 3 {
		return err
	}
	return buyer.call(ctx, "POST", "/api/orders/"+order+"/receive", nil, nil)
}

// past makes a short broadcast that is over: the second farmer's replay.
func (d *Demo) past(ctx context.Context) error {
	host, err := d.signIn(ctx, ReadyPhone)
	if err != nil {
		return err
	}
	var rooms struct {
		Items []struct{ ID string }
	}
	if err := host.call(ctx, "GET", "/api/me/rooms", nil, &rooms); err != nil {
		return err
	}
	data, err := assets.ReadFile("film.mp4")
	if err != nil {
		return err
	}
	film, err := loop.Read(data)
	if err != nil {
		return err
	}
	var key struct{ Key string }
	if err := host.call(ctx, "POST", "/api/rooms/"+rooms.Items[0].ID+"/stream-key", nil, &key); err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, film.Length()/2)
	defer cancel()
	time.AfterFunc(film.Length()/4, func() { d.picture(short, host, rooms.Items[0].ID, 1) })
	if err := film.Publish(short, d.RTMP+"/"+key.Key); err != nil && short.Err() == nil {
		return err
	}
	return host.call(ctx, "POST", "/api/rooms/"+rooms.Items[0].ID+"/end", nil, nil)
}
