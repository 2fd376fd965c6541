package spec

import "github.com/armonic/armonic/value"

// Secret is value.Secret.
//
// Deprecated: use value.Secret.
type Secret = value.Secret
