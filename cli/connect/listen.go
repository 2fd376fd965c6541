package connect

import (
	"context"
	"errors"
	"net"
	"strconv"

	"github.com/armonic/armonic/spec"
)

// ListenHost is the host of the address that a flag gives to listen at, [HOST]:PORT.
func ListenHost(flag, address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		return "", spec.Errorf(spec.Invalid, "%s: %q is no address with a port", flag, address).WithHint("write HOST:PORT, such as 127.0.0.1:8420, or :8443 for all addresses; ports go up to 65535")
	}
	return host, nil
}

// Listen listens at that address.
func Listen(ctx context.Context, flag, address string) (net.Listener, error) {
	host, err := ListenHost(flag, address)
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if unknown := (*net.DNSError)(nil); errors.As(err, &unknown) {
		return nil, spec.Errorf(spec.Invalid, "%s: there is no host %s", flag, host).WithHint("name an address of this machine, or leave it out for all")
	}
	if err != nil {
		return nil, spec.Errorf(spec.Unavailable, "%s: cannot listen on %s: %v", flag, address, spec.SystemError(err)).
			WithHint("HOST is an address of this machine, and PORT one that is free; port 0 takes a free one")
	}
	return l, nil
}
