package catalog_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/kernel/unit"
	"tianbo/internal/market/catalog"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/blob"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/search"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

const farm = id.Org("org_farm")

// town answers for the rest of the platform.
type town struct{ deals []catalog.Deal }

func (*town) Names(_ context.Context, ids []id.Account) (map[id.Account]string, error) {
	out := map[id.Account]string{}
	for _, a := range ids {
		out[a] = "叫" + string(a)
	}
	return out, nil
}

func (t *town) Reference(context.Context, id.Pack, time.Time) ([]catalog.Deal, error) {
	return t.deals, nil
}

type sellers struct{}

func (sellers) Names(_ context.Context, ids []id.Org) (map[id.Org]string, error) {
	out := map[id.Org]string{}
	for _, o := range ids {
		out[o] = "农家"
	}
	return out, nil
}

type world struct {
	*catalog.Module
	t        *testing.T
	ctx      context.Context
	clock    *clock.Fake
	town     *town
	files    blob.Store
	policies *authz.Policies
}

func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	tables := []sqldb.Migrations{bus.Migrations(), search.Migrations(), (&catalog.Module{}).Migrations()}
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		w := &world{t: t, clock: clock.NewFake(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)), town: &town{}, files: blob.NewDisk(t.TempDir())}
		w.Module = catalog.New(catalog.Deps{Clock: w.clock, Sellers: sellers{}, People: w.town, Deals: w.town, Files: w.files})
		var err error
		if w.policies, err = authz.Load(map[string]string{"catalog": w.Policy()}); err != nil {
			t.Fatal(err)
		}
		w.ctx = w.policies.Attach(ctx)
		test(t, w)
	})
}

// as signs somebody in: "owner", "manager", "host" and "staff" work for the
// farm, "helper" acts for its owner, "" is a visitor.
func (w *world) as(name string) context.Context {
	if name == "" {
		return w.policies.Attach(w.ctx)
	}
	a := authz.Actor{Account: id.Account("acc_" + name)}
	switch name {
	case "owner", "manager", "host", "staff":
		a.Roles = []authz.Role{{Name: name, Org: farm}}
	case "helper":
		a.For, a.GrantActions, a.Roles = "acc_owner", []string{"catalog.*", "upload.*"}, []authz.Role{{Name: "owner", Org: farm}}
	}
	return w.policies.Attach(authz.With(w.ctx, a))
}

func (w *world) photo(data []byte) catalog.Photo {
	w.t.Helper()
	p, err := w.Upload(w.as("owner"), data)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func flat(w, h int) *image.RGBA { return image.NewRGBA(image.Rect(0, 0, w, h)) }

func asPNG(img image.Image) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, img) // into memory
	return b.Bytes()
}

