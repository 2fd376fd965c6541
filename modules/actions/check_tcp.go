package actions

import (
	"context"
	"fmt"
	"math"
	"net"
	"strconv"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/probe"
	"github.com/armonic/armonic/modules/interp"
)

func checkTCPSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.host.check_tcp", Positional: 1, Required: 1, Returns: "None",
		Doc: "Waits until a port takes connections." + checkDoc,
		Params: []interp.Parameter{
			interp.Param("port", "int", "", "The port."),
			interp.Param("host", "str", "\"127.0.0.1\"", "The name or address of the host, as seen from this one."),
			timeoutParam(),
		}}
}

// checkTCP reads the arguments of check_tcp.
func (c *call) checkTCP(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (k check, err error) {
	k.sig = checkTCPSignature()
	port, host := 0, "127.0.0.1"
	var timeout starlark.Value
	if err := k.sig.Unpack(args, kwargs, &port, &host, &timeout); err != nil {
		return k, err
	}
	if port < 1 || port > math.MaxUint16 {
		return k, failed(k.sig, fmt.Sprintf("%d is no port", port), "a port is from 1 to 65535")
	}
	if err := c.open(k.sig, "host", host); err != nil {
		return k, err
	}
	address := net.JoinHostPort(host, strconv.Itoa(port))
	k.what = address + " takes connections"
	k.try = func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, longestProbe)
		defer cancel()
		return answerOf(probe.TCP(ctx, address)), nil
	}
	k.timeout, err = seconds(k.sig, timeout)
	return k, err
}
