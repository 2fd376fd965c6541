package modules

import "github.com/armonic/armonic/modules/actions"

// What the log of a step says where its module is careless with a secret; before the
// second stand the place and a colon.
const (
	SecretReturned = actions.SecretReturned
	SecretArgument = actions.SecretArgument
)
