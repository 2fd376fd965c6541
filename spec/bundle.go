package spec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Bundle is a folder of modules that was handed over to an agent.
type Bundle struct {
	Name     string          `json:"name"`
	Used     string          `json:"used"`               // the digest of the version that is loaded
	Versions []BundleVersion `json:"versions,omitempty"` // that are kept, the one that was used last at the end
}

// BundleVersion is one that an agent keeps.
type BundleVersion struct {
	Digest string    `json:"digest"`
	At     time.Time `json:"at"`           // when somebody had it used last
	By     string    `json:"by,omitempty"` // who had
}

// Before is the version that was used before the one that is, "" if none is kept.
func (b Bundle) Before() string {
	for i := len(b.Versions) - 1; i > 0; i-- {
		if b.Versions[i].Digest == b.Used {
			return b.Versions[i-1].Digest
		}
	}
	return ""
}

// Text says which version is used: "web 3f2ab1c0d9e8, since 2006-01-02 15:04, by ann".
func (b Bundle) Text() string {
	if b.Used == "" {
		return b.Name + ": none is used"
	}
	text := b.Name + " " + ShortDigest(b.Used)
	for _, v := range b.Versions {
		if v.Digest == b.Used {
			text += ", since " + v.At.Local().Format("2006-01-02 15:04") + ", by " + v.By
		}
	}
	return text
}

// ShortDigest is enough of a digest for people to tell versions apart.
func ShortDigest(digest string) string { return digest[:min(len(digest), 12)] }

// BundlesDigest differs once other versions are used; it is "" if none are.
func BundlesDigest(of []Bundle) string {
	h, used := sha256.New(), false
	for _, b := range of {
		used = used || b.Used != ""
		h.Write([]byte(b.Name + " " + b.Used + "\n"))
	}
	if !used {
		return ""
	}
	return ShortDigest(hex.EncodeToString(h.Sum(nil)))
}

// BundleOrder has an agent use a version of a bundle, which was handed over or is kept.
type BundleOrder struct {
	Name      string    `json:"name"`
	Digest    string    `json:"digest,omitempty"` // "" has the bundle removed
	Size      int       `json:"size,omitempty"`   // in bytes, not packed; 0 for one that is kept
	By        string    `json:"by,omitempty"`     // who asked
	Until     time.Time `json:"until"`            // the order does not hold any more
	Signature string    `json:"signature,omitempty"`
}

// Signed is the text that is signed.
func (o BundleOrder) Signed() []byte {
	return fmt.Appendf(nil, "armonic modules 1\n%s\n%s\n%d\n%d\n", o.Name, o.Digest, o.Size, o.Until.Unix())
}

// BundleState is how far an agent is with a version of a bundle.
type BundleState struct {
	Have    int      `json:"have,omitempty"`    // packed bytes that have arrived
	Kept    bool     `json:"kept,omitempty"`    // it is there as a whole
	Waiting bool     `json:"waiting,omitempty"` // it was ordered, and is loaded when no run is executed
	Notes   []string `json:"notes,omitempty"`   // what an operator should know since modules were loaded last
}

// ModuleKeeper keeps bundles of modules for an agent. What is done twice is done once.
type ModuleKeeper interface {
	// StageModules keeps a piece of a version, if it is the next one.
	StageModules(ctx context.Context, p Piece) (BundleState, error)
	// UseModules has a version used as soon as no run is executed. The error is Denied if the
	// signature does not count, and Invalid if the modules are not what was ordered, or do not load.
	UseModules(ctx context.Context, o BundleOrder) (BundleState, error)
}
