package actions

import (
	"context"
	"fmt"
	"math"
	"net"
	"slices"
	"strconv"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/probe"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

func checkTCPSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.host.check_tcp", Positional: 1, Required: 1, Returns: "None",
		Doc: "Waits until a port takes connections, and the right service listens there if one is named." + checkDoc,
		Params: []interp.Parameter{
			interp.Param("port", "int", "", "The port."),
			interp.Param("host", "str", "\"127.0.0.1\"", "The name or address of the host, as seen from this one."),
			interp.Param("service", "str", "\"\"", "The service of systemd that must listen there, on this host: another process may have taken the port."),
			interp.Param("reload", "bool", "False", "Whether the service reads its configuration again every few seconds until it has the port: some keep what they had if another process has it just then."),
			timeoutParam(),
		}}
}

// checkTCP reads the arguments of check_tcp.
func (c *call) checkTCP(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (k check, err error) {
	k.sig = checkTCPSignature()
	port, host, service, reload := 0, "127.0.0.1", "", false
	var timeout starlark.Value
	if err := k.sig.Unpack(args, kwargs, &port, &host, &service, &reload, &timeout); err != nil {
		return k, err
	}
	if port < 1 || port > math.MaxUint16 {
		return k, failed(k.sig, fmt.Sprintf("%d is no port", port), "a port is from 1 to 65535")
	}
	if err := c.open(k.sig, "host", host); err != nil {
		return k, err
	}
	if service != "" && host != "127.0.0.1" {
		return k, failed(k.sig, "which service listens can be seen on this host only, not on "+host, "leave out host or service")
	}
	if service == "" && reload {
		return k, failed(k.sig, "reload needs to know of which service", "write service = \"nginx\"")
	}
	if err := c.open(k.sig, "service", service); err != nil {
		return k, err
	}
	address := net.JoinHostPort(host, strconv.Itoa(port))
	k.what = address + " takes connections"
	if service != "" {
		k.what = service + " takes connections at " + address
	}
	k.try = func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, longestProbe)
		defer cancel()
		answer := answerOf(probe.TCP(ctx, address))
		if answer == "" && service != "" {
			answer = listens(port, service)
		}
		return answer, nil
	}
	if reload {
		k.try = c.reloading(k.try, service)
	}
	k.timeout, err = seconds(k.sig, timeout)
	return k, err
}

// reloadPause is how long a service that was told to read its configuration again has for that.
const reloadPause = 3 * time.Second

// reloading tries something, and tells the service to read its configuration again when it is not so.
func (c *call) reloading(try func(context.Context) (string, error), service string) func(context.Context) (string, error) {
	var last time.Time
	return func(ctx context.Context) (string, error) {
		answer, err := try(ctx)
		if answer == "" || err != nil || time.Since(last) < reloadPause {
			return answer, err
		}
		if !last.IsZero() { // what settled just now may take a moment
			_, err = c.by.Machine.Run(ctx, spec.Command{Argv: []string{"systemctl", "reload", "--", service}, Timeout: reloadPause}, &c.redactor, func(string) {})
		}
		last = time.Now()
		if err != nil && ctx.Err() == nil {
			answer += "; it cannot be reloaded: " + spec.AsError(err).Msg
		}
		return answer, nil
	}
}

// listens says who else has a port, "" if the service has it.
func listens(port int, service string) string {
	found, err := probe.Listeners(port)
	if err != nil {
		return err.Error()
	}
	if slices.ContainsFunc(found, func(l probe.Listener) bool { return l.Of(service) }) {
		return ""
	}
	who := "another process"
	if len(found) > 0 {
		who = found[0].String()
	}
	return fmt.Sprintf("%s has port %d", who, port)
}