func (w *world) draft(title string) catalog.Product {
	w.t.Helper()
	p, err := w.Create(w.as("owner"), catalog.Product{
		Org: farm, Title: title, Story: "高山上长的", Origin: "629921104207", Place: "示范县石沟村", Photos: []id.Upload{w.photo(asPNG(flat(20, 20))).ID},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) listed(title string) catalog.Product {
	w.t.Helper()
	p := w.draft(title)
	if _, err := w.AddPack(w.as("owner"), p.ID, "5 斤装", 2500, 2980, 20); err != nil {
		w.t.Fatal(err)
	}
	p, err := w.SetState(w.as("owner"), p.ID, catalog.Listed)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	const sells = "org:owner+ org:manager+ org:host+"
	authztest.Table(t, "catalog", (&catalog.Module{}).Policy(), nil, map[string]string{
		"catalog.list": "anyone", "catalog.view": "anyone", "catalog.create": sells, "catalog.edit": sells, "catalog.manage": sells, "upload.photo": "signed",
	})
}

func TestFromDraftToShelf(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p := w.draft("花牛苹果")
		if _, err := w.View(w.as(""), p.ID); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("a visitor sees a draft: %v", err)
		}
		if _, err := w.SetState(w.as("owner"), p.ID, catalog.Listed); !errors.Is(err, catalog.ErrNoPack) {
			t.Errorf("listed without a price: %v", err)
		}
		for _, who := range []string{"", "staff", "stranger"} {
			want := authz.ErrForbidden
			if who == "" {
				want = authz.ErrSignInFirst
			}
			if _, err := w.AddPack(w.as(who), p.ID, "5 斤装", 2500, 2980, 20); !errors.Is(err, want) {
				t.Errorf("%q added a pack: %v", who, err)
			}
		}
		p, err := w.AddPack(w.as("helper"), p.ID, " 5 斤装 ", 2500, 2980, 20)
		if err != nil || p.Packs[0].Label != "5 斤装" || p.ChangedBy != "acc_helper" || p.ChangedFor != "acc_owner" {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := w.SetState(w.as("host"), p.ID, catalog.Listed); err != nil {
			t.Fatal(err)
		}
		if got, err := w.View(w.as(""), p.ID); err != nil || len(got.Packs) != 1 {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := w.SetState(w.as("manager"), p.ID, catalog.Hidden); err != nil {
			t.Fatal(err)
		}
		if l, err := w.List(w.as(""), catalog.Query{}, page.Request{}); err != nil || len(l.Items) != 0 {
			t.Errorf("a hidden product is in the list: %+v %v", l, err)
		}
	})
}

func TestWhatASellerMayNotWrite(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		good := catalog.Product{Org: farm, Title: "苹果", Origin: "629921"}
		for name, c := range map[string]struct {
			change func(*catalog.Product)
			want   error
		}{
			"no title":        {func(p *catalog.Product) { p.Title = "  " }, catalog.ErrTitle},
			"a long title":    {func(p *catalog.Product) { p.Title = strings.Repeat("甜", 41) }, catalog.ErrTitle},
			"a long story":    {func(p *catalog.Product) { p.Story = strings.Repeat("甜", 2001) }, catalog.ErrStory},
			"no origin":       {func(p *catalog.Product) { p.Origin = "" }, catalog.ErrOrigin},
			"a wide origin":   {func(p *catalog.Product) { p.Origin = "62" }, catalog.ErrOrigin},
			"an odd area":     {func(p *catalog.Product) { p.ShipTo = []geo.Region{"3x"} }, catalog.ErrShipTo},
			"another's photo": {func(p *catalog.Product) { p.Photos = []id.Upload{id.New[id.Upload]()} }, catalog.ErrPhotos},
			"no photo id":     {func(p *catalog.Product) { p.Photos = []id.Upload{"x"} }, catalog.ErrPhotos},
			"another's farm":  {func(p *catalog.Product) { p.Org = "org_other" }, authz.ErrForbidden},
		} {
			p := good
			c.change(&p)
			if _, err := w.Create(w.as("owner"), p); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		p := w.draft("苹果")
		for name, c := range map[string]struct {
			label      string
			net, stock int64
			price      money.Fen
			want       error
		}{
			"no label":  {"", 500, 1, 1, catalog.ErrLabel},
			"no weight": {"装", 0, 1, 1, catalog.ErrNet},
			"a tonne":   {"装", 1_000_000, 1, 1, catalog.ErrNet},
			"for free":  {"装", 500, 1, 0, catalog.ErrPrice},
			"negative":  {"装", 500, 1, -5, catalog.ErrPrice},
			"a fortune": {"装", 500, 1, 10_000_001, catalog.ErrPrice},
			"no stock":  {"装", 500, -1, 1, catalog.ErrStock},
			"too much":  {"装", 500, 1_000_001, 1, catalog.ErrStock},
		} {
			if _, err := w.AddPack(w.as("owner"), p.ID, c.label, unit.Grams(c.net), c.price, c.stock); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		for i := range 13 {
			_, err := w.AddPack(w.as("owner"), p.ID, "装", 500, 100, 1)
			if (i < 12) != (err == nil) || i == 12 && !errors.Is(err, catalog.ErrPacks) {
				t.Errorf("pack %d: %v", i, err)
			}
		}
	})
}

func TestListsAndWords(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		var all []id.Product
		for _, title := range []string{"花牛苹果", "静宁苹果", "岷县当归", "文县花椒", "定西土豆"} {
			all = append(all, w.listed(title).ID)
		}
		w.draft("还没上架")
		find := func(who string, q catalog.Query) (out []string) {
			cursor := ""
			for {
				l, err := w.List(w.as(who), q, page.Request{Cursor: cursor, Limit: 2})
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range l.Items {
					out = append(out, p.Title)
				}
				if cursor = l.Next; cursor == "" {
					return out
				}
			}
		}
		for name, c := range map[string]struct {
			who  string
			q    catalog.Query
			want string
		}{
			"newest first":         {"", catalog.Query{}, "定西土豆 文县花椒 岷县当归 静宁苹果 花牛苹果"},
			"two characters":       {"", catalog.Query{Words: "苹果"}, "静宁苹果 花牛苹果"},
			"by place":             {"", catalog.Query{Words: "石沟"}, "定西土豆 文县花椒 岷县当归 静宁苹果 花牛苹果"},
			"nothing":              {"", catalog.Query{Words: "大闸蟹"}, ""},
			"a seller, to a buyer": {"ada", catalog.Query{Seller: farm}, "定西土豆 文县花椒 岷县当归 静宁苹果 花牛苹果"},
			"a seller, to itself":  {"host", catalog.Query{Seller: farm}, "还没上架 定西土豆 文县花椒 岷县当归 静宁苹果 花牛苹果"},
		} {
			if got := strings.Join(find(c.who, c.q), " "); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		if _, err := w.SetState(w.as("owner"), all[0], catalog.Hidden); err != nil {
			t.Fatal(err)
		}
		if got := find("", catalog.Query{Words: "花牛"}); len(got) != 0 {
			t.Errorf("hidden goods are found: %v", got)
		}
		if _, err := w.List(w.as(""), catalog.Query{}, page.Request{Cursor: "garbage"}); !errors.Is(err, page.ErrCursor) {
			t.Errorf("garbage cursor: %v", err)
		}
		if by, err := w.ByIDs(w.ctx, append(all, "prd_none")); err != nil || len(by) != 5 || len(by[all[1]].Packs) != 1 {
			t.Errorf("%v %v", len(by), err)
		}
	})
}

