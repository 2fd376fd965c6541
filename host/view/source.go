package view

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Source is the kind of what apt has fetched of a source: which packages are there. Its key
// is "apt NAME", for the source in /etc/apt/sources.list.d/NAME.sources.
const Source Kind = "apt"

// SourceOf is what apt has when it has fetched a source with this file, and this key.
func SourceOf(text, key string) Object {
	sum := sha256.Sum256([]byte(text + "\x00" + key))
	return Object{Kind: Source, Content: "list of packages, for " + hex.EncodeToString(sum[:4])}
}

// sourceLists are patterns for the files in which apt keeps what it fetched: one for each
// address and suite.
func sourceLists(text string) []string {
	var uris, suites []string
	for field, text := range fields(text) {
		switch field {
		case "URIs":
			uris = strings.Fields(text)
		case "Suites":
			suites = strings.Fields(text)
		}
	}
	var out []string
	for _, u := range uris {
		_, rest, found := strings.Cut(u, "://")
		if !found {
			_, rest, _ = strings.Cut(u, ":")
		}
		rest = strings.ReplaceAll(strings.TrimSuffix(rest, "/"), "/", "_")
		for _, s := range suites {
			if strings.HasSuffix(s, "/") {
				out = append(out, rest+"_*")
				continue
			}
			out = append(out, rest+"_dists_"+strings.ReplaceAll(s, "/", "_")+"_*")
		}
	}
	return out
}

// sourcePut is a source that was put, "" if there is none: what is in it is not known.
func (v *Overlay) sourcePut() string {
	for key, o := range v.changed {
		if spec.KindOfKey(key) == Source && o.Kind == Source {
			return keyName(key)
		}
	}
	return ""
}
