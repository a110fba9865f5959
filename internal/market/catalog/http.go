package catalog

import (
	"context"
	"strings"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/kernel/unit"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
)

// PackCard is a pack as shown.
type PackCard struct {
	ID      id.Pack   `json:"id"`
	Label   string    `json:"label"`
	Net     int64     `json:"netGrams"`
	Price   money.Fen `json:"priceFen"`
	PerJin  money.Fen `json:"perJinFen" doc:"Price for 500 g, half-up"`
	Was     money.Fen `json:"wasFen" doc:"Struck through; 0 for none"`
	Version int64     `json:"priceVersion"`
	Band    string    `json:"stock" enum:"plenty,low,gone"`
	Free    int64     `json:"free" doc:"Units left: exact when low or for the seller, else 0"`
	Held    int64     `json:"held" doc:"For the seller only"`
	Taken   int64     `json:"sold" doc:"For the seller only"`
}

// Card is a product as shown.
type Card struct {
	ID        id.Product   `json:"id"`
	Org       id.Org       `json:"org"`
	Seller    string       `json:"seller"`
	State     State        `json:"state" enum:"draft,listed,hidden"`
	Title     string       `json:"title"`
	Story     string       `json:"story"`
	Origin    geo.Region   `json:"origin"`
	Place     string       `json:"place"`
	Method    string       `json:"method"`
	Photos    []id.Upload  `json:"photos" doc:"Pictures at /media/photo/{id}-{160|480|1080}.jpg"`
	ShipTo    []geo.Region `json:"shipTo" doc:"Empty: everywhere"`
	Harvested time.Time    `json:"harvested,omitzero"`
	Fresh     bool         `json:"fresh" doc:"Perishable: no return without reason; claim on the day of arrival"`
	CanManage bool         `json:"canManage"`
	Changed   *ChangeCard  `json:"changed,omitempty" doc:"The last change, for the seller only"`
	Packs     []PackCard   `json:"packs"`
}

// Cards shows products; exact stock only to those who may manage them.
func (m *Module) Cards(ctx context.Context, products []Product) ([]Card, error) {
	orgs := make([]id.Org, len(products))
	for i, p := range products {
		orgs[i] = p.Org
	}
	names, err := m.Sellers.Names(ctx, orgs)
	if err != nil {
		return nil, err
	}
	people, err := m.changers(ctx, products)
	if err != nil {
		return nil, err
	}
	out := make([]Card, len(products))
	for i, p := range products {
		c := Card{
			ID: p.ID, Org: p.Org, Seller: names[p.Org], State: p.State, Title: p.Title, Story: p.Story, Origin: p.Origin, Place: p.Place,
			Method: p.Method, Photos: p.Photos, ShipTo: p.ShipTo, Harvested: p.Harvested, Fresh: p.Fresh,
			CanManage: authz.Allows(ctx, "catalog.manage", p.Resource()),
		}
		if c.CanManage && !p.Changed.IsZero() {
			c.Changed = &ChangeCard{p.Changed, p.ChangedBy, people[p.ChangedBy], p.ChangedFor, people[p.ChangedFor]}
		}
		for _, k := range p.Packs {
			c.Packs = append(c.Packs, packCard(k, c.CanManage))
		}
		out[i] = c
	}
	return out, nil
}

// changers names whoever changed the products that the actor may manage.
func (m *Module) changers(ctx context.Context, products []Product) (map[id.Account]string, error) {
	var people []id.Account
	for _, p := range products {
		if p.ChangedBy != "" && authz.Allows(ctx, "catalog.manage", p.Resource()) {
			people = append(people, p.ChangedBy, p.ChangedFor)
		}
	}
	if len(people) == 0 {
		return nil, nil
	}
	return m.People.Names(ctx, people)
}

