package id

// The kinds of identifier, in one place so that modules can name each other's
// things without importing each other.
type (
	// Account identifies a person who signs in.
	Account string
	// Device identifies one signed-in device of an account.
	Device string
	// Org identifies a household, co-operative, enterprise, service centre or other body.
	Org string
	// Invite identifies an invitation to join an organisation.
	Invite string
	// Grant identifies a timed permission to act for another person (代操作).
	Grant string
	// Verification identifies one host verification record.
	Verification string
	// Address identifies a delivery address of an account.
	Address string
	// Room identifies a permanent live room (直播间).
	Room string
	// Session identifies one broadcast of a room (场次).
	Session string
	// Line identifies one chat line.
	Line string
	// Question identifies one question of a viewer.
	Question string
	// Clip identifies a clip cut from a recording.
	Clip string
	// Report identifies a viewer's report of a line or a room.
	Report string
	// Poll identifies a poll in a room.
	Poll string
	// Draw identifies a lucky-bag draw in a room.
	Draw string
	// Entry identifies one person's part in a draw.
	Entry string
	// Lot identifies a harvest lot (批次).
	Lot string
	// Product identifies an offer for sale.
	Product string
	// Pack identifies one pack (SKU) of a product.
	Pack string
	// Order identifies an order.
	Order string
	// OrderLine identifies one line of an order.
	OrderLine string
	// Payment identifies one payment of an order.
	Payment string
	// Refund identifies one refund.
	Refund string
	// Upload identifies one uploaded file.
	Upload string
	// Event identifies one row of the outbox.
	Event string
	// Job identifies one timed job.
	Job string
	// Subscription identifies a browser that may be pushed to.
	Subscription string
	// Audit identifies one audit entry.
	Audit string
	// Hold identifies a legal hold on a recording.
	Hold string
	// Deletion identifies a two-person deletion of a recording.
	Deletion string
	// Journal identifies one journal of the ledger.
	Journal string
	// Suspense identifies an amount that no order explains.
	Suspense string
)

// Prefix implements Kind.
func (Account) Prefix() string { return "acc" }

// Prefix implements Kind.
func (Device) Prefix() string { return "dev" }

// Prefix implements Kind.
func (Org) Prefix() string { return "org" }

// Prefix implements Kind.
func (Invite) Prefix() string { return "inv" }

// Prefix implements Kind.
func (Grant) Prefix() string { return "grt" }

// Prefix implements Kind.
func (Verification) Prefix() string { return "ver" }

// Prefix implements Kind.
func (Address) Prefix() string { return "adr" }

// Prefix implements Kind.
func (Room) Prefix() string { return "room" }

// Prefix implements Kind.
func (Session) Prefix() string { return "ses" }

// Prefix implements Kind.
func (Line) Prefix() string { return "lin" }

// Prefix implements Kind.
func (Question) Prefix() string { return "qst" }

// Prefix implements Kind.
func (Clip) Prefix() string { return "clip" }

// Prefix implements Kind.
func (Report) Prefix() string { return "rep" }

// Prefix implements Kind.
func (Poll) Prefix() string { return "pol" }

// Prefix implements Kind.
func (Draw) Prefix() string { return "drw" }

// Prefix implements Kind.
func (Entry) Prefix() string { return "ent" }

// Prefix implements Kind.
func (Lot) Prefix() string { return "lot" }

// Prefix implements Kind.
func (Product) Prefix() string { return "prd" }

// Prefix implements Kind.
func (Pack) Prefix() string { return "pck" }

// Prefix implements Kind.
func (Order) Prefix() string { return "ord" }

// Prefix implements Kind.
func (OrderLine) Prefix() string { return "oln" }

// Prefix implements Kind.
func (Payment) Prefix() string { return "pay" }

// Prefix implements Kind.
func (Refund) Prefix() string { return "rfd" }

// Prefix implements Kind.
func (Upload) Prefix() string { return "upl" }

// Prefix implements Kind.
func (Event) Prefix() string { return "evt" }

// Prefix implements Kind.
func (Job) Prefix() string { return "job" }

// Prefix implements Kind.
func (Subscription) Prefix() string { return "psh" }

// Prefix implements Kind.
func (Audit) Prefix() string { return "aud" }

// Prefix implements Kind.
func (Hold) Prefix() string { return "hld" }

// Prefix implements Kind.
func (Deletion) Prefix() string { return "del" }

// Prefix implements Kind.
func (Journal) Prefix() string { return "jrn" }

// Prefix implements Kind.
func (Suspense) Prefix() string { return "sus" }
