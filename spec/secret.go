package spec

import "github.com/armonic/armonic/value"

// Secret is value.Secret, which new code uses.
type Secret = value.Secret