func packCard(k Pack, all bool) PackCard {
	perJin, err := unit.PerJin(k.Price, k.Net)
	if err != nil {
		perJin = 0 // the bounds of price and weight rule this out
	}
	c := PackCard{ID: k.ID, Label: k.Label, Net: int64(k.Net), Price: k.Price, PerJin: perJin, Was: k.Was, Version: k.Version, Band: k.Band()}
	if all || c.Band == "low" {
		c.Free = k.Free
	}
	if all {
		c.Held, c.Taken = k.Held, k.Taken
	}
	return c
}

// ChangeCard is whose hand changed something: By alone, or "by X for Y".
type ChangeCard struct {
	At      time.Time  `json:"at"`
	By      id.Account `json:"by"`
	ByName  string     `json:"byName"`
	For     id.Account `json:"for" doc:"For whom a helper acted"`
	ForName string     `json:"forName"`
}

type (
	ProductIn struct {
		ID id.Product `path:"id"`
	}
	cardOut struct{ Body Card }
	body    struct {
		Org       id.Org       `json:"org,omitempty" doc:"The seller; needed when creating"`
		Title     string       `json:"title" maxLength:"80"`
		Story     string       `json:"story,omitempty" maxLength:"6000"`
		Origin    geo.Region   `json:"origin" maxLength:"12"`
		Place     string       `json:"place,omitempty" maxLength:"60"`
		Method    string       `json:"method,omitempty" maxLength:"60"`
		Photos    []id.Upload  `json:"photos,omitempty" maxItems:"9"`
		ShipTo    []geo.Region `json:"shipTo,omitempty" maxItems:"60"`
		Harvested time.Time    `json:"harvested,omitempty"`
		Fresh     bool         `json:"fresh,omitempty"`
	}
)

func (b body) fill(p *Product) {
	p.Org, p.Title, p.Story, p.Origin, p.Place, p.Method = b.Org, b.Title, b.Story, b.Origin, b.Place, b.Method
	p.Photos, p.ShipTo, p.Harvested, p.Fresh = b.Photos, b.ShipTo, b.Harvested, b.Fresh
}

