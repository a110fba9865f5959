package clip

import "tianbo/internal/kernel/id"

// SubjectReady: a clip has been cut. The payload is Fact.
const SubjectReady = "tianbo.clip.ready.v1"

// Fact names a clip.
type Fact struct {
	Clip    id.Clip    `json:"clip"`
	Session id.Session `json:"session"`
	Product id.Product `json:"product,omitempty"`
}