func TestRepricingAtOnceKeepsEveryPrice(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p := w.listed("苹果")
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if _, err := w.Reprice(w.as("owner"), p.ID, p.Packs[0].ID, money.Fen(1000+i), 0); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		l, err := w.Prices(w.as(""), p.ID, p.Packs[0].ID, page.Request{Limit: 100})
		if err != nil || len(l.Items) != 21 || l.Items[0].Version != 21 {
			t.Errorf("%d prices, %v", len(l.Items), err)
		}
		if o, err := w.OfferOf(w.ctx, p.Packs[0].ID); err != nil || o.Price != l.Items[0].Price || o.Version != 21 {
			t.Errorf("%+v %v", o, err)
		}
		first, err := w.Prices(w.as(""), p.ID, p.Packs[0].ID, page.Request{Limit: 20})
		if err != nil || first.Next == "" {
			t.Fatal(err)
		}
		if rest, err := w.Prices(w.as(""), p.ID, p.Packs[0].ID, page.Request{Cursor: first.Next}); err != nil || len(rest.Items) != 1 || rest.Items[0].Price != 2980 {
			t.Errorf("%+v %v", rest, err)
		}
		if _, err := w.Prices(w.as(""), p.ID, "pck_none", page.Request{}); !errors.Is(err, catalog.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestStockMovesWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		pack := w.listed("苹果").Packs[0].ID
		write := func(fn func(context.Context) (bool, error)) (ok bool) {
			t.Helper()
			if err := sqldb.Write(w.ctx, func(ctx context.Context) (err error) { ok, err = fn(ctx); return err }); err != nil {
				t.Fatal(err)
			}
			return ok
		}
		hold := func(n int64) bool {
			return write(func(ctx context.Context) (bool, error) { _, ok, err := w.Hold(ctx, pack, n); return ok, err })
		}
		move := func(f func(context.Context, id.Pack, int64) (bool, error), n int64) bool {
			return write(func(ctx context.Context) (bool, error) { return f(ctx, pack, n) })
		}
		for i, step := range []struct {
			ok   bool
			want catalog.Stock
		}{
			{hold(21), catalog.Stock{Free: 20}},
			{hold(12), catalog.Stock{Free: 8, Held: 12}},
			{move(w.Take, 13), catalog.Stock{Free: 8, Held: 12}},
			{move(w.Take, 10), catalog.Stock{Free: 8, Held: 2, Taken: 10}},
			{move(w.Release, 3), catalog.Stock{Free: 8, Held: 2, Taken: 10}},
			{move(w.Release, 2), catalog.Stock{Free: 10, Taken: 10}},
			{move(w.Return, 11), catalog.Stock{Free: 10, Taken: 10}},
			{move(w.Return, 10), catalog.Stock{Free: 20}},
		} {
			if step.ok != (i%2 == 1) {
				t.Errorf("step %d: %v", i, step.ok)
			}
		}
		if o, err := w.OfferOf(w.ctx, pack); err != nil || o.Stock != (catalog.Stock{Free: 20}) {
			t.Errorf("%+v %v", o.Stock, err)
		}
	})
}

