package probe

import (
	"context"
	"net"
)

// TCP connects to an address, "host:port", and closes the connection. The error says why
// that was not possible.
func TCP(ctx context.Context, address string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return plain(err)
	}
	return c.Close()
}