func (m *Module) out(ctx context.Context, p Product, err error) (*cardOut, error) {
	if err != nil {
		return nil, err
	}
	cards, err := m.Cards(ctx, []Product{p})
	if err != nil {
		return nil, err
	}
	return &cardOut{cards[0]}, nil
}

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "product-list", Method: "GET", Path: "/api/products", Action: "catalog.list", Tag: "market", Summary: "Products on the shelf, by words or seller; the same order for everyone"},
		func(ctx context.Context, in *struct {
			Q      string `query:"q" maxLength:"80"`
			Seller id.Org `query:"seller"`
			Cursor string `query:"cursor" maxLength:"200"`
			Limit  int    `query:"limit" minimum:"0" maximum:"100"`
		},
		) (*struct{ Body page.Of[Card] }, error) {
			p, err := m.List(ctx, Query{strings.TrimSpace(in.Q), in.Seller}, page.Request{Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			cards, err := m.Cards(ctx, p.Items)
			return &struct{ Body page.Of[Card] }{page.Of[Card]{Items: cards, Next: p.Next}}, err
		})
	httpapi.Register(api, httpapi.Op{ID: "product-get", Method: "GET", Path: "/api/products/{id}", Action: "catalog.view", Tag: "market", Summary: "One product"},
		func(ctx context.Context, in *ProductIn) (*cardOut, error) {
			p, err := m.View(ctx, in.ID)
			return m.out(ctx, p, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "product-create", Method: "POST", Path: "/api/products", Action: "catalog.create", Tag: "market", Status: 201, Summary: "Make a draft"},
		func(ctx context.Context, in *struct{ Body body }) (*cardOut, error) {
			var p Product
			in.Body.fill(&p)
			p, err := m.Create(ctx, p)
			return m.out(ctx, p, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "product-edit", Method: "PUT", Path: "/api/products/{id}", Action: "catalog.edit", Tag: "market", Summary: "Change a product's description"},
		func(ctx context.Context, in *struct {
			ProductIn
			Body body
		},
		) (*cardOut, error) {
			p, err := m.Edit(ctx, in.ID, in.Body.fill)
			return m.out(ctx, p, err)
		})
	for _, move := range []struct {
		name, verb string
		to         State
	}{{"product-publish", "list", Listed}, {"product-hide", "hide", Hidden}} {
		httpapi.Register(api, httpapi.Op{ID: move.name, Method: "POST", Path: "/api/products/{id}/" + move.verb, Action: "catalog.edit", Tag: "market", Summary: "Put a product on the shelf, or take it off"},
			func(ctx context.Context, in *ProductIn) (*cardOut, error) {
				p, err := m.SetState(ctx, in.ID, move.to)
				return m.out(ctx, p, err)
			})
	}
	m.packRoutes(api)
}

func (m *Module) packRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "pack-add", Method: "POST", Path: "/api/products/{id}/packs", Action: "catalog.edit", Tag: "market", Status: 201, Summary: "Add a unit of sale"},
		func(ctx context.Context, in *struct {
			ProductIn
			Body struct {
				Label string    `json:"label" maxLength:"40"`
				Net   int64     `json:"netGrams"`
				Price money.Fen `json:"priceFen"`
				Stock int64     `json:"stock"`
			}
		},
		) (*cardOut, error) {
			p, err := m.AddPack(ctx, in.ID, in.Body.Label, unit.Grams(in.Body.Net), in.Body.Price, in.Body.Stock)
			return m.out(ctx, p, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "pack-reprice", Method: "PUT", Path: "/api/products/{id}/packs/{pack}/price", Action: "catalog.edit", Tag: "market", Summary: "Set a new price; the old ones are kept"},
		func(ctx context.Context, in *struct {
			ProductIn
			Pack id.Pack `path:"pack"`
			Body struct {
				Price money.Fen `json:"priceFen"`
				Was   money.Fen `json:"wasFen,omitempty"`
			}
		},
		) (*cardOut, error) {
			p, err := m.Reprice(ctx, in.ID, in.Pack, in.Body.Price, in.Body.Was)
			return m.out(ctx, p, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "pack-restock", Method: "PUT", Path: "/api/products/{id}/packs/{pack}/stock", Action: "catalog.edit", Tag: "market", Summary: "Set how many are free to sell"},
		func(ctx context.Context, in *struct {
			ProductIn
			Pack id.Pack `path:"pack"`
			Body struct {
				Free int64 `json:"free"`
			}
		},
		) (*cardOut, error) {
			p, err := m.Restock(ctx, in.ID, in.Pack, in.Body.Free)
			return m.out(ctx, p, err)
		})
	httpapi.Register(api, httpapi.Op{ID: "pack-prices", Method: "GET", Path: "/api/products/{id}/packs/{pack}/prices", Action: "catalog.view", Tag: "market", Summary: "What a pack has cost, the newest first"},
		func(ctx context.Context, in *struct {
			ProductIn
			Pack   id.Pack `path:"pack"`
			Cursor string  `query:"cursor" maxLength:"200"`
			Limit  int     `query:"limit" minimum:"0" maximum:"100"`
		},
		) (*struct{ Body page.Of[PriceCard] }, error) {
			p, err := m.Prices(ctx, in.ID, in.Pack, page.Request{Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body page.Of[PriceCard] }{page.Map(p, func(p Price) PriceCard {
				return PriceCard{p.Version, p.Price, p.Was, p.At, p.Rule, p.Ceiling}
			})}, err
		})
	m.photoRoutes(api)
}

// PriceCard is one entry of a price history.
type PriceCard struct {
	Version int64     `json:"version"`
	Price   money.Fen `json:"priceFen"`
	Was     money.Fen `json:"wasFen" doc:"Struck through; 0 for none"`
	At      time.Time `json:"at"`
	Rule    string    `json:"rule" doc:"Version of the rule that allowed what is struck through"`
	Ceiling money.Fen `json:"ceilingFen" doc:"The highest price the rule allowed to strike through"`
}