func TestReferencePrice(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	ago := func(days int, price money.Fen) catalog.Deal {
		return catalog.Deal{Price: price, At: now.AddDate(0, 0, -days)}
	}
	for name, c := range map[string]struct {
		deals []catalog.Deal
		want  money.Fen
		ok    bool
	}{
		"never sold":               {nil, 0, false},
		"the lowest of the week":   {[]catalog.Deal{ago(1, 2500), ago(3, 1900), ago(6, 2100)}, 1900, true},
		"the seventh day counts":   {[]catalog.Deal{ago(7, 1500), ago(1, 2500)}, 1500, true},
		"the eighth does not":      {[]catalog.Deal{ago(8, 1500), ago(1, 2500)}, 2500, true},
		"a quiet week: the last":   {[]catalog.Deal{ago(30, 1500), ago(9, 2200), ago(20, 3000)}, 2200, true},
		"the future is no guide":   {[]catalog.Deal{ago(-1, 100)}, 0, false},
		"future and a past deal":   {[]catalog.Deal{ago(-1, 100), ago(2, 900)}, 900, true},
		"one deal, just now":       {[]catalog.Deal{{Price: 700, At: now}}, 700, true},
		"equal prices on two days": {[]catalog.Deal{ago(2, 800), ago(5, 800)}, 800, true},
	} {
		if got, _, ok := catalog.ReferencePrice(c.deals, now); got != c.want || ok != c.ok {
			t.Errorf("%s: %v %v, want %v %v", name, got, ok, c.want, c.ok)
		}
	}
}

func TestPicturesAreJudgedByTheirContent(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		var animated, wide bytes.Buffer
		_ = gif.Encode(&animated, image.NewPaletted(image.Rect(0, 0, 32, 32), color.Palette{color.White, color.Black}), nil)
		_ = jpeg.Encode(&wide, flat(2000, 500), nil)
		for name, data := range map[string][]byte{
			"nothing":          nil,
			"text":             []byte("<svg onload=alert(1)>"),
			"a GIF":            animated.Bytes(),
			"half a picture":   wide.Bytes()[:wide.Len()/2],
			"a speck":          asPNG(flat(8, 8)),
			"a bomb":           bomb(),
			"more than 12 MB":  make([]byte, 13<<20),
			"a JPEG's head":    {0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff},
			"an endless Exif":  withExif(6)[:60],
			"a PNG's headline": []byte("\x89PNG\r\n\x1a\n"),
		} {
			if _, err := w.Upload(w.as("owner"), data); !errors.Is(err, catalog.ErrPhoto) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Upload(w.as(""), wide.Bytes()); !errors.Is(err, authz.ErrSignInFirst) {
			t.Errorf("a visitor uploads: %v", err)
		}
		p := w.photo(wide.Bytes())
		if p.Width != 2000 || p.Height != 500 {
			t.Errorf("%+v", p)
		}
		for _, width := range []int{160, 480, 1080} {
			if got := w.kept(p, width); got.Bounds().Dx() != width || got.Bounds().Dy() != width/4 {
				t.Errorf("size %d is %v", width, got.Bounds())
			}
		}
	})
}

// A telephone held upright stores a lying picture and says so.
func TestPicturesAreSetUpright(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		// Where the red corner of the stored picture (top left) must end up.
		corners := map[int][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
		for orientation, corner := range corners {
			p := w.photo(withExif(orientation))
			got := w.kept(p, 160)
			wide := got.Bounds().Dx() > got.Bounds().Dy()
			if wide != (orientation < 5) {
				t.Errorf("orientation %d: %v", orientation, got.Bounds())
			}
			b := got.Bounds()
			x, y := 2+corner[0]*(b.Dx()-5), 2+corner[1]*(b.Dy()-5)
			if r, g, _, _ := got.At(x, y).RGBA(); r>>8 < 180 || g>>8 > 90 {
				t.Errorf("orientation %d: the corner is at %v %v", orientation, got.At(x, y), corner)
			}
		}
	})
}

func (w *world) kept(p catalog.Photo, width int) image.Image {
	w.t.Helper()
	f, err := w.files.Open(w.ctx, "photo/"+p.Hash+"-"+map[int]string{160: "160", 480: "480", 1080: "1080"}[width]+".jpg")
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		w.t.Fatal(err)
	}
	if bytes.Contains(data, []byte("Exif")) {
		w.t.Error("what the camera wrote is still in the picture")
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	return img
}

// withExif is an 80×40 picture, red in the top left quarter as stored, with an
// orientation tag.
func withExif(orientation int) []byte {
	img := flat(80, 40)
	for y := range 40 {
		for x := range 80 {
			c := color.RGBA{0, 0, 255, 255}
			if x < 40 && y < 20 {
				c = color.RGBA{255, 0, 0, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: 95})
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	tiff[19] = byte(orientation)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), b.Bytes()[2:]...)
}

// bomb is a small file that says it is 30000 pixels square.
func bomb() []byte {
	data := asPNG(flat(16, 16))
	binary.BigEndian.PutUint32(data[16:], 30000)
	binary.BigEndian.PutUint32(data[20:], 30000)
	return data
}
